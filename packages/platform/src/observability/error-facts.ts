import { AppError, ERROR_TABLE } from "@anny-fitter/contracts";

const MAX_CAUSES = 4;
const MAX_FRAMES = 12;
/** Names of codes, tables and columns; a value that somebody typed has other characters or is longer. */
const IDENTIFIER = /^[A-Za-z0-9_.:-]{1,63}$/;
/** What PostgreSQL's errors say about the schema. Their message, detail, where and internalQuery hold values of rows. */
const SCHEMA_FIELDS = ["schema", "table", "column", "constraint", "routine", "severity"] as const;

/** Whether a value is an error, also one of another realm. */
export function isErrorLike(value: unknown): value is Error {
	return value instanceof Error || Object.prototype.toString.call(value) === "[object Error]";
}

/** The message that stands for an error in a log: an unknown error's own message may hold what a user typed. */
export function safeMessage(error: Error): string {
	if (!(error instanceof AppError)) return `${typeOf(error)} ${codeOf(error) ?? ""}`.trim();
	// Messages about input name what was wrong with it; those about the server do not.
	return ERROR_TABLE[error.code].httpStatus >= 500 ? error.message : ERROR_TABLE[error.code].title;
}

/**
 * What a log may say about an error: type, code, where in the code, what of the schema or the network, and its causes.
 * Messages of unknown errors are left out, for they quote values: of JSON that does not parse, of rows, of input.
 */
export function errorFacts(error: Error, depth = 0): Record<string, unknown> {
	const code = codeOf(error);
	const facts: Record<string, unknown> = { type: typeOf(error), ...(code === null ? {} : { code }) };
	if (error instanceof AppError || isSystemError(error)) {
		const message = error instanceof AppError ? safeMessage(error) : describeSystemError(error);
		if (message !== "") facts.message = message;
	}
	for (const field of SCHEMA_FIELDS) {
		const value = (error as Partial<Record<(typeof SCHEMA_FIELDS)[number], unknown>>)[field];
		if (typeof value === "string" && IDENTIFIER.test(value)) facts[field] = value;
	}
	const stack = framesOf(error);
	if (stack !== "") facts.stack = stack;
	const causes = error instanceof AggregateError ? error.errors.slice(0, 3) : [error.cause];
	const shown = causes.filter(isErrorLike);
	if (shown.length > 0 && depth < MAX_CAUSES) {
		const list = shown.map((cause) => errorFacts(cause, depth + 1));
		if (error instanceof AggregateError) facts.errors = list;
		else facts.cause = list[0];
	}
	return facts;
}

function typeOf(error: Error): string {
	const name: unknown = error.name;
	return typeof name === "string" && IDENTIFIER.test(name) ? name : "Error";
}

function codeOf(error: Error): string | null {
	const code = (error as { code?: unknown }).code;
	if (typeof code === "number") return String(code);
	return typeof code === "string" && IDENTIFIER.test(code) ? code : null;
}

interface SystemError extends Error {
	readonly syscall: string;
	readonly address?: unknown;
	readonly port?: unknown;
}

function isSystemError(error: Error): error is SystemError {
	const { syscall, errno } = error as { syscall?: unknown; errno?: unknown };
	return typeof syscall === "string" && IDENTIFIER.test(syscall) && (typeof errno === "number" || errno === undefined);
}

/** Without the path: it may hold a file's name that a user chose. */
function describeSystemError({ syscall, address, port }: SystemError): string {
	const place = typeof address === "string" && IDENTIFIER.test(address) ? ` ${address}` : "";
	return `${syscall}${place}${typeof port === "number" ? `:${port}` : ""}`;
}

/** The frames alone: V8 puts the message before them. */
function framesOf(error: Error): string {
	const stack: unknown = error.stack;
	if (typeof stack !== "string") return "";
	// Everything up to the end of the message, or a message could pass a line of its own off as a frame.
	const start = error.message === "" ? 0 : stack.indexOf(error.message) + error.message.length;
	return stack
		.slice(Math.max(0, start))
		.split("\n")
		.filter((line) => /^\s+at .+:\d+:\d+\)?$/.test(line))
		.slice(0, MAX_FRAMES)
		.map((line) => line.trim())
		.join("\n");
}
