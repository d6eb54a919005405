import type { IncomingMessage } from "node:http";

/**
 * Reads and throws away what is still to come of a request that is refused, so that its sender gets to see the answer: a
 * connection that is closed while somebody writes to it is reset, and a proxy in between then tells that nobody was there.
 *
 * @param limit_ms after this the connection is ended all the same
 */
export function discardRest(request: IncomingMessage, limit_ms: number): void {
	request.unpipe();
	request.resume();
	if (request.complete) return;
	const timer = setTimeout(() => request.destroy(), limit_ms);
	// A server that has closed everything must not wait for it.
	timer.unref();
	for (const event of ["end", "close"]) request.once(event, () => clearTimeout(timer));
}
