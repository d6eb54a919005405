import { AppError } from "@anny-fitter/contracts";
import { ErrorDetailSchema } from "@anny-fitter/contracts/rpc";
import { Code, ConnectError, type Interceptor } from "@connectrpc/connect";
import { toConnectError } from "./connect-errors.js";
import { observeCall } from "./observe-call.js";

/** The part of a pino or Fastify logger that is used. */
export interface RpcLog {
	info(fields: object, message: string): void;
	error(fields: object, message: string): void;
}

/**
 * Lets every error of a service's handlers leave as `toConnectError` says, also in process. A call that was given up
 * fails with the reason: `timeout` after its deadline, `service_unavailable` when the server stops.
 */
export function createErrorInterceptor(): Interceptor {
	return (next) => async (request) => {
		const map = (error: unknown) => toConnectError(explainAbort(error, request.signal));
		return observeCall(
			() => next(request),
			(error) => {
				throw map(error);
			},
		);
	};
}

/** Logs method, duration and outcome of each call; never what was sent, and of a defect only where it happened. */
export function createLogInterceptor(log: RpcLog): Interceptor {
	return (next) => async (request) => {
		const started = performance.now();
		const rpc = `${request.service.typeName}/${request.method.name}`;
		const fields = (code: string) => ({
			action: "rpc_call",
			rpc,
			duration_ms: Math.round(performance.now() - started),
			code,
		});
		return observeCall(
			() => next(request),
			(error) => {
				const { code, defect } = describe(error);
				if (defect === null) log.info(fields(code), "call failed");
				else log.error({ ...fields(code), ...defect }, "call failed by a defect");
				throw error;
			},
			// A reader that leaves a stream ends it without an error.
			() =>
				request.signal.aborted
					? log.info(fields("cancelled"), "call cancelled")
					: log.info(fields("ok"), "call answered"),
		);
	};
}

/** Work that was aborted only knows that; the signal knows why. */
function explainAbort(error: unknown, signal: AbortSignal): unknown {
	if (!signal.aborted || !isCancelled(error)) return error;
	const reason: unknown = signal.reason;
	if (!(reason instanceof ConnectError)) return error;
	if (reason.code === Code.DeadlineExceeded) {
		return new AppError("timeout", "The call took longer than its deadline allows.", { retryable: true, cause: error });
	}
	if (reason.code === Code.Unavailable) {
		return new AppError("service_unavailable", "The service is stopping.", { retryable: true, cause: error });
	}
	return error;
}

function isCancelled(error: unknown): boolean {
	if (error instanceof AppError) return error.code === "cancelled";
	return error instanceof Error && error.name === "AbortError";
}

function describe(error: unknown): { code: string; defect: object | null } {
	const connectError = ConnectError.from(error);
	const detail = connectError.findDetails(ErrorDetailSchema)[0];
	const code = detail?.code ?? Code[connectError.code] ?? "Unknown";
	if (connectError.code !== Code.Internal && connectError.code !== Code.Unknown) return { code, defect: null };
	let cause: unknown = error;
	while (cause instanceof Error && cause.cause instanceof Error) cause = cause.cause;
	if (!(cause instanceof Error)) return { code, defect: {} };
	// The message of an unforeseen error may quote what was sent.
	const stack = (cause.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
	return { code, defect: { error_name: cause.name, stack: stack.slice(0, 10).map((line) => line.trim()) } };
}
