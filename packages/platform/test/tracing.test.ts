import { AppError } from "@anny-fitter/contracts";
import { VisionService } from "@anny-fitter/contracts/rpc";
import {
	activeTraceparent,
	addSpan,
	createLogger,
	createServiceMetrics,
	openSpan,
	startTracing,
	type Tracing,
	withinTrace,
	withSpan,
} from "@anny-fitter/platform/observability";
import { openGrpcTransport, startRpcServer } from "@anny-fitter/platform/rpc";
import { createClient } from "@connectrpc/connect";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type OtlpReceiver, startOtlpReceiver } from "./otlp-receiver.js";

const BROWSER_TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const BROWSER_SPAN = "00f067aa0ba902b7";

describe("tracing", () => {
	let receiver: OtlpReceiver;
	let tracing: Tracing;

	beforeAll(async () => {
		receiver = await startOtlpReceiver();
		// The exporter reads its address from the environment itself.
		process.env.OTEL_EXPORTER_OTLP_ENDPOINT = receiver.url;
		process.env.OTEL_SERVICE_NAME = "api-under-test";
		tracing = await startTracing({
			service: "api",
			env: { ...process.env, OTEL_EXPORTER_OTLP_PROTOCOL: "http/json", OTEL_BSP_SCHEDULE_DELAY: "20" },
		});
		delete process.env.OTEL_EXPORTER_OTLP_ENDPOINT;
		delete process.env.OTEL_SERVICE_NAME;
	});
	afterAll(async () => {
		await tracing.stop();
		await receiver.close();
	});
	const spanOf = (name: string) => {
		const found = receiver.spans.find((span) => span.name === name);
		if (found === undefined) throw new Error(`no span ${name}`);
		return found;
	};

	test("continues a browser's trace, but does not take its word on recording", async () => {
		for (const flags of ["00", "01"]) {
			const name = `request ${flags}`;
			const traceparent = `00-${BROWSER_TRACE}-${BROWSER_SPAN}-${flags}`;
			openSpan(name, { kind: "server" }, { traceparent, isStranger: true }).end();
			await receiver.waitFor([name]);
			expect(spanOf(name)).toMatchObject({
				traceId: BROWSER_TRACE,
				parentSpanId: BROWSER_SPAN,
				service: "api-under-test",
			});
		}
		openSpan("request of nobody", {}, { traceparent: "drop table spans", isStranger: true }).end();
		await receiver.waitFor(["request of nobody"]);
		expect(spanOf("request of nobody").traceId).not.toBe(BROWSER_TRACE);
		expect(spanOf("request of nobody").parentSpanId ?? "").toBe("");
	});

	test("a job goes on where its request left off, also when that was not recorded", async () => {
		let carried: string | undefined;
		await withSpan("upload", {}, async () => {
			carried = activeTraceparent();
		});
		const job = openSpan("job", { kind: "consumer" }, { traceparent: carried, isStranger: false });
		job.run(() => addSpan("job queue", Date.now() - 500, Date.now()));
		job.end();
		openSpan(
			"job of an unrecorded request",
			{},
			{ traceparent: carried?.replace(/01$/, "00"), isStranger: false },
		).end();
		await withSpan("last", {}, async () => undefined);
		await receiver.waitFor(["upload", "job", "job queue", "last"]);
		expect(spanOf("job")).toMatchObject({ traceId: spanOf("upload").traceId, parentSpanId: spanOf("upload").spanId });
		expect(spanOf("job queue").parentSpanId).toBe(spanOf("job").spanId);
		expect(spanOf("job queue").end_ms - spanOf("job queue").start_ms).toBeGreaterThanOrEqual(500);
		expect(receiver.spans.some(({ name }) => name === "job of an unrecorded request")).toBe(false);
	});

	test("says of failures their code, and of what looks personal nothing", async () => {
		await expect(
			withSpan("failing", { facts: { email: "ada@example.org", waist_girth: 0.81, photo_count: 2 } }, async () => {
				throw new AppError("no_person", "There is nobody in ada-at-the-sea.jpg.");
			}),
		).rejects.toThrow();
		await receiver.waitFor(["failing"]);
		expect(spanOf("failing")).toMatchObject({ status: 2, attributes: { "error.type": "no_person", photo_count: 2 } });
		expect(receiver.text).not.toMatch(/ada|0\.81|girth/);
	});

	test("goes from caller to service over gRPC, into the log and beside the numbers", async () => {
		const lines: Record<string, unknown>[] = [];
		const log = createLogger({
			level: "info",
			service: "vision",
			destination: { write: (line: string) => void lines.push(JSON.parse(line)) },
		});
		const metrics = createServiceMetrics({ service: "vision" });
		const server = await startRpcServer({
			routes: (router) =>
				router.service(VisionService, {
					async *analyse() {
						await new Promise((resolve) => setTimeout(resolve, 5));
						// Within the generator: what a handler does while its answer is read.
						await withSpan("inside", {}, async () => undefined);
						yield { event: { case: "progress" as const, value: { stage: "vision", fraction: 0.5, message: "half" } } };
						yield { event: { case: "result" as const, value: { widthPx: 1 } } };
					},
				}),
			log,
			metrics,
		});
		const { transport, close } = openGrpcTransport(server.url, { metrics });
		await withSpan("caller", {}, async () => {
			for await (const _ of createClient(VisionService, transport).analyse({ photo: new Uint8Array(3) })) {
				// Read to its end.
			}
		});
		await receiver.waitFor(["caller", "inside", "anny_fitter.v1.VisionService/Analyse"]);
		await close();
		await server.stop();
		const calls = receiver.spans.filter(({ name }) => name === "anny_fitter.v1.VisionService/Analyse");
		expect(calls).toHaveLength(2);
		const caller = spanOf("caller");
		const client = calls.find(({ parentSpanId }) => parentSpanId === caller.spanId);
		const served = calls.find(({ parentSpanId }) => parentSpanId === client?.spanId);
		expect(spanOf("inside")).toMatchObject({ traceId: caller.traceId, parentSpanId: served?.spanId });
		expect(lines.find(({ message }) => message === "call answered")).toMatchObject({
			action: "rpc_call",
			trace_id: caller.traceId,
			duration_ms: expect.any(Number),
		});
		const text = await metrics.render();
		const series =
			'rpc_server_duration_seconds_count{service="vision",rpc="anny_fitter.v1.VisionService/Analyse",code="ok"} 1';
		const sorted = (line: string) =>
			line.replace(/\{([^}]*)\}/, (_, labels: string) => `{${labels.split(",").sort()}}`);
		expect(text.split("\n").map(sorted)).toContain(sorted(series));
		expect(text).toContain(`# {trace_id="${caller.traceId}"}`);
	});

	test("work that belongs to nothing makes no trace of its own", async () => {
		await withinTrace("polling", {}, async () => undefined);
		await withSpan("after polling", {}, async () => undefined);
		await receiver.waitFor(["after polling"]);
		expect(receiver.spans.some(({ name }) => name === "polling")).toBe(false);
	});

	test("names the variable that it cannot use", async () => {
		for (const [name, value] of [
			["OTEL_TRACES_EXPORTER", "jaeger"],
			["OTEL_TRACES_SAMPLER", "sometimes"],
			["OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"],
		] as const) {
			const starting = startTracing({
				service: "api",
				env: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, [name]: value },
			});
			await expect(starting).rejects.toMatchObject({ code: "invalid_configuration", details: { variable: name } });
		}
	});
});
