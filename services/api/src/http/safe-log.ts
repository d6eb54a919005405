import { errorFacts } from "@anny-fitter/platform/observability";

/** What a log may know of whatever was thrown: kind, code and place; of unknown errors no message. */
export function describeError(error: unknown): Record<string, unknown> {
	return error instanceof Error ? errorFacts(error) : { type: typeof error };
}
