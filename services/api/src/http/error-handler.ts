import { ERROR_TABLE } from "@anny-fitter/contracts";
import type { FastifyReply, FastifyRequest } from "fastify";
import { problemOf, toAppError } from "./problem.js";

/** Answers whatever was thrown as problem+json, and logs what is the server's fault. */
export function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
	const appError = toAppError(error);
	const problem = problemOf(appError, request.id);
	request.problemCode = appError.code;
	if (ERROR_TABLE[appError.code].httpStatus >= 500) {
		const isDefect = appError.code === "internal";
		request.log[isDefect ? "error" : "warn"]({ err: error, code: appError.code }, "request failed");
	}
	if (problem.retry_after_s !== undefined) reply.header("retry-after", problem.retry_after_s);
	if (problem.status === 401) reply.header("www-authenticate", 'Bearer realm="anny-fitter"');
	return (
		reply
			.removeHeader("etag")
			.removeHeader("content-disposition")
			// The hook that sets it is not reached with an address that cannot be decoded.
			.header("x-request-id", request.id)
			.header("cache-control", "no-store")
			.code(problem.status)
			.type("application/problem+json")
			// A text passes by the schemas of the route, which may describe another document for this status.
			.send(JSON.stringify(problem))
	);
}
