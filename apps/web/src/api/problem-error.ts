/** An answer of the API that is not the one that was asked for, or no answer at all. */
export class ProblemError extends Error {
	override readonly name = "ProblemError";

	/**
	 * @param code of the server's error table, or `offline` when there was no answer
	 * @param detail one sentence that names the cause, in English
	 * @param remedy one sentence that says what to do, in English
	 */
	constructor(
		readonly code: string,
		readonly status: number,
		readonly title: string,
		readonly detail: string,
		readonly remedy: string,
		readonly fields: readonly { readonly path: string; readonly message: string }[] = [],
		readonly retryAfter_s: number | null = null,
	) {
		super(detail);
	}
}

/** Reads a body of `application/problem+json`; anything else becomes a problem of its own. */
export function toProblem(body: unknown, status: number): ProblemError {
	const given = (typeof body === "object" && body !== null ? body : {}) as Record<string, unknown>;
	const text = (name: string, otherwise: string) => (typeof given[name] === "string" ? given[name] : otherwise);
	return new ProblemError(
		text("code", status === 0 ? "offline" : "internal"),
		status,
		text("title", "Something went wrong"),
		text("detail", "The server gave no explanation."),
		text("remedy", "Try again in a moment."),
		Array.isArray(given.errors) ? given.errors : [],
		typeof given.retry_after_s === "number" ? given.retry_after_s : null,
	);
}

/** There was no answer: the network or the server is away. */
export function offlineProblem(): ProblemError {
	return new ProblemError(
		"offline",
		0,
		"No connection",
		"The server does not answer.",
		"Check that the server runs and that you are connected, then try again.",
	);
}
