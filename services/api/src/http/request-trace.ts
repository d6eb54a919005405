import { type OpenSpan, openSpan } from "@anny-fitter/platform/observability";
import type { Api } from "./api-instance.js";

declare module "fastify" {
	interface FastifyRequest {
		/** The request's part of its trace; null for probes and the application's files. */
		span: OpenSpan | null;
		/** Code of the error that the request was answered with. */
		problemCode: string | null;
	}
}

/**
 * Makes each request a span, which continues the trace that the header `traceparent` names: a browser's, a gateway's or a
 * program's. Whether it is recorded is decided here. Of the address only the route's pattern is told.
 */
export function addRequestTrace(api: Api): void {
	api.decorateRequest("span", null);
	api.decorateRequest("problemCode", null);
	api.addHook("onRequest", (request, reply, done) => {
		if (request.routeOptions.config.rateLimit === "none") return done();
		const route = request.routeOptions.url ?? "none";
		const given = request.headers.traceparent;
		const span = openSpan(
			`${request.method} ${route}`,
			{ kind: "server", facts: { "http.method": request.method, "http.route": route } },
			{ traceparent: typeof given === "string" ? given : undefined, isStranger: true },
		);
		request.span = span;
		// Also when the client leaves before the answer.
		reply.raw.once("close", () => span.end());
		span.run(done);
	});
	// The body arrives by events of the connection, which know nothing of the request.
	api.addHook("preValidation", (request, _reply, done) => {
		if (request.span === null) done();
		else request.span.run(done);
	});
	api.addHook("onResponse", async (request, reply) => {
		request.span?.add({ "http.status_code": reply.statusCode });
		if (reply.statusCode >= 500) request.span?.fail(request.problemCode ?? String(reply.statusCode));
		request.span?.end();
	});
}
