import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { cached } from "../src/onnx-cache.js";

let folder: string;
beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), "anny-cache-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe("cached", () => {
	const payload = Uint8Array.from({ length: 1000 }, (_, i) => i % 251);
	const make = async () => payload;
	const never = async (): Promise<Uint8Array> => {
		throw new Error("made again");
	};

	it("writes once and reads afterwards, leaving no temporary files", async () => {
		const target = join(folder, "deep", "onnx");
		expect((await cached(target, "a", make)).outcome).toBe("written");
		const second = await cached(target, "a", never);
		expect(second.outcome).toBe("read");
		expect(Array.from(second.bytes)).toEqual(Array.from(payload));
		expect(await readdir(target)).toEqual(["a"]);
	});

	it("replaces entries that are cut, altered, empty or something else", async () => {
		await cached(folder, "a", make);
		const path = join(folder, "a");
		const good = await readFile(path);
		const flipped = Buffer.from(good);
		flipped[700] = (flipped[700] ?? 0) ^ 1;
		for (const bad of [good.subarray(0, 900), flipped, Buffer.alloc(0), Buffer.from("text instead of a model")]) {
			await writeFile(path, bad);
			const again = await cached(folder, "a", make);
			expect(again.outcome).toBe("written");
			expect(Buffer.compare(await readFile(path), good)).toBe(0);
		}
	});

	it("works without a writable folder", async () => {
		const file = join(folder, "file");
		await writeFile(file, "in the way");
		const result = await cached(join(file, "onnx"), "a", make);
		expect(result.outcome).toBe("unavailable");
		expect(result.bytes).toBe(payload);
		await mkdir(join(folder, "taken", "a"), { recursive: true });
		expect((await cached(join(folder, "taken"), "a", make)).outcome).toBe("unavailable");
		expect(await readdir(join(folder, "taken"))).toEqual(["a"]);
	});

	it.skipIf(process.platform !== "linux")("works where no folder can ever be made", async () => {
		expect((await cached("/proc/anny-fitter/onnx", "a", make)).outcome).toBe("unavailable");
	});

	it("survives several writers at once", async () => {
		const results = await Promise.all(Array.from({ length: 8 }, () => cached(folder, "a", make)));
		for (const { bytes } of results) expect(bytes.length).toBe(1000);
		expect(await readdir(folder)).toEqual(["a"]);
	});
});
