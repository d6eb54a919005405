import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AdjustRequest, BodyClient } from "../../src/body/body-types.js";
import { BodyConnection, type BodyLine, connectBody } from "../../src/body/connect-body.js";
import { readWithProgress } from "../../src/body/read-with-progress.js";
import { type BodyPort, serveBody } from "../../src/body/serve-body.js";
import { bodyAsset, type FittedBody, fittedBody } from "./body-asset.js";

/** Page and worker at the two ends of a real line: messages are cloned and buffers transferred as in a browser. */
const { port1, port2 } = new MessageChannel();
const connection = new BodyConnection(port1 as unknown as BodyLine);
let client: BodyClient;
let body: FittedBody;
beforeAll(async () => {
	serveBody(port2 as unknown as BodyPort);
	port1.start();
	port2.start();
	const asset = await bodyAsset();
	body = fittedBody(asset);
	const sent = asset.slice();
	client = await connectBody(connection, sent);
	expect(sent.byteLength).toBe(0);
});
afterAll(() => {
	port1.close();
	port2.close();
});

const REST = { kind: "rest" } as const;
const heavier = (weight: number) => ({ ...body.shape, phenotypes: { ...body.shape.phenotypes, weight } });
const waist = (target: number): AdjustRequest => ({
	targets_m: { waist_girth: target },
	target_mass_kg: null,
	held: ["stature"],
	is_mass_held: false,
});

test("geometry and tapes arrive", async () => {
	const geometry = await client.geometry(body.shape, REST);
	expect(geometry?.positions).toHaveLength(3 * client.topology.vertexCount);
	const tapes = await client.tapes(body.shape, { kind: "t" });
	expect(tapes?.find(({ id }) => id === "waist_girth")?.path).toBeInstanceOf(Float32Array);
});

describe("lanes", () => {
	test("of many calls the one under way and the newest are done, the others dropped", async () => {
		const calls = [0.5, 0.6, 0.7, 0.8].map((weight) => client.geometry(heavier(weight), REST, "slider"));
		const other = client.geometry(body.shape, REST, "other");
		const free = [client.geometry(body.shape, REST), client.geometry(body.shape, REST)];
		const results = await Promise.all(calls);
		expect(results.map((result) => result !== null)).toEqual([true, false, false, true]);
		expect(results[3]).not.toEqual(results[0]);
		expect(await other).not.toBeNull();
		for (const call of free) expect(await call).not.toBeNull();
	});

	test("a call that fails does not stop those behind it", async () => {
		const wrong = client.geometry({ phenotypes: { charm: 1 }, local_changes: {} }, REST, "a");
		const right = client.geometry(body.shape, REST, "b");
		await expect(wrong).rejects.toThrow(/charm/);
		expect(await right).not.toBeNull();
	});
});

describe("adjusting", () => {
	test("solving, dropped requests, closing", async () => {
		const session = await client.startAdjusting(body.shape, body.covariance);
		const base = body.measurements.waist_girth?.value_m ?? 0;
		const results = await Promise.all([0.01, 0.02, 0.03].map((by) => session.solve(waist(base + by))));
		expect(results[1]).toBeNull();
		expect(Math.abs((results[2]?.measurements_m.waist_girth ?? 0) - base - 0.03)).toBeLessThan(0.001);
		session.close();
		session.close();
		expect(await session.solve(waist(base))).toBeNull();
	});
});

test("the uncertainty of vertices arrives", async () => {
	const sigma = await client.vertexSigma_m(body.shape, body.covariance, body.measurements);
	expect(sigma).toHaveLength(client.topology.vertexCount);
});

test("when the worker breaks, calls fail instead of waiting for ever", async () => {
	const { port1: page, port2: silent } = new MessageChannel();
	const broken = new BodyConnection(page as unknown as BodyLine);
	page.start();
	const calls = [
		broken.ask({ type: "close", session: 1 }, null),
		broken.ask({ type: "close", session: 1 }, null),
		broken.askAtOnce({ type: "prepare", shape: body.shape, covariance: null }),
	];
	broken.fail(new Error("broken"));
	for (const call of [...calls, broken.ask({ type: "close", session: 1 }, null)]) {
		await expect(call).rejects.toThrow("broken");
	}
	page.close();
	silent.close();
});

describe("reading the body model", () => {
	const bytes = Uint8Array.from({ length: 1000 }, (_, i) => i % 251);
	const inParts = () =>
		new Response(
			new ReadableStream<Uint8Array>({
				start(controller) {
					for (let i = 0; i < 1000; i += 300) controller.enqueue(bytes.slice(i, i + 300));
					controller.close();
				},
			}),
		);

	test("tells how much has come", async () => {
		const progress: number[] = [];
		expect(await readWithProgress(inParts(), 1000, (f) => progress.push(f))).toEqual(bytes);
		expect(progress).toEqual([0.3, 0.6, 0.9, 1]);
	});

	test.each([900, 1100])("of another size than %i bytes is refused", async (size) => {
		await expect(readWithProgress(inParts(), size, () => undefined)).rejects.toThrow(/incomplete/);
	});
});
