import { AppError } from "@anny-fitter/contracts";
import type { FastifyReply, FastifyRequest } from "fastify";

/**
 * What a log may know of an error: kind, code and place. Messages of unknown errors may repeat values (a database names
 * the row that clashes), so only those that were written for people are kept.
 */
export function describeError(error: unknown): Record<string, unknown> {
	if (!(error instanceof Error)) return { type: typeof error };
	const { code } = error as { code?: unknown };
	return {
		type: error.name,
		...(typeof code === "string" ? { code } : {}),
		...(error instanceof AppError ? { message: error.message } : {}),
		stack: (error.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line)),
		...(error.cause === undefined ? {} : { cause: describeError(error.cause) }),
	};
}

/** Serialisers that keep addresses with their queries, headers and bodies out of the log. */
export const LOG_SERIALIZERS = {
	req: (request: FastifyRequest) => ({ method: request.method, route: request.routeOptions?.url ?? null }),
	res: (reply: FastifyReply) => ({ status: reply.statusCode }),
	err: describeError,
	error: (error: unknown) => (error instanceof Error ? describeError(error) : error),
};
