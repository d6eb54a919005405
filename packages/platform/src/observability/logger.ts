import { type DestinationStream, type Logger, type LoggerOptions, pino } from "pino";
import { errorFacts, isErrorLike, safeMessage } from "./error-facts.js";
import { redactObject, redactText } from "./redact.js";
import { activeTrace } from "./spans.js";

export interface LogOptions {
	readonly level: "fatal" | "error" | "warn" | "info" | "debug" | "trace" | "silent";
	/** Which program writes, such as `api`. */
	readonly service: string;
	/** Where lines go. Default: standard output. */
	readonly destination?: DestinationStream | undefined;
}

/**
 * A pino logger that writes one JSON object a line: `timestamp` (ISO 8601, UTC), `level`, `service`, `trace_id`, `message`
 * and details; an error is in `error` whatever it was called. Lines about something that was done also have `action`,
 * `duration_ms` and, for a user's, `user_id`. Whatever it is given, it writes no authorization, cookie, password, token,
 * e-mail address, name, photo, landmark, measurement or age at any depth, and of unknown errors no message. Free text
 * cannot be checked so well: put values into details.
 */
export function createLogger(options: LogOptions): Logger {
	const settings: LoggerOptions = {
		level: options.level,
		base: { service: options.service },
		timestamp: () => `,"timestamp":"${new Date().toISOString()}"`,
		messageKey: "message",
		formatters: {
			level: (label) => ({ level: label }),
			// pino's own `redact` knows paths, not keys at any depth.
			log: (details) => withTrace(clean(details)),
		},
		// `log` above has made plain objects of these; Fastify would otherwise add serializers that show more.
		serializers: { err: keep, error: keep, req: keep, res: keep },
		hooks: {
			logMethod(args, method) {
				method.apply(this, withSafeMessage(args) as Parameters<typeof method>);
			},
			streamWrite: redactText,
		},
	};
	return redactBindings(options.destination === undefined ? pino(settings) : pino(settings, options.destination));
}

/** Without what must not be written, and an error under one name: Fastify and pino say `err`. */
function clean(details: Readonly<Record<string, unknown>>): Record<string, unknown> {
	const cleaned = redactObject(details);
	if (!("err" in cleaned) || "error" in cleaned) return cleaned;
	const { err, ...rest } = cleaned;
	return { ...rest, error: err };
}

/** A line's own ids go before those of the running code: whoever logs for a request that has ended names its trace. */
function withTrace(details: Record<string, unknown>): Record<string, unknown> {
	const ids = "trace_id" in details ? undefined : activeTrace();
	return ids === undefined ? details : { trace_id: ids.traceId, span_id: ids.spanId, ...details };
}

/** pino forgets the formatter of bindings in child loggers; they inherit these methods instead. */
function redactBindings(logger: Logger): Logger {
	const { child, setBindings } = logger;
	logger.child = function redactedChild(this: Logger, bindings, options) {
		return child.call(this, clean(bindings), options);
	} as Logger["child"];
	logger.setBindings = function setRedactedBindings(this: Logger, bindings) {
		setBindings.call(this, clean(bindings));
	};
	return logger;
}

/** Serializers also see the bindings of child loggers, which the formatters have cleaned before, and raw errors. */
function keep(value: unknown): unknown {
	return isErrorLike(value) ? errorFacts(value) : value;
}

/** pino takes an error's message as the line's when there is no other. */
function withSafeMessage(args: readonly unknown[]): readonly unknown[] {
	const [first, ...rest] = args;
	if (isErrorLike(first)) return withSafeMessage([{ err: first }, ...rest]);
	const error = typeof first === "object" && first !== null ? (first as { err?: unknown }).err : undefined;
	if (!isErrorLike(error)) return args;
	const [text, ...values] = rest;
	if (typeof text !== "string") return [first, safeMessage(error), ...values];
	// Fastify hands the message over beside the error.
	const isQuoted = error.message !== "" && text.includes(error.message);
	return isQuoted ? [first, text.replaceAll(error.message, safeMessage(error)), ...values] : args;
}
