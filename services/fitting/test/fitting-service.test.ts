import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type AppError, ERROR_TABLE, type ResultDocument, resultDocumentSchema } from "@anny-fitter/contracts";
import { FittingService } from "@anny-fitter/contracts/rpc";
import { openFittingService } from "@anny-fitter/fitting-service";
import { type ObservedPhoto, observePhoto, openFitEngine } from "@anny-fitter/pipeline";
import { fromConnectError, openGrpcTransport, startRpcServer } from "@anny-fitter/platform/rpc";
import { openVision } from "@anny-fitter/vision";
import { type CallOptions, type Client, createClient, createRouterTransport } from "@connectrpc/connect";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

type FitInit = Parameters<Client<typeof FittingService>["fit"]>[0];
type ObservationInit = ReturnType<typeof observationInit>;

const STATED = { stature_m: 1.7245, weight_kg: 70.95, age_years: 33, sex: "female" } as const;
const statedJson = JSON.stringify(STATED);
const photoFile = (name: string) => ({
	bytes: readFileSync(fileURLToPath(new URL(`../../../samples/${name}`, import.meta.url))),
	name,
});
const PHOTOS = [photoFile("woman-front.jpg"), { ...photoFile("woman-side.jpg"), view: "side" as const }];

const warned: unknown[] = [];
let expected: ResultDocument;
let observed: ObservedPhoto[];
let service: Awaited<ReturnType<typeof openFittingService>>;
const closers: (() => Promise<void>)[] = [];
const clients: Record<string, Client<typeof FittingService>> = {};

beforeAll(async () => {
	const engine = await openFitEngine();
	expected = (await engine.fit({ photos: PHOTOS, stated: STATED })).document;
	await engine.close();
	const vision = await openVision();
	observed = [];
	for (const photo of PHOTOS) observed.push(await observePhoto(vision, photo));
	await vision.close();
	service = await openFittingService({ threads: 1, log: { warn: (details) => warned.push(details) } });
	const server = await startRpcServer({ routes: (router) => service.routes(router), port: 0 });
	const grpc = openGrpcTransport(server.url);
	closers.push(
		() => grpc.close(),
		() => server.stop({ grace_ms: 1000 }),
		() => service.close(),
	);
	clients["in process"] = createClient(
		FittingService,
		createRouterTransport((router) => service.routes(router)),
	);
	clients.gRPC = createClient(FittingService, grpc.transport);
});
afterAll(async () => {
	for (const close of closers) await close();
});

const bytesOf = (values: Float64Array | Float32Array): Uint8Array =>
	new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

function qualityInit({ blur, ...quality }: NonNullable<ObservedPhoto["observation"]["photoQuality"]>) {
	return { ...quality, ...(blur === null ? {} : { blur }) };
}

function observationInit(i = 0) {
	const { observation, perception, warnings, timings_ms } = observed[i] as ObservedPhoto;
	return {
		widthPx: observation.width_px,
		heightPx: observation.height_px,
		...(observation.focal_px === null ? {} : { focalLengthPx: observation.focal_px }),
		body: bytesOf(observation.body),
		bodyWorld: bytesOf(observation.bodyWorld),
		mask: observation.mask === null ? new Uint8Array() : bytesOf(observation.mask),
		regions: observation.regions ?? new Uint8Array(),
		inverseDepth: bytesOf(new Float32Array()),
		inverseDepthWidth: 0,
		inverseDepthHeight: 0,
		segmentationModel: perception.segmentation,
		depthModel: perception.depth === "unavailable" ? "" : perception.depth,
		...(observation.faceSeen == null ? {} : { faceSeen: observation.faceSeen }),
		...(observation.photoQuality ? { photoQuality: qualityInit(observation.photoQuality) } : {}),
		warnings,
		timingsMs: timings_ms,
		device: "cpu",
	};
}

const request = (changes: FitInit = {}): FitInit => ({
	views: PHOTOS.map(({ name, ...photo }, i) => ({
		name,
		label: "view" in photo ? photo.view : "",
		observation: observationInit(i),
	})),
	statedJson,
	...changes,
});

const oneView = (changes: Partial<ObservationInit>): FitInit =>
	request({ views: [{ name: "photo 1", observation: { ...observationInit(), ...changes } }] });

async function fit(client: Client<typeof FittingService> | undefined, init: FitInit, options?: CallOptions) {
	const fractions: number[] = [];
	for await (const { event } of client?.fit(init, options) ?? []) {
		if (event.case === "progress") fractions.push(event.value.fraction);
		if (event.case === "result") {
			const document = JSON.parse(event.value.documentJson) as ResultDocument;
			return { document, flagged: event.value.flaggedForReview, fractions };
		}
	}
	throw new Error("there was no result");
}

const failure = (work: Promise<unknown>): Promise<AppError> =>
	work.then(
		() => {
			throw new Error("expected a failure");
		},
		(error: unknown) => fromConnectError(error),
	);

const without = ({ timings_ms: _, ...document }: ResultDocument) => document;

for (const name of ["in process", "gRPC"]) {
	describe(name, () => {
		test("gives what the command line gives for the same photos, with growing progress", async () => {
			const { document, flagged, fractions } = await fit(clients[name], request());
			expect(without(document)).toEqual(without(expected));
			expect(Object.keys(document.timings_ms)).toEqual(Object.keys(expected.timings_ms));
			expect(flagged).toBe(false);
			expect(fractions.length).toBeGreaterThan(6);
			expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
		});

		test("takes depth maps and names the networks that saw the photo", async () => {
			const values = Float32Array.from({ length: 12 }, (_, i) => i / 12);
			const depth = {
				inverseDepth: bytesOf(values),
				inverseDepthWidth: 3,
				inverseDepthHeight: 4,
				depthModel: "Some depth",
			};
			const { document } = await fit(clients[name], oneView({ ...depth, segmentationModel: "Some outline" }));
			expect(document.perception).toEqual({ segmentation: "Some outline", depth: "Some depth" });
			const { document: older } = await fit(clients[name], oneView({ segmentationModel: "" }));
			expect(older.perception).toBeUndefined();
		});

		test("without views gives the body of the stated facts, flagged with the caller's reason", async () => {
			const { document, flagged } = await fit(clients[name], {
				statedJson,
				warnings: [{ code: "example", message: "Something was noticed." }],
				fallbackCode: "service_unavailable",
				fallbackMessage: "The photos could not be looked at.",
			});
			resultDocumentSchema.parse(document);
			expect(flagged).toBe(true);
			expect(document.views).toEqual([]);
			expect(document.quality.flags[0]).toEqual({
				code: "service_unavailable",
				message: "The photos could not be looked at.",
				advice: ERROR_TABLE.service_unavailable.remedy,
			});
			expect(document.warnings).toContainEqual({ code: "example", message: "Something was noticed." });
			expect(Math.abs(document.stature_m - STATED.stature_m)).toBeLessThan(0.005);
			const plain = await fit(clients[name], {});
			expect(plain.document.quality.flags[0]?.code).toBe("no_photos");
		});

		test("a fit that breaks down gives that body, flagged, and says where in the log", async () => {
			warned.length = 0;
			const { document, flagged } = await fit(clients[name], oneView({ focalLengthPx: 1e200 }));
			resultDocumentSchema.parse(document);
			expect(flagged).toBe(true);
			expect(document.quality.flags[0]?.code).toBe("not_converged");
			expect(document.views).toEqual([]);
			expect(warned).toEqual([{ error_name: "RangeError", stack: expect.any(Array) }]);
		});

		test("cancelling ends the call and frees the thread soon", async () => {
			// A tape measure makes the fit long.
			const long = request({ statedJson: JSON.stringify({ ...STATED, measures: { waist_girth: 0.78 } }) });
			const controller = new AbortController();
			const call = failure(fit(clients[name], long, { signal: controller.signal }));
			await new Promise((resolve) => setTimeout(resolve, 700));
			const from = performance.now();
			controller.abort();
			expect(await call).toMatchObject({ code: "cancelled" });
			expect(performance.now() - from).toBeLessThan(1000);
			// Refused by the thread itself, before any computing: answered once the thread is free.
			await failure(fit(clients[name], request({ statedJson: '{"measures": {"nose_length": 0.05}}' })));
			expect(performance.now() - from).toBeLessThan(2000);
		});

		test("a deadline ends the call", async () => {
			const from = performance.now();
			expect(await failure(fit(clients[name], request(), { timeoutMs: 300 }))).toMatchObject({ code: "timeout" });
			expect(performance.now() - from).toBeLessThan(2000);
		});
	});
}

describe("what cannot be fitted is refused as invalid_argument:", () => {
	const nan = (length: number) => bytesOf(new Float64Array(length).fill(Number.NaN));
	const cases: Record<string, () => FitInit> = {
		"nine views": () => request({ views: Array.from({ length: 9 }, () => ({ observation: observationInit() })) }),
		"a view without observation": () => request({ views: [{ name: "photo 1" }] }),
		"too few landmarks": () => oneView({ body: new Uint8Array(8) }),
		"landmarks that are no numbers": () => oneView({ body: nan(165) }),
		"world landmarks that are no numbers": () => oneView({ bodyWorld: nan(99) }),
		"regions of another size": () => oneView({ regions: new Uint8Array(16) }),
		"regions with labels that do not exist": () => {
			const { widthPx, heightPx } = observationInit();
			return oneView({ regions: new Uint8Array(widthPx * heightPx).fill(4) });
		},
		"a depth map of another size": () =>
			oneView({ inverseDepth: new Uint8Array(16), inverseDepthWidth: 3, inverseDepthHeight: 2 }),
		"a depth map without sides": () => oneView({ inverseDepth: new Uint8Array(16) }),
		"a depth map that is no numbers": () =>
			oneView({ inverseDepth: nan(1).slice(0, 8).fill(255), inverseDepthWidth: 2, inverseDepthHeight: 1 }),
		"a network with an endless name": () => oneView({ segmentationModel: "x".repeat(301) }),
		"a mask of another size": () => oneView({ mask: new Uint8Array(16) }),
		"a mask that is no share": () => {
			const { widthPx = 0, heightPx = 0 } = observationInit();
			return oneView({ mask: bytesOf(new Float32Array(widthPx * heightPx).fill(7)) });
		},
		"a share of dark pixels above all": () =>
			oneView({ photoQuality: { meanLuma: 0.5, darkShare: 7, brightShare: 0, peopleCount: 1 } }),
		"no size": () => oneView({ widthPx: 0 }),
		"a focal length of nothing": () => oneView({ focalLengthPx: 0 }),
		"an unknown label": () => request({ views: [{ label: "above", observation: observationInit() }] }),
		"stated facts that are no JSON": () => request({ statedJson: "{" }),
		"an impossible stature": () => request({ statedJson: '{"stature_m": 17}' }),
		"an unknown measurement": () => request({ statedJson: '{"measures": {"nose_length": 0.05}}' }),
		"a flag that is no code": () => ({ fallbackCode: "No photos!" }),
		"an empty warning": () => ({ warnings: [{ code: "example", message: "" }] }),
	};
	for (const [name, make] of Object.entries(cases)) {
		test(name, async () => {
			expect(await failure(fit(clients.gRPC, make()))).toMatchObject({ code: "invalid_argument" });
		});
	}
});

test("the event loop stays free while a fit runs, and closing ends it", async () => {
	const other = await openFittingService({ threads: 1 });
	const client = createClient(
		FittingService,
		createRouterTransport((router) => other.routes(router)),
	);
	expect(other.isHealthy()).toBe(true);
	let turns = 0;
	const timer = setInterval(() => turns++, 10);
	const running = failure(fit(client, request()));
	await new Promise((resolve) => setTimeout(resolve, 600));
	clearInterval(timer);
	expect(turns).toBeGreaterThan(10);
	await other.close();
	expect(await running).toMatchObject({ code: "service_unavailable", retryable: true });
	expect(other.isHealthy()).toBe(false);
});

test("lack of memory in the thread fails that call, and the next one works", async () => {
	const other = await openFittingService({ threads: 1, memoryLimit_mb: 32 });
	const client = createClient(
		FittingService,
		createRouterTransport((router) => other.routes(router)),
	);
	const hoard = Array.from({ length: 300_000 }, (_, i) => ({ code: "example", message: `Warning ${i}.` }));
	const error = await failure(fit(client, { statedJson, warnings: hoard }));
	expect(error).toMatchObject({ code: "inference_out_of_memory", retryable: true });
	expect((await fit(client, { statedJson })).document.quality.flags[0]?.code).toBe("no_photos");
	await other.close();
});
