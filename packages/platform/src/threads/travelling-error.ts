import { AppError, type ErrorCode } from "@anny-fitter/contracts";

/** An error as it goes from one thread to another: cloning alone would keep no field of an `AppError`. */
export interface TravellingError {
	/** Null for errors that are no `AppError`: defects. */
	readonly app: {
		readonly code: ErrorCode;
		readonly remedy: string;
		readonly details: Readonly<Record<string, unknown>>;
		readonly retryable: boolean;
		readonly cause: TravellingError | null;
	} | null;
	readonly name: string;
	readonly message: string;
	readonly stack: string | undefined;
}

export function packError(error: unknown): TravellingError {
	if (!(error instanceof Error)) return { app: null, name: "Error", message: String(error), stack: undefined };
	const { name, message, stack } = error;
	if (!(error instanceof AppError)) return { app: null, name, message, stack };
	const { code, remedy, retryable } = error;
	// Through JSON: whatever stands in the details must be clonable.
	const details = JSON.parse(JSON.stringify(error.details)) as Record<string, unknown>;
	const cause = error.cause === undefined ? null : packError(error.cause);
	return { app: { code, remedy, details, retryable, cause }, name, message, stack };
}

/** The `AppError` that was thrown; for a defect, an `internal` one with the defect as its cause. */
export function unpackError(error: TravellingError): AppError {
	if (error.app === null) {
		return new AppError("internal", "The computation failed unexpectedly.", { cause: unpackCause(error) });
	}
	const { code, cause, ...rest } = error.app;
	return new AppError(code, error.message, { ...rest, ...(cause === null ? {} : { cause: unpackCause(cause) }) });
}

function unpackCause(error: TravellingError): Error {
	if (error.app !== null) return unpackError(error);
	const cause = new Error(error.message);
	cause.name = error.name;
	if (error.stack !== undefined) cause.stack = error.stack;
	return cause;
}
