import { AppError } from "@anny-fitter/contracts";
import {
	type Attributes,
	type Context,
	context,
	isSpanContextValid,
	ROOT_CONTEXT,
	type Span,
	type SpanContext,
	SpanKind,
	SpanStatusCode,
	TraceFlags,
	trace,
} from "@opentelemetry/api";
import { parseTraceParent } from "@opentelemetry/core";
import { isSensitiveKey } from "./redact.js";

/** What a span says besides its name and times. Never anything of a person: what looks like it is left out. */
export type SpanFacts = Readonly<Record<string, string | number | boolean | undefined>>;

export interface SpanOptions {
	/** `client` and `server` of a call, `producer` and `consumer` of a job; default work inside the process. */
	readonly kind?: "internal" | "client" | "server" | "producer" | "consumer";
	readonly facts?: SpanFacts;
}

const KINDS = {
	internal: SpanKind.INTERNAL,
	client: SpanKind.CLIENT,
	server: SpanKind.SERVER,
	producer: SpanKind.PRODUCER,
	consumer: SpanKind.CONSUMER,
} as const;

/** Runs work within a span; what the work starts becomes part of it. A failure is told by its code, not its message. */
export async function withSpan<T>(name: string, options: SpanOptions, work: () => Promise<T>): Promise<T> {
	const span = openSpan(name, options);
	try {
		return await span.run(work);
	} catch (error) {
		span.fail(error);
		throw error;
	} finally {
		span.end();
	}
}

/** A span whose end is elsewhere in the code than its beginning. */
export interface OpenSpan {
	/** The ids for a log line outside of `run`. */
	readonly traceId: string | undefined;
	/** What a message to another process carries. */
	readonly traceparent: string | undefined;
	/** Runs work as part of the span. */
	run<T>(work: () => T): T;
	add(facts: SpanFacts): void;
	rename(name: string): void;
	/** @param error what was thrown, or its code */
	fail(error: unknown): void;
	/** Later calls do nothing. */
	end(): void;
}

/**
 * Begins a span in the one that is active, or in the one that `traceparent` names.
 *
 * @param parent `traceparent` is W3C's text. From a stranger, such as a browser, only the ids count, not whether it is
 *   recorded. A text that is none counts as no parent.
 */
export function openSpan(
	name: string,
	{ kind = "internal", facts = {} }: SpanOptions = {},
	parent?: { readonly traceparent: string | undefined; readonly isStranger: boolean },
): OpenSpan {
	const around = parent === undefined ? context.active() : contextOf(parent.traceparent, parent.isStranger);
	const span = tracer().startSpan(name, { kind: KINDS[kind], attributes: attributesOf(facts) }, around);
	const inside = trace.setSpan(around, span);
	let isOver = false;
	return {
		traceId: idsOf(span)?.traceId,
		traceparent: traceparentOf(span),
		run: (work) => context.with(inside, work),
		add: (more) => void span.setAttributes(attributesOf(more)),
		rename: (text) => void span.updateName(text),
		fail: (error) => markFailed(span, error),
		end: () => {
			if (isOver) return;
			isOver = true;
			span.end();
		},
	};
}

/** Records what was timed elsewhere, as part of the active span. Times are milliseconds since 1970. */
export function addSpan(name: string, start_ms: number, end_ms: number, facts: SpanFacts = {}): void {
	if (trace.getActiveSpan() === undefined) return;
	const span = tracer().startSpan(name, { startTime: start_ms, attributes: attributesOf(facts) });
	span.end(Math.max(start_ms, end_ms));
}

/** Runs work of which only a part of a trace is worth telling: within a span where there is a trace, else without. */
export function withinTrace<T>(name: string, options: SpanOptions, work: () => Promise<T>): Promise<T> {
	return trace.getActiveSpan() === undefined ? work() : withSpan(name, options, work);
}

/** What a message to another process carries, so that its spans join this trace; undefined outside of any trace. */
export function activeTraceparent(): string | undefined {
	const span = trace.getActiveSpan();
	return span === undefined ? undefined : traceparentOf(span);
}

/** For log lines: the trace that the running code belongs to. */
export function activeTrace(): { readonly traceId: string; readonly spanId: string } | undefined {
	const span = trace.getActiveSpan();
	return span === undefined ? undefined : idsOf(span);
}

/** The trace that the running code belongs to if it is recorded, so that a metric may point to it. */
export function recordedTraceId(): string | undefined {
	const ids = trace.getActiveSpan()?.spanContext();
	return ids !== undefined && (ids.traceFlags & TraceFlags.SAMPLED) !== 0 ? ids.traceId : undefined;
}

function tracer() {
	return trace.getTracer("anny-fitter");
}

function contextOf(traceparent: string | undefined, isStranger: boolean): Context {
	const ids = traceparent === undefined ? null : parseTraceParent(traceparent);
	if (ids === null) return ROOT_CONTEXT;
	const parent: SpanContext = isStranger
		? { ...ids, traceFlags: TraceFlags.NONE, isRemote: true }
		: { ...ids, isRemote: false };
	return trace.setSpanContext(ROOT_CONTEXT, parent);
}

function idsOf(span: Span): SpanContext | undefined {
	const ids = span.spanContext();
	return isSpanContextValid(ids) ? ids : undefined;
}

function traceparentOf(span: Span): string | undefined {
	const ids = idsOf(span);
	if (ids === undefined) return undefined;
	return `00-${ids.traceId}-${ids.spanId}-${(ids.traceFlags & 0xff).toString(16).padStart(2, "0")}`;
}

function attributesOf(facts: SpanFacts): Attributes {
	const attributes: Attributes = {};
	for (const [key, value] of Object.entries(facts)) {
		if (value !== undefined && !isSensitiveKey(key, value)) attributes[key] = value;
	}
	return attributes;
}

function markFailed(span: Span, error: unknown): void {
	const code = error instanceof AppError ? error.code : error instanceof Error ? error.name : String(error);
	span.setAttribute("error.type", /^[A-Za-z0-9_.:-]{1,63}$/.test(code) ? code : "unknown");
	span.setStatus({ code: SpanStatusCode.ERROR });
}
