import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";

/** The caller's id when it is a sensible one, so that a request can be followed through proxies; else a new one. */
export function requestIdOf(request: Pick<IncomingMessage, "headers">): string {
	const given = request.headers["x-request-id"];
	return typeof given === "string" && /^[A-Za-z0-9_.-]{8,64}$/.test(given) ? given : randomUUID();
}
