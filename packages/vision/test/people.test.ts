import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { assessPerson, FACE_68_INDICES, type HolisticResult } from "@anny-fitter/perception";
import { decodePhoto, openVision, type Vision } from "@anny-fitter/vision";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasSharedPhotos, REAL_PHOTOS, SYNTHETIC_PHOTOS } from "./shared.js";

const synthetic = (name: string) => readFileSync(join(SYNTHETIC_PHOTOS, `${name}.jpg`));

/** Photos scaled to the given heights, feet on one line, side by side. */
async function sideBySide(photos: readonly [name: string, height: number][]): Promise<Buffer> {
	const parts = await Promise.all(
		photos.map(([name, height]) =>
			sharp(synthetic(name)).autoOrient().resize({ height }).png().toBuffer({ resolveWithObject: true }),
		),
	);
	const width = parts.reduce((sum, { info }) => sum + info.width, 0);
	const height = Math.max(...parts.map(({ info }) => info.height));
	let left = 0;
	const layers = parts.map(({ data, info }) => {
		const layer = { input: data, left, top: height - info.height };
		left += info.width;
		return layer;
	});
	return sharp({ create: { width, height, channels: 3, background: "#999" } })
		.composite(layers)
		.png()
		.toBuffer();
}

async function upperPart(name: string, part: number): Promise<Buffer> {
	const { data, info } = await sharp(synthetic(name)).autoOrient().png().toBuffer({ resolveWithObject: true });
	return sharp(data)
		.extract({ left: 0, top: 0, width: info.width, height: Math.round(info.height * part) })
		.png()
		.toBuffer();
}

describe.skipIf(!hasSharedPhotos)("photos of people", () => {
	let vision: Vision;
	let cacheDir: string;
	beforeAll(async () => {
		cacheDir = await mkdtemp(join(tmpdir(), "anny-people-"));
		vision = await openVision({ cacheDir });
	});
	afterAll(async () => {
		await vision?.close();
		await rm(cacheDir, { recursive: true, force: true });
	});

	const analyse = async (bytes: Uint8Array): Promise<HolisticResult> => vision.analyse(await decodePhoto(bytes));
	const assess = async (bytes: Uint8Array) => assessPerson(await analyse(bytes));

	it("accepts every synthetic subject from every side", async () => {
		const names = readdirSync(SYNTHETIC_PHOTOS).filter((name) => name.endsWith(".jpg"));
		expect(names.length).toBe(28);
		const times: number[] = [];
		for (const name of names) {
			const photo = await decodePhoto(readFileSync(join(SYNTHETIC_PHOTOS, name)));
			const start = performance.now();
			const result = await vision.analyse(photo);
			times.push(performance.now() - start);
			expect.soft(assessPerson(result), name).toEqual({ usable: true, warnings: [] });
		}
		times.sort((a, b) => a - b);
		const rss = process.memoryUsage().rss / 1e6;
		console.log(
			`start ${vision.start.start_ms.toFixed(0)} ms without cache; heavy, median ${times[14]?.toFixed(0)} ms per photo; RSS ${rss.toFixed(0)} MB`,
		);
	});

	it("picks plausible iBUG points: eyes above nose above mouth above chin, sides in order", async () => {
		const { face } = await analyse(synthetic("p05_front"));
		if (face === null) throw new Error("no face");
		const point = (i: number) =>
			[face[3 * (FACE_68_INDICES[i] ?? 0)] ?? 0, face[3 * (FACE_68_INDICES[i] ?? 0) + 1] ?? 0] as const;
		const heights = [19, 37, 33, 51, 57, 8].map((i) => point(i)[1]);
		expect(heights).toEqual([...heights].sort((a, b) => a - b));
		const across = [0, 36, 39, 42, 45, 16].map((i) => point(i)[0]);
		expect(across).toEqual([...across].sort((a, b) => a - b));
		// The uppermost jaw points lie straight above one another.
		const jaw = Array.from({ length: 15 }, (_, i) => point(i + 1)[0]);
		expect(jaw).toEqual([...jaw].sort((a, b) => a - b));
	});

	it("refuses a photo without a person", async () => {
		const background = await assess(readFileSync(join(REAL_PHOTOS, "vh_background.jpg")));
		expect(background).toMatchObject({ usable: false, code: "no_person" });
	});

	it("refuses a face only, real and synthetic", async () => {
		const faceOnly = { usable: false, code: "body_not_visible", message: "The photo shows only a face." };
		expect(await assess(readFileSync(join(REAL_PHOTOS, "vh_ai-face.jpg")))).toMatchObject(faceOnly);
		expect(await assess(await upperPart("p05_front", 0.3))).toMatchObject(faceOnly);
	});

	it.each([
		["p05_front", 0.5, /knees and feet/],
		["p05_front", 0.7, /feet/],
		["p06_front", 0.5, /knees and feet/],
	] as const)("refuses %s cut to the upper %f and names what is missing", async (name, part, missing) => {
		const assessment = await assess(await upperPart(name, part));
		expect(assessment).toMatchObject({
			usable: false,
			code: "body_not_visible",
			message: expect.stringMatching(missing),
		});
	});

	it.each([
		[
			["p05_front", 900],
			["p06_front", 900],
		],
		[
			["p05_front", 1440],
			["p06_front", 1440],
		],
		[
			["p01_side", 900],
			["p02_front", 900],
		],
		[
			["p08_back", 900],
			["p09_front", 900],
		],
		[
			["p11_front", 900],
			["p12_front", 900],
		],
		[
			["p03_front", 900],
			["p04_side", 900],
			["p07_front", 900],
		],
	] as [string, number][][])("refuses equally prominent people: %s, %s", async (...photos) => {
		const assessment = await assess(await sideBySide(photos));
		expect(assessment).toMatchObject({
			usable: false,
			code: "several_people",
			message: `The photo shows ${photos.length} equally prominent people.`,
		});
	});

	it("measures the large person beside a small one and says so", async () => {
		const result = await analyse(
			await sideBySide([
				["p05_front", 1200],
				["p06_front", 700],
			]),
		);
		expect(result.people).toHaveLength(2);
		expect(result.people[0]?.prominence).toBe(1);
		expect(assessPerson(result)).toMatchObject({ usable: true, warnings: [expect.stringContaining("background")] });
		const hip = ((result.body[23 * 5] ?? 0) + (result.body[24 * 5] ?? 0)) / 2;
		expect(hip).toBeLessThan(900);
	});
});
