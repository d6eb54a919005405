import { AppError, ERROR_TABLE, type ErrorCode } from "@anny-fitter/contracts";
import { type ErrorDetail, ErrorDetailSchema } from "@anny-fitter/contracts/rpc";
import { Code, ConnectError } from "@connectrpc/connect";

/**
 * Connect code per HTTP status of the error table; others are `InvalidArgument` or `Internal`. Load balancers act on it,
 * our clients read the detail instead.
 */
const CODE_OF_STATUS: Readonly<Record<number, Code>> = {
	401: Code.Unauthenticated,
	403: Code.PermissionDenied,
	404: Code.NotFound,
	409: Code.FailedPrecondition,
	410: Code.DataLoss,
	412: Code.FailedPrecondition,
	429: Code.ResourceExhausted,
	499: Code.Canceled,
	502: Code.Unavailable,
	503: Code.Unavailable,
	504: Code.DeadlineExceeded,
};

/**
 * What an error without our detail means to the caller: raised by the transport, a proxy, or a server of others.
 * A connection that breaks while a call runs is `Aborted`.
 */
const APP_CODE_OF_CODE: Readonly<Partial<Record<Code, ErrorCode>>> = {
	[Code.Canceled]: "cancelled",
	[Code.DeadlineExceeded]: "timeout",
	[Code.Unavailable]: "service_unavailable",
	[Code.Aborted]: "service_unavailable",
	[Code.ResourceExhausted]: "service_unavailable",
	[Code.InvalidArgument]: "invalid_argument",
	[Code.NotFound]: "not_found",
	[Code.PermissionDenied]: "forbidden",
	[Code.Unauthenticated]: "unauthenticated",
};

const MESSAGES: Readonly<Partial<Record<ErrorCode, string>>> = {
	cancelled: "The call was cancelled.",
	timeout: "The call took longer than its deadline allows.",
	service_unavailable: "The service cannot be reached.",
	upload_too_large: "The message is larger than the service accepts.",
	invalid_argument: "The service refused the request.",
	not_found: "The service does not know what was asked for.",
	forbidden: "The service does not allow this.",
	unauthenticated: "The service does not know the caller.",
};

/** The Connect code that stands for a code of the error table. */
export function connectCodeOf(code: ErrorCode): Code {
	const status: number = ERROR_TABLE[code].httpStatus;
	return CODE_OF_STATUS[status] ?? (status < 500 ? Code.InvalidArgument : Code.Internal);
}

/**
 * The error as it travels: an `AppError` whole, in an `ErrorDetail`. What is already a Connect error stays as it is. Any
 * other error is a defect: the caller learns that it happened, the error itself is kept as `cause` and goes nowhere.
 */
export function toConnectError(error: unknown): ConnectError {
	if (error instanceof ConnectError) return error;
	const appError =
		error instanceof AppError ? error : new AppError("internal", "The service failed unexpectedly.", { cause: error });
	const { code, message, remedy, retryable, details } = appError;
	return new ConnectError(
		message,
		connectCodeOf(code),
		undefined,
		[{ desc: ErrorDetailSchema, value: { code, message, remedy, retryable, detailsJson: JSON.stringify(details) } }],
		error,
	);
}

/**
 * The `AppError` that a service threw, with code, message, remedy, details and `retryable`, however it travelled. An
 * error of the transport becomes `cancelled`, `timeout` or, retryable, `service_unavailable`.
 */
export function fromConnectError(error: unknown): AppError {
	if (error instanceof AppError) return error;
	if (isTimeout(error)) return appErrorOf("timeout", error);
	// Keeps a ConnectError, turns an AbortError into Canceled.
	const connectError = ConnectError.from(error);
	for (const detail of connectError.findDetails(ErrorDetailSchema)) {
		if (isErrorCode(detail.code)) return restore(detail, detail.code, error);
	}
	if (isTooLarge(connectError)) return appErrorOf("upload_too_large", error);
	if (isBrokenConnection(connectError)) return appErrorOf("service_unavailable", error);
	return appErrorOf(APP_CODE_OF_CODE[connectError.code] ?? "internal", error);
}

function restore(detail: ErrorDetail, code: ErrorCode, cause: unknown): AppError {
	return new AppError(code, detail.message, {
		...(detail.remedy === "" ? {} : { remedy: detail.remedy }),
		retryable: detail.retryable,
		details: parseDetails(detail.detailsJson),
		cause,
	});
}

function appErrorOf(code: ErrorCode, cause: unknown): AppError {
	const retryable = code === "service_unavailable" || code === "timeout";
	return new AppError(code, MESSAGES[code] ?? "The service failed unexpectedly.", { retryable, cause });
}

function isErrorCode(code: string): code is ErrorCode {
	return Object.hasOwn(ERROR_TABLE, code);
}

function isTimeout(error: unknown): boolean {
	return error instanceof DOMException && error.name === "TimeoutError";
}

/** A message over the read limit of one of the two sides. */
function isTooLarge(error: ConnectError): boolean {
	return error.code === Code.ResourceExhausted && /readMaxBytes|writeMaxBytes/.test(error.rawMessage);
}

/**
 * Whether the connection failed rather than the service. Connect calls most errors of Node's sockets, and a stream
 * that ends without its trailers, internal.
 */
function isBrokenConnection(error: ConnectError): boolean {
	if (error.code !== Code.Internal && error.code !== Code.Unknown && error.code !== Code.InvalidArgument) return false;
	if (/missing trailer|stream closed with error code|protocol error: (?:missing|premature)/.test(error.rawMessage)) {
		return true;
	}
	for (let cause: unknown = error.cause, depth = 0; cause instanceof Error && depth < 5; depth++, cause = cause.cause) {
		if ("code" in cause && /^(?:ERR_HTTP2_|ERR_STREAM_|E[A-Z]+$)/.test(String(cause.code))) return true;
	}
	return false;
}

function parseDetails(json: string): Record<string, unknown> {
	try {
		const value: unknown = JSON.parse(json);
		return typeof value === "object" && value !== null && !Array.isArray(value)
			? (value as Record<string, unknown>)
			: {};
	} catch {
		return {};
	}
}
