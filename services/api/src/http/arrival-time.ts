import type { Api } from "./api-instance.js";
import { sendClientError } from "./client-error.js";

/** Uploads get so many times the time of other requests to arrive: eight photos over a slow line take minutes. */
const UPLOAD_FACTOR = 10;

/** How long a request with photos may take to arrive. */
export function uploadTimeout_ms(config: { readonly requestTimeout_ms: number }): number {
	return UPLOAD_FACTOR * config.requestTimeout_ms;
}

/**
 * Ends requests whose body does not arrive in time. The server itself waits as long as uploads may take, so all other
 * bodies are timed here.
 */
export function limitArrivalTime(api: Api, config: { readonly requestTimeout_ms: number }): void {
	api.server.headersTimeout = config.requestTimeout_ms;
	api.addHook("preParsing", async ({ raw }, reply, payload) => {
		const { "content-length": length = "0", "content-type": type = "" } = raw.headers;
		const hasBody = length !== "0" || raw.headers["transfer-encoding"] !== undefined;
		if (!hasBody || raw.complete || String(type).startsWith("multipart/")) return payload;
		const late = Object.assign(new Error("late"), { code: "ERR_HTTP_REQUEST_TIMEOUT" });
		const timer = setTimeout(() => sendClientError(late, raw.socket), config.requestTimeout_ms);
		// A server that has closed everything must not wait for it.
		timer.unref();
		// A body that nobody wants any more, because its request was refused, is answered before it ends.
		for (const event of ["end", "close"]) raw.once(event, () => clearTimeout(timer));
		for (const event of ["finish", "close"]) reply.raw.once(event, () => clearTimeout(timer));
		return payload;
	});
}
