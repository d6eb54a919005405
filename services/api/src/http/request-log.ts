import type { Api } from "./api-instance.js";

/** One line per request: what was asked by its pattern, never its values. */
export function addRequestLog(api: Api): void {
	api.addHook("onResponse", async (request, reply) => {
		const isQuiet = request.routeOptions.config.rateLimit === "none";
		request.log[isQuiet ? "debug" : "info"](
			{
				action: "http_request",
				method: request.method,
				route: request.routeOptions.url ?? null,
				status: reply.statusCode,
				duration_ms: Math.round(reply.elapsedTime * 10) / 10,
				user_id: request.actor?.userId ?? null,
				error: request.problemCode === null ? null : { code: request.problemCode },
				...(request.span?.traceId === undefined ? {} : { trace_id: request.span.traceId }),
			},
			"request",
		);
	});
}
