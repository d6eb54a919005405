import { createRandom } from "@anny-fitter/math";
import { measurePhotoQuality } from "@anny-fitter/perception";
import { describe, expect, test } from "vitest";

const WIDTH = 300;
const HEIGHT = 700;

/** A grey picture whose lower part from row 50 on is the person, drawn by `luma` (0…255). */
function photo(luma: (x: number, y: number) => number) {
	const rgb = new Uint8Array(WIDTH * HEIGHT * 3).fill(128);
	const mask = new Float32Array(WIDTH * HEIGHT);
	for (let y = 50; y < HEIGHT; y++) {
		for (let x = 100; x < 200; x++) {
			rgb.fill(Math.round(luma(x, y)), 3 * (y * WIDTH + x), 3 * (y * WIDTH + x) + 3);
			mask[y * WIDTH + x] = 1;
		}
	}
	return { image: { width: WIDTH, height: HEIGHT, rgb }, mask };
}

/** Cloth with a grain of a pixel (seed 7), shaken along x: averaged three times over `radius` pixels to each side. */
function cloth(radius: number): (x: number, y: number) => number {
	const random = createRandom(7);
	let grain = Float64Array.from({ length: WIDTH * HEIGHT }, () => 128 + 40 * random.normal());
	for (let pass = 0; pass < 3; pass++) {
		grain = grain.map((_, i, own) => {
			let sum = 0;
			for (let d = -radius; d <= radius; d++) sum += own[i + d] ?? 128;
			return sum / (2 * radius + 1);
		});
	}
	return (x, y) => Math.min(255, Math.max(0, grain[y * WIDTH + x] ?? 128));
}

const quality = (luma: (x: number, y: number) => number) => {
	const { image, mask } = photo(luma);
	return measurePhotoQuality(image, mask, 1);
};

describe("light of the person", () => {
	test.each([
		["night", () => 5, 5 / 255, 1, 0],
		["grey", () => 128, 128 / 255, 0, 0],
		["sun", () => 255, 1, 0, 1],
		["half in shade", (x: number) => (x < 150 ? 10 : 200), 105 / 255, 0.5, 0],
	] as const)("%s", (_name, luma, meanLuma, darkShare, brightShare) => {
		const seen = quality(luma);
		expect(seen?.meanLuma).toBeCloseTo(meanLuma, 6);
		expect(seen).toMatchObject({ darkShare, brightShare, peopleCount: 1 });
	});
});

describe("blur of the person", () => {
	test("grows with the blur, also when only one direction is shaken", () => {
		const blurs = [0, 2, 5].map((radius) => quality(cloth(radius))?.blur ?? -1);
		expect(blurs).toEqual([...blurs].sort((a, b) => a - b));
		expect(blurs[0]).toBeLessThan(0.45);
		// Where results are flagged.
		expect(blurs[2]).toBeGreaterThan(0.62);
	});

	test("is not told for a uniform or a small person", () => {
		expect(quality(() => 90)?.blur).toBeNull();
		const { image, mask } = photo(cloth(0));
		mask.fill(0, 200 * WIDTH);
		expect(measurePhotoQuality(image, mask, 1)?.blur).toBeNull();
	});
});

test("nobody in the mask, and a mask of another size", () => {
	const { image, mask } = photo(() => 128);
	expect(measurePhotoQuality(image, mask.fill(0), 1)).toBeNull();
	expect(() => measurePhotoQuality(image, new Float32Array(4), 1)).toThrow(RangeError);
});
