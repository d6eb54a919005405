import { ErrorDetailSchema, Health } from "@anny-fitter/contracts/rpc";
import { Code, ConnectError, type ConnectRouter, type Interceptor } from "@connectrpc/connect";
import { type OpenSpan, openSpan, type ServiceMetrics } from "../observability/index.js";
import { observeCall } from "./observe-call.js";

const TRACE_HEADER = "traceparent";

/**
 * Makes each call a span and counts it. A client's span goes to the server in the header `traceparent`, where the
 * server's continues it: the two are one trace whichever processes they are in. Probes of health are not counted.
 */
export function createCallInterceptor(
	side: "client" | "server",
	metrics?: Pick<ServiceMetrics, "observeCall">,
): Interceptor {
	return (next) => async (request) => {
		if (request.service.typeName === Health.typeName) return next(request);
		const started = performance.now();
		const service = request.service.typeName;
		const method = request.method.name;
		const rpc = `${service}/${method}`;
		const span = openSpan(
			rpc,
			{ kind: side, facts: { "rpc.system": "grpc", "rpc.service": service, "rpc.method": method } },
			side === "server" ? { traceparent: request.header.get(TRACE_HEADER) ?? undefined, isStranger: false } : undefined,
		);
		if (side === "client" && span.traceparent !== undefined) request.header.set(TRACE_HEADER, span.traceparent);
		const finish = (code: string) => {
			if (code !== "ok") span.fail(code);
			span.run(() => metrics?.observeCall(side, rpc, code, (performance.now() - started) / 1000));
			span.end();
		};
		const response = await span.run(() =>
			observeCall(
				() => next(request),
				(error) => {
					finish(codeOfError(error));
					throw error;
				},
				// A reader that leaves a stream ends it without an error.
				() => finish(request.signal.aborted ? "cancelled" : "ok"),
			),
		);
		// A handler that streams works while it is read, wherever that is.
		return response.stream ? { ...response, message: readWithin(span, response.message) } : response;
	};
}

/** Puts interceptors in front of those that services bring along, which would otherwise replace a router's own. */
export function withInterceptors(router: ConnectRouter, interceptors: readonly Interceptor[]): ConnectRouter {
	const outer: ConnectRouter = {
		handlers: router.handlers,
		service: (service, implementation, own) => {
			router.service(service, implementation, {
				...own,
				interceptors: [...interceptors, ...(own?.interceptors ?? [])],
			});
			return outer;
		},
		rpc: (method, implementation, own) => {
			router.rpc(method, implementation, { ...own, interceptors: [...interceptors, ...(own?.interceptors ?? [])] });
			return outer;
		},
	};
	return outer;
}

function readWithin<T>(span: OpenSpan, messages: AsyncIterable<T>): AsyncIterable<T> {
	return {
		[Symbol.asyncIterator]: () => {
			const inner = span.run(() => messages[Symbol.asyncIterator]());
			return {
				next: () => span.run(() => inner.next()),
				return: () => span.run(async () => (await inner.return?.()) ?? ({ done: true, value: undefined } as const)),
				throw: (error: unknown) =>
					span.run(async () => {
						if (inner.throw === undefined) throw error;
						return inner.throw(error);
					}),
			};
		},
	};
}

function codeOfError(error: unknown): string {
	const connectError = ConnectError.from(error);
	const detail = connectError.findDetails(ErrorDetailSchema)[0];
	return detail?.code ?? Code[connectError.code] ?? "Unknown";
}
