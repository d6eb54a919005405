import { createHash } from "node:crypto";
import { AppError } from "@anny-fitter/contracts";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Api } from "./api-instance.js";

/** The tag of a document: the same content has the same tag. Strong, since it is made before any compression. */
export function etagOf(document: unknown): string {
	return `"${createHash("sha256").update(JSON.stringify(document)).digest("base64url").slice(0, 27)}"`;
}

/** JSON reads get an ETag, and 304 when the caller has the document already. Binary routes set their own ETag. */
export function addEtags(api: Api): void {
	api.addHook("preSerialization", async (request, reply, payload) => {
		if (isRead(request) && reply.statusCode === 200 && !reply.hasHeader("cache-control")) {
			if (!reply.hasHeader("etag")) reply.header("etag", etagOf(payload));
			reply.header("cache-control", "private, no-cache");
		}
		return payload;
	});
	api.addHook("onSend", async (request, reply, payload) => {
		if (!isRead(request) || reply.statusCode !== 200) return payload;
		const etag = reply.getHeader("etag");
		const wanted = request.headers["if-none-match"];
		if (typeof etag !== "string" || wanted === undefined || !names(wanted, etag)) return payload;
		destroyStream(payload);
		reply.code(304).removeHeader("content-type").removeHeader("content-length");
		return null;
	});
}

/**
 * Refuses a change of something that the caller has not seen in its present state.
 * @throws AppError `precondition_failed` when If-Match is there and names another state
 */
export function requireMatch(request: FastifyRequest, document: unknown): void {
	const wanted = request.headers["if-match"];
	if (wanted === undefined || names(wanted, etagOf(document))) return;
	throw new AppError("precondition_failed", "It was changed since it was read.");
}

/** Tells the caller the tag of what a change has made. */
export function sendTagged<Document>(reply: FastifyReply, document: Document): Document {
	reply.header("etag", etagOf(document)).header("cache-control", "private, no-cache");
	return document;
}

function isRead(request: FastifyRequest): boolean {
	return request.method === "GET" || request.method === "HEAD";
}

/** Whether a list of tags names this one. A proxy that compresses marks tags as weak, so W/ is no difference. */
function names(list: string, etag: string): boolean {
	return list
		.split(",")
		.some((tag) => tag.trim() === "*" || tag.trim().replace(/^W\//, "") === etag.replace(/^W\//, ""));
}

function destroyStream(payload: unknown): void {
	if (
		typeof payload === "object" &&
		payload !== null &&
		"destroy" in payload &&
		typeof payload.destroy === "function"
	) {
		payload.destroy();
	}
}
