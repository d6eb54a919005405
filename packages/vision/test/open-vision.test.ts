import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Worker } from "node:worker_threads";
import { type AnalysisInput, openVision, type Vision } from "@anny-fitter/vision";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

let folder: string;
beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), "anny-vision-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A plain image: the networks run and find nobody. */
function plain(width = 320, height = 480): AnalysisInput {
	return { width, height, rgb: new Uint8Array(width * height * 3).fill(128) };
}

async function withVision(use: (vision: Vision) => Promise<void>, cacheDir = folder): Promise<void> {
	const vision = await openVision({ variant: "lite", cacheDir });
	try {
		await use(vision);
	} finally {
		await vision.close();
	}
}

describe("openVision", () => {
	it("converts the models once, then reads them from the cache, and recovers damaged entries", async () => {
		const outcomes = async (cacheDir: string) => {
			let result: string[] = [];
			await withVision(async ({ start }) => {
				result = start.models.map((model) => model.cache);
				expect(start.warning).toBeNull();
			}, cacheDir);
			return result;
		};
		expect(await outcomes(folder)).toEqual(new Array(6).fill("written"));
		expect(await outcomes(folder)).toEqual(new Array(6).fill("read"));
		const entries = await readdir(join(folder, "onnx"));
		expect(entries).toHaveLength(6);
		await writeFile(join(folder, "onnx", entries[0] as string), "damaged");
		expect((await outcomes(folder)).filter((outcome) => outcome === "written")).toHaveLength(1);
	});

	it("runs without a writable cache and says so", async () => {
		const file = join(folder, "file");
		await writeFile(file, "in the way");
		await withVision(async (vision) => {
			expect(vision.start.warning).toContain("could not be stored");
			expect((await vision.analyse(plain())).body.length).toBe(0);
		}, file);
	});

	it("leaves the caller's pixels alone and returns a mask of the photo's size", () =>
		withVision(async (vision) => {
			const photo = plain(200, 300);
			const result = await vision.analyse(photo);
			expect(photo.rgb.length).toBe(200 * 300 * 3);
			expect(result.mask.length).toBe(200 * 300);
			expect([result.imageWidth, result.imageHeight]).toEqual([200, 300]);
			expect(result.people).toEqual([]);
		}));

	it("serves calls in order, and one failure does not block the others", () =>
		withVision(async (vision) => {
			const abort = new AbortController();
			const order: number[] = [];
			const note = (i: number) => () => void order.push(i);
			const calls = [
				vision.analyse(plain()),
				vision.analyse(plain(), { signal: abort.signal }),
				vision.analyse({ ...plain(), rgb: new Uint8Array(5) }),
				vision.analyse(plain(), { signal: AbortSignal.abort() }),
				vision.analyse(plain()),
			];
			calls.forEach((call, i) => void call.then(note(i), note(i)));
			abort.abort();
			const results = await Promise.allSettled(calls);
			expect(results.map((result) => result.status)).toEqual([
				"fulfilled",
				"rejected",
				"rejected",
				"rejected",
				"fulfilled",
			]);
			expect(results[1]).toMatchObject({ reason: { code: "cancelled" } });
			expect(results[2]).toMatchObject({ reason: expect.any(RangeError) });
			expect(results[3]).toMatchObject({ reason: { code: "cancelled" } });
			expect(order.indexOf(0)).toBeLessThan(order.indexOf(4));
		}));

	it("stops a running analysis when its signal is aborted", () =>
		withVision(async (vision) => {
			const abort = new AbortController();
			const running = vision.analyse(plain(), { signal: abort.signal });
			setImmediate(() => abort.abort());
			await expect(running).rejects.toMatchObject({ code: "cancelled" });
			expect((await vision.analyse(plain())).body.length).toBe(0);
		}));

	it("reports a crash of the worker and starts a new one for the next call", async () => {
		const workers: Worker[] = [];
		const remember = (worker: Worker) => void workers.push(worker);
		process.on("worker", remember);
		try {
			await withVision(async (vision) => {
				const crashed = vision.analyse(plain(2000, 2000));
				const waiting = vision.analyse(plain());
				// A message that the worker's code cannot handle ends it with an uncaught exception.
				workers[0]?.postMessage(null);
				await expect(crashed).rejects.toMatchObject({ code: "inference_failed", retryable: true });
				expect((await waiting).body.length).toBe(0);
				expect(workers).toHaveLength(2);
				await workers[1]?.terminate();
				expect((await vision.analyse(plain())).body.length).toBe(0);
				expect(workers).toHaveLength(3);
			});
		} finally {
			process.off("worker", remember);
		}
	});

	it("lets the process end with its own exit code, during the start, a running analysis, or idle", async () => {
		const program = (end: string) => `
			import { openVision } from "@anny-fitter/vision";
			const opened = openVision({ variant: "full", cacheDir: ${JSON.stringify(folder)} });
			const photo = { width: 300, height: 300, rgb: new Uint8Array(270000) };
			${end}`;
		const ends = {
			start: "setTimeout(() => process.exit(5), 150);",
			analysis:
				"const v = await opened; for (let i = 0; i < 9; i++) v.analyse(photo); setTimeout(() => process.exit(5), 20);",
			idle: "const v = await opened; await v.analyse(photo); process.exitCode = 5;",
		};
		for (const [when, end] of Object.entries(ends)) {
			const code = await new Promise((resolve) => {
				execFile(process.execPath, ["--input-type=module", "-e", program(end)], { timeout: 20_000 }, (error) =>
					resolve(error?.code ?? error?.signal ?? 0),
				);
			});
			expect.soft(code, when).toBe(5);
		}
	});

	it("rejects what is waiting and what comes later when closed", async () => {
		const vision = await openVision({ variant: "lite", cacheDir: folder });
		const calls = [vision.analyse(plain()), vision.analyse(plain())];
		const settled = Promise.allSettled(calls);
		await Promise.all([vision.close(), vision.close()]);
		for (const result of await settled) expect(result).toMatchObject({ reason: { code: "cancelled" } });
		await expect(vision.analyse(plain())).rejects.toMatchObject({ code: "cancelled" });
	});

	it("rejects a senseless number of threads", async () => {
		await expect(openVision({ threads: 0 })).rejects.toBeInstanceOf(RangeError);
	});
});
