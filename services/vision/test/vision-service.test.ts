import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Health, HealthStatus, VisionService } from "@anny-fitter/contracts/rpc";
import { observePhoto } from "@anny-fitter/pipeline";
import { openGrpcTransport, type RpcServer, startRpcServer } from "@anny-fitter/platform/rpc";
import { openVision } from "@anny-fitter/vision";
import { type OpenedVisionService, openVisionService, type VisionServiceOptions } from "@anny-fitter/vision-service";
import { createClient, createRouterTransport, type Transport } from "@connectrpc/connect";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { tinyDepth } from "../../../packages/perception/test/tiny-models.js";
import { analyse, greyPng, WOMAN } from "./shared.js";

let service: OpenedVisionService;
beforeAll(async () => {
	service = await openVisionService({ variant: "lite" });
});
afterAll(() => service.close());

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
	for (const close of closers.splice(0).reverse()) await close();
});

async function serve(served = service): Promise<{ server: RpcServer; transport: Transport; codes: unknown[] }> {
	const codes: unknown[] = [];
	const note = (fields: object) => void codes.push((fields as { code?: unknown }).code);
	const server = await startRpcServer({
		routes: served.routes,
		isHealthy: served.isHealthy,
		log: { info: note, error: note },
	});
	const { transport, close } = openGrpcTransport(server.url);
	closers.push(() => server.stop({ grace_ms: 0 }), close);
	return { server, transport, codes };
}

async function openOwn(options: VisionServiceOptions): Promise<OpenedVisionService> {
	const own = await openVisionService({ variant: "lite", ...options });
	closers.push(() => own.close());
	return own;
}

function inProcess(served = service): Transport {
	return createRouterTransport(served.routes);
}

describe.each(["in process", "over gRPC"] as const)("the vision service %s", (kind) => {
	async function connect(served = service): Promise<Transport> {
		return kind === "in process" ? inProcess(served) : (await serve(served)).transport;
	}

	it("sees in a photo exactly what the pipeline sees", async () => {
		const stages: string[] = [];
		const photo = new Uint8Array(WOMAN);
		const message = await analyse(await connect(), photo, { onProgress: (stage) => stages.push(stage) });
		expect(Buffer.compare(photo, WOMAN), "the caller's bytes stay").toBe(0);

		const vision = await openVision({ variant: "lite" });
		closers.push(() => vision.close());
		const { observation } = await observePhoto(vision, { bytes: WOMAN, name: "photo 1" });
		expect(stages).toEqual(["decode", "vision"]);
		expect(message).toMatchObject({ widthPx: observation.width_px, heightPx: observation.height_px, device: "cpu" });
		expect(message.focalLengthPx ?? null).toBe(observation.focal_px);
		expect(Object.keys(message.timingsMs).sort()).toEqual(["decode", "vision"]);
		const bytes = (numbers: Float32Array | Float64Array) =>
			Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength);
		expect(message.body.length).toBe(33 * 5 * 8);
		expect(Buffer.compare(message.body, bytes(observation.body))).toBe(0);
		expect(message.bodyWorld.length).toBe(33 * 3 * 8);
		expect(Buffer.compare(message.bodyWorld, bytes(observation.bodyWorld))).toBe(0);
		expect(message.faceSeen).toBe(observation.faceSeen);
		expect(message.photoQuality).toMatchObject(observation.photoQuality ?? {});
		expect(message.mask.length).toBe(observation.width_px * observation.height_px * 4);
		expect(Buffer.compare(message.mask, bytes(observation.mask ?? new Float32Array()))).toBe(0);
		expect(new Set(observation.regions), "cloth, skin and hair").toEqual(new Set([0, 1, 2, 3]));
		expect(Buffer.compare(message.regions, observation.regions ?? new Uint8Array())).toBe(0);
		expect(message).toMatchObject({ segmentationModel: "MediaPipe Holistic", depthModel: "" });
		expect(message.inverseDepth.length).toBe(0);
	});

	it("hands on the depth map of an installed network", async () => {
		const modelDir = await mkdtemp(join(tmpdir(), "anny-vision-service-"));
		closers.push(() => rm(modelDir, { recursive: true }));
		await writeFile(join(modelDir, "depth.onnx"), tinyDepth("midas"));
		const message = await analyse(await connect(await openOwn({ modelDir })), new Uint8Array(WOMAN));
		expect(message).toMatchObject({
			inverseDepthWidth: 256,
			inverseDepthHeight: 256,
			depthModel: "MiDaS (depth.onnx)",
		});
		const values = new Float32Array(Uint8Array.from(message.inverseDepth).buffer);
		expect(values.length).toBe(256 * 256);
		expect(values.filter((value) => value >= 0 && value <= 1).length / values.length).toBeGreaterThan(0.95);
	});

	it("refuses what shows nobody or is no photo, with advice", async () => {
		const transport = await connect();
		await expect(analyse(transport, greyPng(400, 600))).rejects.toMatchObject({
			code: "no_person",
			message: expect.stringContaining("photo 1"),
			remedy: expect.stringMatching(/\w.+\.$/),
			retryable: false,
		});
		await expect(analyse(transport, Buffer.from("not a photo, just text"))).rejects.toMatchObject({
			code: "not_an_image",
			remedy: expect.stringContaining("JPEG"),
		});
		await expect(analyse(transport, new Uint8Array())).rejects.toMatchObject({ code: "empty_file" });
		expect(service.isHealthy()).toBe(true);
	});

	it("stops when the caller cancels or its deadline passes, and serves the next call", async () => {
		const transport = await connect();
		const abort = new AbortController();
		const stopAtVision = (stage: string) => {
			if (stage === "vision") abort.abort();
		};
		await expect(analyse(transport, WOMAN, { signal: abort.signal, onProgress: stopAtVision })).rejects.toMatchObject({
			code: "cancelled",
		});
		await expect(analyse(transport, WOMAN, { timeoutMs: 20 })).rejects.toMatchObject({
			code: "timeout",
			retryable: true,
		});
		await expect(analyse(transport, WOMAN, { signal: AbortSignal.abort() })).rejects.toMatchObject({
			code: "cancelled",
		});
		expect((await analyse(transport, WOMAN)).device).toBe("cpu");
	});

	it("repeats on the CPU when the GPU is out of memory, and says when the machine is", async () => {
		const failures = ["CUDA failure 2: out of memory", null, "std::bad_alloc", "std::bad_alloc"];
		const nextFailure = (_: string, step: string) => (step === "run" ? (failures.shift() ?? null) : null);
		const own = await openOwn({ device: "cuda", faults: { emulateCuda: true, nextFailure } });
		const transport = await connect(own);
		expect((await analyse(transport, WOMAN)).device).toBe("cpu");
		await expect(analyse(transport, WOMAN)).rejects.toMatchObject({
			code: "inference_out_of_memory",
			retryable: true,
			remedy: expect.stringContaining("smaller photo"),
		});
		expect((await analyse(transport, WOMAN)).device).toBe("cpu");
		expect(failures).toEqual([]);
	});

	it("serves calls in order and refuses more than may wait", async () => {
		const transport = await connect(await openOwn({ maxRunning: 1, maxWaiting: 3 }));
		await analyse(transport, WOMAN);
		// So small that the calls arrive before the first is done.
		const nobody = greyPng(400, 600);
		const ended: number[] = [];
		const abort = new AbortController();
		const call = (index: number) =>
			analyse(transport, nobody, index === 2 ? { signal: abort.signal } : {}).finally(() => ended.push(index));
		const settled = Promise.allSettled([0, 1, 2, 3, 4].map(call));
		await delay(5);
		abort.abort();
		const codes = (await settled).map((outcome) => (outcome.status === "rejected" ? outcome.reason.code : null));
		expect(codes).toEqual(["no_person", "no_person", "cancelled", "no_person", "service_unavailable"]);
		expect(ended.filter((index) => index !== 2 && index !== 4)).toEqual([0, 1, 3]);
	});

	it("fails waiting and running calls retryably when it is closed, and is not healthy then", async () => {
		const own = await openOwn({ maxRunning: 1 });
		const transport = await connect(own);
		const settled = Promise.allSettled([analyse(transport, WOMAN), analyse(transport, WOMAN)]);
		await delay(50);
		await own.close();
		for (const outcome of await settled) {
			expect(outcome).toMatchObject({ reason: { code: "service_unavailable", retryable: true } });
		}
		await expect(analyse(transport, WOMAN)).rejects.toMatchObject({ code: "service_unavailable" });
		expect(own.isHealthy()).toBe(false);
	});
});

describe("the vision service", () => {
	it("becomes unhealthy when the networks fail again and again, and recovers", async () => {
		let isBroken = true;
		const nextFailure = (_: string, step: string) => (isBroken && step === "run" ? "Conv failed" : null);
		const own = await openOwn({ faults: { nextFailure } });
		const { transport } = await serve(own);
		const health = createClient(Health, transport);
		for (let i = 0; i < 3; i++) {
			expect((await health.check({ service: VisionService.typeName })).status).toBe(HealthStatus.SERVING);
			await expect(analyse(transport, WOMAN)).rejects.toMatchObject({ code: "inference_failed" });
		}
		expect((await health.check({})).status).toBe(HealthStatus.NOT_SERVING);
		isBroken = false;
		await analyse(transport, WOMAN);
		expect((await health.check({})).status).toBe(HealthStatus.SERVING);
	});

	it("finishes the running call when its server stops, and logs outcomes", async () => {
		const { server, transport, codes } = await serve();
		let stopped: Promise<void> | undefined;
		const result = await analyse(transport, WOMAN, {
			onProgress: () => {
				stopped ??= server.stop({ grace_ms: 60_000 });
			},
		});
		expect(result.body.length).toBe(33 * 5 * 8);
		await stopped;
		expect(codes).toEqual(["ok"]);
	});
});
