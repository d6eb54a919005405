import { createRandom } from "@anny-fitter/math";
import { describe, expect, test } from "vitest";
import { createWorkingMask, keepLargestPart } from "../src/mask.js";
import { sampleSignedDistance, signedDistanceField } from "../src/signed-distance.js";

describe("signed distance", () => {
	test("equals brute force on a random mask (seed 11)", () => {
		const random = createRandom(11);
		const [w, h] = [37, 23];
		const mask = Uint8Array.from({ length: w * h }, () => (random.uniform() < 0.15 ? 1 : 0));
		const field = signedDistanceField(mask, w, h);
		for (let i = 0; i < w * h; i++) {
			let nearest = Infinity;
			for (let j = 0; j < w * h; j++) {
				if (mask[j] === mask[i]) continue;
				nearest = Math.min(nearest, Math.hypot((i % w) - (j % w), Math.floor(i / w) - Math.floor(j / w)));
			}
			expect(field.distance[i]).toBeCloseTo(mask[i] ? 0.5 - nearest : nearest - 0.5, 4);
		}
	});

	test("with a margin is the same about the mask, and no nearer beyond (seed 12)", () => {
		const random = createRandom(12);
		const [w, h, margin] = [60, 50, 3];
		const mask = new Uint8Array(w * h);
		for (let y = 20; y < 30; y++) for (let x = 30; x < 45; x++) mask[y * w + x] = random.uniform() < 0.7 ? 1 : 0;
		mask[20 * w + 30] = 1;
		mask[29 * w + 44] = 1;
		const whole = signedDistanceField(mask, w, h).distance;
		const near = signedDistanceField(mask, w, h, margin).distance;
		for (let i = 0; i < w * h; i++) {
			const [x, y] = [i % w, Math.floor(i / w)];
			const isAbout = x >= 30 - margin && x < 45 + margin && y >= 20 - margin && y < 30 + margin;
			if (isAbout) expect(near[i]).toBe(whole[i]);
			else expect(near[i]).toBeGreaterThanOrEqual(whole[i]!);
		}
		const nothing = signedDistanceField(new Uint8Array(12), 4, 3, margin).distance;
		expect([...nothing]).toEqual([...signedDistanceField(new Uint8Array(12), 4, 3).distance].map(() => 7));
	});

	test("is zero on the true edge of a disc, to a tenth of a pixel on average", () => {
		const size = 200;
		const radius = 61.3;
		const mask = new Uint8Array(size * size);
		for (let i = 0; i < mask.length; i++) {
			const d = Math.hypot((i % size) + 0.5 - 100, Math.floor(i / size) + 0.5 - 100);
			mask[i] = d < radius ? 1 : 0;
		}
		const field = signedDistanceField(mask, size, size);
		const out = new Float64Array(3);
		let sum = 0;
		const n = 720;
		for (let k = 0; k < n; k++) {
			const a = (2 * Math.PI * k) / n;
			sampleSignedDistance(out, field, 100 + radius * Math.cos(a), 100 + radius * Math.sin(a));
			expect(Math.abs(out[0])).toBeLessThan(0.75);
			sum += out[0];
			// Outside grows along the radius.
			expect(out[1] * Math.cos(a) + out[2] * Math.sin(a)).toBeGreaterThan(0.6);
		}
		expect(Math.abs(sum / n)).toBeLessThan(0.1);
	});

	test("gradient matches differences inside a pixel, also beyond the border", () => {
		const mask = new Uint8Array(20 * 20);
		mask.fill(1, 130, 140);
		const field = signedDistanceField(mask, 20, 20);
		const out = new Float64Array(3);
		const side = new Float64Array(3);
		for (const [u, v] of [
			[5.2, 6.8],
			[-3.1, 4.7],
			[22.3, 25.9],
		]) {
			sampleSignedDistance(out, field, u, v);
			sampleSignedDistance(side, field, u + 1e-4, v);
			expect((side[0] - out[0]) / 1e-4).toBeCloseTo(out[1], 6);
			sampleSignedDistance(side, field, u, v + 1e-4);
			expect((side[0] - out[0]) / 1e-4).toBeCloseTo(out[2], 6);
		}
	});

	test("a mask without an outline stays finite", () => {
		expect(signedDistanceField(new Uint8Array(12), 4, 3).distance.every(Number.isFinite)).toBe(true);
	});
});

describe("working mask", () => {
	test("shrinks to 640 px, keeps the person and drops a bystander's scrap", () => {
		const [w, h] = [900, 1280];
		const mask = new Float32Array(w * h);
		const box = (x0: number, y0: number, x1: number, y1: number): void => {
			for (let y = y0; y < y1; y++) mask.fill(0.9, y * w + x0, y * w + x1);
		};
		box(300, 200, 600, 1200);
		box(10, 10, 60, 60);
		const working = createWorkingMask(mask, w, h);
		expect(working).toMatchObject({ width: 450, height: 640, scale: 0.5 });
		expect(working?.inside.reduce((s, v) => s + v, 0)).toBe(150 * 500);
	});

	test("is null when nobody is there, and checks its size", () => {
		expect(createWorkingMask(new Float32Array(100), 10, 10)).toBeNull();
		expect(() => createWorkingMask(new Float32Array(99), 10, 10)).toThrow(RangeError);
	});

	test("parts touch along edges, not corners", () => {
		const mask = Uint8Array.of(1, 0, 0, 0, 1, 1, 0, 0, 1);
		expect(keepLargestPart(mask, 3, 3)).toBe(3);
		expect([...mask]).toEqual([0, 0, 0, 0, 1, 1, 0, 0, 1]);
	});
});
