import { AppError, type SessionDocument, sessionDocumentSchema } from "@anny-fitter/contracts";
import websocket from "@fastify/websocket";
import type { FastifyRequest } from "fastify";
import { z } from "zod";
import type { ApiDependencies } from "../dependencies.js";
import { type Api, actorOf } from "../http/api-instance.js";
import { readSession } from "./read-session.js";
import { isFinal, sessionDocument } from "./session-document.js";
import type { SessionFeed } from "./session-feed.js";

/** Close codes of RFC 6455 and, from 4000, of our own. */
export const CLOSE_DONE = 1000;
export const CLOSE_GOING_AWAY = 1001;
export const CLOSE_TRY_LATER = 1013;
export const CLOSE_TOKEN_EXPIRED = 4401;

/** Subprotocol that a browser offers beside the one that holds its token; a token is never echoed. */
const PROTOCOL = "bearer";
const MAX_STREAMS_PER_USER = 20;
/** A peer that answers no ping is gone; at each ping the database is asked, in case a message was lost. */
const PING_INTERVAL_MS = 10_000;

/** What of a WebSocket is used. */
interface Socket {
	readonly readyState: number;
	send(text: string): void;
	ping(): void;
	close(code: number, reason: string): void;
	terminate(): void;
	on(event: "close" | "pong" | "message", listener: () => void): void;
}

/**
 * WS /sessions/{id}/events: the present state, then each change; the server closes when there will be no other.
 *
 * A program sends its token as usual. A browser, which cannot set the header, offers the subprotocols `bearer` and
 * `bearer.<token>`: in contrast to the address, no log keeps them.
 */
export async function registerSessionEvents(api: Api, dependencies: ApiDependencies, feed: SessionFeed): Promise<void> {
	const streamCounts = new Map<string, number>();
	await api.register(websocket, {
		errorHandler: (error, socket, request) => {
			// What a peer sends against the protocol is no defect of the server.
			const isPeers = String((error as { code?: unknown }).code).startsWith("WS_ERR_");
			request.log[isPeers ? "debug" : "error"]({ err: error }, "event stream broke off");
			socket.terminate();
		},
		options: {
			maxPayload: 1024,
			handleProtocols: (offered) => (offered.has(PROTOCOL) ? PROTOCOL : false),
		},
	});
	api.get(
		"/sessions/:session_id/events",
		{
			websocket: true,
			config: { rateLimit: "status" },
			schema: { params: z.object({ session_id: z.uuid() }) },
			preHandler: async (request) => {
				const actor = actorOf(request);
				if (!request.ws) {
					throw new AppError("invalid_argument", "This address takes WebSocket connections only.", {
						remedy: "Connect with ws:// or wss://, or poll the session.",
					});
				}
				refuseForeignOrigin(request, dependencies);
				if ((streamCounts.get(actor.userId) ?? 0) >= MAX_STREAMS_PER_USER) {
					throw new AppError("too_many_requests", `There are ${MAX_STREAMS_PER_USER} open event streams already.`, {
						details: { retry_after_s: 10 },
					});
				}
				await readSession(dependencies, actor, (request.params as { session_id: string }).session_id);
			},
		},
		async (socket, request) => {
			const { userId } = actorOf(request);
			const count = (streamCounts.get(userId) ?? 0) + 1;
			streamCounts.set(userId, count);
			socket.on("close", () => {
				const left = (streamCounts.get(userId) ?? 1) - 1;
				if (left > 0) streamCounts.set(userId, left);
				else streamCounts.delete(userId);
			});
			// Many that came at the same moment were all let in above.
			if (count > MAX_STREAMS_PER_USER) return socket.close(CLOSE_TRY_LATER, "too many event streams");
			await streamSession(socket as Socket, request, dependencies, feed);
		},
	);
}

async function streamSession(
	socket: Socket,
	request: FastifyRequest,
	dependencies: ApiDependencies,
	feed: SessionFeed,
): Promise<void> {
	const actor = actorOf(request);
	const { session_id } = request.params as { session_id: string };
	let last = "";
	let isOpen = true;
	let isAnswering = true;
	const send = (document: SessionDocument) => {
		const text = JSON.stringify(sessionDocumentSchema.parse(document));
		if (!isOpen || text === last) return;
		last = text;
		socket.send(text);
		if (!isFinal(document.status)) return;
		isOpen = false;
		socket.close(CLOSE_DONE, document.status);
	};
	const check = async () => {
		try {
			const row = await readSession(dependencies, actor, session_id);
			if (isFinal(row.status)) await feed.noteEnd(actor.userId, session_id);
			// A running fit's own reports are ahead of the database.
			if (last === "" || isFinal(row.status)) send(sessionDocument(row));
		} catch (error) {
			if (error instanceof AppError && error.code === "not_found") socket.close(CLOSE_DONE, "deleted");
			else request.log.warn({ err: error }, "session not read");
		}
	};

	// Messages that arrive while the present state is read come after it.
	const waiting: SessionDocument[] = [];
	let isReady = false;
	const unsubscribe = await feed.subscribe(session_id, (document) => {
		if (isReady) send(document);
		else waiting.push(document);
	});
	const ping = setInterval(() => {
		if (!isAnswering) return socket.terminate();
		isAnswering = false;
		socket.ping();
		void check();
	}, PING_INTERVAL_MS);
	const expiry = setTimeout(
		() => socket.close(CLOSE_TOKEN_EXPIRED, "token expired"),
		Math.min(2 ** 31 - 1, Math.max(0, tokenExpiry_ms(request) - dependencies.now().getTime())),
	);
	const end = () => {
		isOpen = false;
		clearInterval(ping);
		clearTimeout(expiry);
		unsubscribe().catch(() => undefined);
	};
	socket.on("close", end);
	socket.on("pong", () => {
		isAnswering = true;
	});
	await check();
	isReady = true;
	for (const document of waiting) send(document);
	if (socket.readyState > 1) end();
}

/** A page of another site must not use a user's browser to listen. Programs send no origin. */
function refuseForeignOrigin(request: FastifyRequest, { config }: ApiDependencies): void {
	const { origin } = request.headers;
	if (origin === undefined) return;
	const isOwn = [config.publicUrl, `${request.protocol}://${request.host}`].some((url) => originOf(url) === origin);
	if (isOwn || config.corsOrigins.includes(origin)) return;
	throw new AppError("forbidden", "Pages of this origin may not connect.", {
		remedy: "Add the origin to CORS_ORIGINS.",
	});
}

function originOf(url: string): string | null {
	return URL.canParse(url) ? new URL(url).origin : null;
}

/** When the token that authenticated the request ends; it was verified before. */
function tokenExpiry_ms(request: FastifyRequest): number {
	const offered = request.headers["sec-websocket-protocol"]?.match(/bearer\.([\w.-]+)/)?.[1];
	const token = request.headers.authorization?.replace(/^Bearer +/i, "") ?? offered ?? "";
	try {
		const payload: unknown = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
		const { exp } = payload as { exp?: unknown };
		return typeof exp === "number" ? exp * 1000 : 0;
	} catch {
		return 0;
	}
}
