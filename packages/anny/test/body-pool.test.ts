import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { type BodyPool, BodyPoolError, type BodyRequest, createBodyPool, loadAnny } from "@anny-fitter/anny";
import { createRandom } from "@anny-fitter/math";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const DYING_WORKER = new URL("./dying-worker.js", import.meta.url);

function randomRequests(count: number, seed: number): BodyRequest[] {
	const random = createRandom(seed);
	return Array.from({ length: count }, () => ({
		shape: { gender: random.uniform(), age_years: 5 + 60 * random.uniform(), weight: random.uniform() },
		pose: { "upperarm01.L": [0, random.uniform() - 0.5, 0] as const },
	}));
}

/** Bit by bit; the runner's own comparison takes half a second for a body. */
function areSame(a: Float32Array | null | undefined, b: Float32Array): boolean {
	return a != null && Buffer.from(a.buffer, 0, a.byteLength).equals(Buffer.from(b.buffer, b.byteOffset, b.byteLength));
}

let pool: BodyPool;

beforeAll(async () => {
	pool = await createBodyPool({ threads: 2, queueLimit: 4 });
});

afterAll(() => pool.close());

describe("evaluate", () => {
	test("gives what one body gives, in the order asked", async () => {
		const requests = randomRequests(6, 31);
		const measurements = ["waist_girth", "stature"] as const;
		const results = await pool.evaluate(requests, {
			vertices: true,
			normals: true,
			joints: true,
			measurements,
			mass: true,
		});
		const anny = await loadAnny();
		expect(results.length).toBe(requests.length);
		for (const [i, { shape, pose = {} }] of requests.entries()) {
			anny.shape(shape);
			anny.pose(pose);
			const { waist_girth, stature } = anny.measure(measurements);
			const result = results[i];
			expect(result?.error).toBeNull();
			expect(areSame(result?.vertices, Float32Array.from(anny.vertices))).toBe(true);
			expect(areSame(result?.normals, anny.normals)).toBe(true);
			expect(areSame(result?.joints, Float32Array.from(anny.posed.boneHeads))).toBe(true);
			expect(result?.measurements_m).toEqual(Float64Array.of(waist_girth.value_m, stature.value_m));
			expect(result?.mass_kg).toBe(anny.mass_kg());
		}
	});

	test("gives nothing that was not asked for, and poses do not stay with a thread", async () => {
		const [posed, plain] = await pool.evaluate(
			[{ shape: {}, pose: { head: [0, 0, 1] } }, ...Array.from({ length: 7 }, () => ({ shape: {} }))],
			{ joints: true },
		);
		expect(plain).toMatchObject({ error: null, vertices: null, normals: null, measurements_m: null, mass_kg: null });
		expect(plain?.joints).not.toEqual(posed?.joints);
		expect(await pool.evaluate([], { joints: true })).toEqual([]);
	});

	test("keeps what is wrong with one body with that body", async () => {
		const unclonable = { shape: { gender: (() => 1) as unknown as number } };
		const results = await pool.evaluate(
			[{ shape: {} }, { shape: { gendr: 1 } }, unclonable, { shape: {}, pose: { tail: [0, 0, 1] } }, { shape: {} }],
			{ mass: true },
		);
		expect(results.map(({ error }) => error?.message.match(/"gendr"|cloned|"tail"/)?.[0] ?? null)).toEqual([
			null,
			'"gendr"',
			"cloned",
			'"tail"',
			null,
		]);
		expect(results[1]?.error).toBeInstanceOf(RangeError);
		const unknown = await pool.evaluate([{ shape: {} }], { measurements: ["elbow_room"] });
		expect(unknown[0]?.error?.message).toMatch(/elbow_room/);
	});

	test("serves several callers at once", async () => {
		const calls = [1, 2, 3].map((seed) => pool.evaluate(randomRequests(10, seed), { mass: true }));
		for (const results of await Promise.all(calls)) expect(results.every(({ error }) => error === null)).toBe(true);
	});

	test("can be given up, and the pool goes on", async () => {
		const stop = new AbortController();
		const long = pool.evaluate(randomRequests(500, 5), { measurements: ["waist_girth"], signal: stop.signal });
		setTimeout(() => stop.abort(new Error("enough")), 30);
		await expect(long).rejects.toThrow("enough");
		await expect(pool.evaluate([{ shape: {} }], { signal: stop.signal })).rejects.toThrow("enough");
		const [after] = await pool.evaluate([{ shape: {} }], { mass: true });
		expect(after?.mass_kg).toBeGreaterThan(10);
	});
});

describe("stream", () => {
	test("reads only a few requests ahead, and stops reading when its reader stops", async () => {
		let taken = 0;
		let isOver = false;
		async function* endless() {
			try {
				for (;;) {
					taken++;
					yield { shape: { gender: (taken % 10) / 10 } };
				}
			} finally {
				isOver = true;
			}
		}
		const masses: number[] = [];
		for await (const { mass_kg } of pool.stream(endless(), { mass: true })) {
			masses.push(mass_kg ?? Number.NaN);
			expect(taken).toBeLessThan(masses.length + 8);
			if (masses.length === 30) break;
		}
		expect(isOver).toBe(true);
		expect(masses.slice(0, 10)).toEqual(masses.slice(10, 20));
	});
});

describe("threads that die", () => {
	test("are reported with the body they died of, and replaced", async () => {
		const dying = await createBodyPool({ threads: 2, createWorker: () => new Worker(DYING_WORKER, { execArgv: [] }) });
		try {
			const requests = Array.from({ length: 12 }, (_, i) => ({ shape: { age_years: i % 5 === 3 ? 200 : 30 } }));
			for (let round = 0; round < 2; round++) {
				const results = await dying.evaluate(requests, { mass: true });
				for (const [i, { error, mass_kg }] of results.entries()) {
					if (i % 5 === 3) expect(error?.message).toMatch(/died: it ended with exit code 7/);
					else expect([error, mass_kg !== null]).toEqual([null, true]);
				}
			}
		} finally {
			await dying.close();
		}
	});

	test("make the pool give up when they cannot start", async () => {
		const createWorker = () => new Worker(DYING_WORKER, { execArgv: [], workerData: { isUnusable: true } });
		await expect(createBodyPool({ threads: 1, createWorker })).rejects.toThrow(/cannot start/);
	});
});

describe("close", () => {
	test("rejects what is not evaluated", async () => {
		const closing = await createBodyPool({ threads: 1 });
		const long = closing.evaluate(randomRequests(300, 6), { mass: true });
		const rejection = expect(long).rejects.toThrow(BodyPoolError);
		await closing.close();
		await rejection;
		await expect(closing.evaluate([{ shape: {} }], {})).rejects.toThrow("closed");
		await closing.close();
	});

	test("is not needed for a program to end", () => {
		const program = `
			const { createBodyPool } = await import("@anny-fitter/anny");
			const pool = await createBodyPool({ threads: 1 });
			const [body] = await pool.evaluate([{ shape: {} }], { mass: true });
			console.log(body.mass_kg > 10);`;
		const run = spawnSync(process.execPath, ["--input-type=module", "-e", program], {
			cwd: fileURLToPath(new URL("..", import.meta.url)),
			encoding: "utf8",
			timeout: 60_000,
		});
		expect(run).toMatchObject({ status: 0, stdout: "true\n", stderr: "" });
	});
});

test.each([{ threads: 0 }, { threads: 1.5 }, { queueLimit: 0 }])("refuses %o", async (options) => {
	await expect(createBodyPool(options)).rejects.toThrow(RangeError);
});
