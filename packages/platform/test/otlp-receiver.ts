import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A span as a collector gets it, with what tests look at. */
export interface ReceivedSpan {
	readonly service: string;
	readonly name: string;
	readonly traceId: string;
	readonly spanId: string;
	readonly parentSpanId: string | undefined;
	readonly start_ms: number;
	readonly end_ms: number;
	readonly attributes: Readonly<Record<string, string | number | boolean>>;
	/** 2 is an error. */
	readonly status: number;
}

export interface OtlpReceiver {
	/** For OTEL_EXPORTER_OTLP_ENDPOINT. */
	readonly url: string;
	readonly spans: readonly ReceivedSpan[];
	/** All that came, as it came. */
	readonly text: string;
	/** Waits until a span of each name is there. */
	waitFor(names: readonly string[], timeout_ms?: number): Promise<void>;
	close(): Promise<void>;
}

interface AnyValue {
	readonly stringValue?: string;
	readonly intValue?: number | string;
	readonly doubleValue?: number;
	readonly boolValue?: boolean;
}
interface KeyValue {
	readonly key: string;
	readonly value: AnyValue;
}
interface OtlpSpan {
	readonly traceId: string;
	readonly spanId: string;
	readonly parentSpanId?: string;
	readonly name: string;
	readonly startTimeUnixNano: string;
	readonly endTimeUnixNano: string;
	readonly attributes?: readonly KeyValue[];
	readonly status?: { readonly code?: number };
}
interface OtlpBody {
	readonly resourceSpans: readonly {
		readonly resource: { readonly attributes: readonly KeyValue[] };
		readonly scopeSpans: readonly { readonly spans: readonly OtlpSpan[] }[];
	}[];
}

/** Takes traces as OTLP over HTTP with JSON, on this machine only. */
export async function startOtlpReceiver(): Promise<OtlpReceiver> {
	const spans: ReceivedSpan[] = [];
	let all = "";
	const server = createServer((request, response) => {
		let body = "";
		request.setEncoding("utf8");
		request.on("data", (piece: string) => {
			body += piece;
		});
		request.on("end", () => {
			all += body;
			if (request.url === "/v1/traces") spans.push(...spansOf(JSON.parse(body) as OtlpBody));
			response.writeHead(200, { "content-type": "application/json" }).end("{}");
		});
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		spans,
		get text() {
			return all;
		},
		waitFor: async (names, timeout_ms = 20_000) => {
			const until = Date.now() + timeout_ms;
			for (;;) {
				const missing = names.filter((name) => !spans.some((span) => span.name === name));
				if (missing.length === 0) return;
				if (Date.now() > until) {
					throw new Error(
						`no span ${missing.join(", ")} among ${[...new Set(spans.map(({ name }) => name))].join(", ")}`,
					);
				}
				await new Promise((resolve) => setTimeout(resolve, 50));
			}
		},
		close: () =>
			new Promise((resolve) => {
				server.close(() => resolve());
				server.closeAllConnections();
			}),
	};
}

function spansOf({ resourceSpans }: OtlpBody): ReceivedSpan[] {
	return resourceSpans.flatMap(({ resource, scopeSpans }) => {
		const service = String(valuesOf(resource.attributes)["service.name"]);
		return scopeSpans
			.flatMap((scope) => scope.spans)
			.map((span) => ({
				service,
				name: span.name,
				traceId: span.traceId,
				spanId: span.spanId,
				parentSpanId: span.parentSpanId,
				start_ms: Number(span.startTimeUnixNano) / 1e6,
				end_ms: Number(span.endTimeUnixNano) / 1e6,
				attributes: valuesOf(span.attributes ?? []),
				status: span.status?.code ?? 0,
			}));
	});
}

function valuesOf(attributes: readonly KeyValue[]): Record<string, string | number | boolean> {
	return Object.fromEntries(
		attributes.map(({ key, value }) => [
			key,
			value.stringValue ?? value.boolValue ?? Number(value.intValue ?? value.doubleValue),
		]),
	);
}
