import { AppError } from "@anny-fitter/contracts";
import type { UserRole } from "@anny-fitter/platform/database";
import type { FastifyRequest } from "fastify";
import type { ApiDependencies } from "../dependencies.js";
import type { Api } from "../http/api-instance.js";
import { addRateLimit } from "../http/rate-limit.js";
import { type AccessTokens, createAccessTokens } from "./access-tokens.js";
import { isStillValid } from "./token-validity.js";

const ALLOWED: Readonly<Record<"user" | "researcher" | "admin", readonly UserRole[]>> = {
	user: ["user", "researcher", "admin"],
	researcher: ["researcher", "admin"],
	admin: ["admin"],
};

/**
 * Who calls, whether the budget allows it, whether the route does; in this order, so that wrong tokens count too.
 * Everything that is not marked as public needs a token.
 */
export function addAuthentication(api: Api, dependencies: ApiDependencies): void {
	const tokens = createAccessTokens(dependencies.config, dependencies.now);
	const refusals = new WeakMap<FastifyRequest, AppError>();
	api.decorateRequest("actor", null);
	api.addHook("onRequest", async (request) => {
		if (request.is404 || request.method === "OPTIONS" || accessOf(request) === "public") return;
		try {
			request.actor = await identify(request, tokens, dependencies);
		} catch (error) {
			if (!(error instanceof AppError) || error.code !== "unauthenticated") throw error;
			refusals.set(request, error);
		}
	});
	addRateLimit(api, dependencies);
	api.addHook("onRequest", async (request) => {
		const refusal = refusals.get(request);
		if (refusal !== undefined) throw refusal;
		if (request.actor === null) return;
		const access = accessOf(request);
		if (access !== "public" && !ALLOWED[access].includes(request.actor.role)) {
			throw new AppError("forbidden", `This needs the role ${access}.`);
		}
	});
}

function accessOf(request: FastifyRequest): "public" | "user" | "researcher" | "admin" {
	return request.routeOptions.config.access ?? "user";
}

async function identify(request: FastifyRequest, tokens: AccessTokens, dependencies: ApiDependencies) {
	const text = presentedToken(request);
	if (text === null) throw new AppError("unauthenticated", "The request has no access token.");
	const token = await tokens.verify(text);
	if (!(await isStillValid(dependencies, token))) {
		throw new AppError("unauthenticated", "The access token was revoked.", { remedy: "Log in again." });
	}
	return { userId: token.userId, role: token.role };
}

/** From the header; a browser's WebSocket cannot set it and offers the protocol `bearer.<token>` instead. */
function presentedToken(request: FastifyRequest): string | null {
	const bearer = /^Bearer +([\w.~+/=-]{1,4096})$/i.exec(request.headers.authorization ?? "");
	if (bearer !== null) return bearer[1]!;
	if (request.headers.upgrade?.toLowerCase() !== "websocket") return null;
	const offered = (request.headers["sec-websocket-protocol"] ?? "").split(",").map((name) => name.trim());
	return offered.find((name) => name.startsWith("bearer."))?.slice("bearer.".length) ?? null;
}
