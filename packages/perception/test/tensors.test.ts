import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cropToTensor } from "../src/crop.js";
import { refineFromHeatmaps } from "../src/heatmap.js";
import { warpMask } from "../src/mask.js";
import { projectLandmarks, rotateWorldLandmarks } from "../src/project.js";
import { normalizeAngle, pointInImage, type RotatedRect, shiftAndSquare } from "../src/rotated-rect.js";

const rects = fc.record({
	centerX: fc.double({ min: 0, max: 40, noNaN: true }),
	centerY: fc.double({ min: 0, max: 30, noNaN: true }),
	width: fc.double({ min: 1, max: 60, noNaN: true }),
	height: fc.double({ min: 1, max: 60, noNaN: true }),
	rotation: fc.double({ min: -3, max: 3, noNaN: true }),
});

/** An image whose channels are affine functions of the pixel centre: bilinear sampling reproduces them exactly. */
function rampImage(width: number, height: number) {
	const rgb = new Uint8Array(width * height * 3);
	for (let y = 0; y < height; y++) {
		for (let x = 0; x < width; x++) rgb.set([4 * x + 2, 5 * y + 3, 2 * x + 3 * y + 7], (y * width + x) * 3);
	}
	return { width, height, rgb };
}

describe("cropToTensor", () => {
	it("copies pixels when cells and pixels coincide", () => {
		const image = rampImage(8, 8);
		const out = new Float32Array(8 * 8 * 3);
		const rect = { centerX: 4, centerY: 4, width: 8, height: 8, rotation: 0 };
		cropToTensor(out, image, rect, { size: 8, low: 0, high: 255, border: "replicate" });
		for (let i = 0; i < out.length; i++) expect(out[i]).toBeCloseTo(image.rgb[i], 4);
	});

	it("reproduces affine images under any rotation (seed 7)", () => {
		const image = rampImage(40, 30);
		const size = 6;
		const out = new Float32Array(size * size * 3);
		fc.assert(
			fc.property(rects, (rect) => {
				cropToTensor(out, image, rect, { size, low: 0, high: 255, border: "replicate" });
				for (let row = 0; row < size; row++) {
					for (let column = 0; column < size; column++) {
						const [px, py] = pointInImage(rect, (column + 0.5) / size, (row + 0.5) / size);
						// Outside the pixel centres the edge value is repeated.
						const x = Math.min(39, Math.max(0, px - 0.5));
						const y = Math.min(29, Math.max(0, py - 0.5));
						const at = (row * size + column) * 3;
						expect(out[at]).toBeCloseTo(4 * x + 2, 3);
						expect(out[at + 1]).toBeCloseTo(5 * y + 3, 3);
						expect(out[at + 2]).toBeCloseTo(2 * x + 3 * y + 7, 3);
					}
				}
			}),
			{ seed: 7, numRuns: 200 },
		);
	});

	it("fills with the low value outside when asked to", () => {
		const image = { width: 4, height: 4, rgb: new Uint8Array(48).fill(255) };
		const out = new Float32Array(8 * 8 * 3);
		const rect = { centerX: 2, centerY: 2, width: 8, height: 8, rotation: 0 };
		cropToTensor(out, image, rect, { size: 8, low: -1, high: 1, border: "constant" });
		expect(out[0]).toBe(-1);
		expect(out[(3 * 8 + 3) * 3]).toBeCloseTo(1, 6);
		const inside = out.filter((value) => value > 0).length;
		expect(inside).toBe(4 * 4 * 3);
	});

	it("rejects wrong lengths", () => {
		const rect = { centerX: 0, centerY: 0, width: 1, height: 1, rotation: 0 };
		const options = { size: 2, low: 0, high: 1, border: "replicate" } as const;
		const image = { width: 1, height: 1, rgb: new Uint8Array(3) };
		expect(() => cropToTensor(new Float32Array(3), image, rect, options)).toThrow(RangeError);
		expect(() => cropToTensor(new Float32Array(12), { ...image, width: 2 }, rect, options)).toThrow(RangeError);
	});
});

describe("rectangles", () => {
	it("normalises angles without changing the direction (seed 3)", () => {
		fc.assert(
			fc.property(fc.double({ min: -50, max: 50, noNaN: true }), (angle) => {
				const normal = normalizeAngle(angle);
				expect(normal).toBeGreaterThanOrEqual(-Math.PI);
				expect(normal).toBeLessThan(Math.PI + 1e-12);
				expect(Math.cos(normal)).toBeCloseTo(Math.cos(angle), 9);
				expect(Math.sin(normal)).toBeCloseTo(Math.sin(angle), 9);
			}),
			{ seed: 3 },
		);
	});

	it("shifts along its own axes and becomes a square of the longer side", () => {
		const rect = { centerX: 10, centerY: 20, width: 4, height: 8, rotation: Math.PI / 2 };
		const square = shiftAndSquare(rect, 2, -0.5);
		expect(square.width).toBe(16);
		expect(square.height).toBe(16);
		// "Up" of a rectangle turned a quarter clockwise points right on screen.
		expect(square.centerX).toBeCloseTo(14, 12);
		expect(square.centerY).toBeCloseTo(20, 12);
	});
});

describe("projection", () => {
	it("agrees with pointInImage, scales depth by the width, and works in place (seed 5)", () => {
		fc.assert(
			fc.property(
				rects,
				fc.tuple(fc.double({ min: -1, max: 2, noNaN: true }), fc.double({ min: -1, max: 2, noNaN: true })),
				(rect, [u, v]) => {
					const points = Float64Array.of(u, v, 0.25);
					projectLandmarks(points, points, rect);
					const [x, y] = pointInImage(rect, u, v);
					expect(points[0]).toBeCloseTo(x, 9);
					expect(points[1]).toBeCloseTo(y, 9);
					expect(points[2]).toBeCloseTo(0.25 * rect.width, 9);
				},
			),
			{ seed: 5 },
		);
	});

	it("rotates world landmarks about the viewing axis and keeps lengths", () => {
		const out = new Float64Array(3);
		rotateWorldLandmarks(out, Float32Array.of(1, 0, 2), Math.PI / 2);
		expect(Array.from(out)).toEqual([expect.closeTo(0, 12), expect.closeTo(1, 12), 2]);
	});
});

describe("refineFromHeatmaps", () => {
	const size = 64;
	const flat = () => new Float32Array(size * size).fill(-20);

	it("moves a landmark to a peak within its window", () => {
		const logits = flat();
		logits[30 * size + 22] = 20;
		const points = Float64Array.of(20.5 / size, 31.5 / size, 0.3);
		refineFromHeatmaps(points, logits, size, 1);
		expect(points[0] * size).toBeCloseTo(22, 5);
		expect(points[1] * size).toBeCloseTo(30, 5);
		expect(points[2]).toBe(0.3);
	});

	it("ignores peaks outside the 7×7 window, weak maps and landmarks outside the map", () => {
		const far = flat();
		far[30 * size + 24] = 20;
		const weak = flat().fill(-0.1);
		for (const [logits, x] of [
			[far, 20.5 / size],
			[weak, 0.5],
			[far, 1.2],
			[far, -0.01 - 1 / size],
		] as const) {
			const points = Float64Array.of(x, 30.5 / size, 0);
			refineFromHeatmaps(points, logits, size, 1);
			expect(Array.from(points)).toEqual([x, 30.5 / size, 0]);
		}
	});

	it("clips the window at the edge of the map", () => {
		const logits = flat();
		logits[0] = 20;
		const points = Float64Array.of(1.5 / size, 1.5 / size, 0);
		refineFromHeatmaps(points, logits, size, 1);
		expect(points[0]).toBeCloseTo(0, 6);
		expect(points[1]).toBeCloseTo(0, 6);
	});
});

describe("warpMask", () => {
	it("is the logistic of a constant inside the region and 0 outside (seed 11)", () => {
		const size = 4;
		const logits = new Float32Array(size * size).fill(2);
		const expected = 1 / (1 + Math.exp(-2));
		fc.assert(
			fc.property(rects, (region: RotatedRect) => {
				const out = new Float32Array(40 * 30).fill(9);
				warpMask(out, 40, 30, logits, size, region);
				for (let y = 0; y < 30; y += 3) {
					for (let x = 0; x < 40; x += 3) {
						const dx = x + 0.5 - region.centerX;
						const dy = y + 0.5 - region.centerY;
						const along = Math.abs(dx * Math.cos(region.rotation) + dy * Math.sin(region.rotation)) - region.width / 2;
						const across =
							Math.abs(dy * Math.cos(region.rotation) - dx * Math.sin(region.rotation)) - region.height / 2;
						const overshoot = Math.max(along, across);
						if (overshoot < -1e-9) expect(out[y * 40 + x]).toBeCloseTo(expected, 6);
						else if (overshoot > 1e-9) expect(out[y * 40 + x]).toBe(0);
					}
				}
			}),
			{ seed: 11, numRuns: 100 },
		);
	});

	it("interpolates between mask pixel centres", () => {
		const logits = Float32Array.of(-100, 100, -100, 100);
		const out = new Float32Array(8 * 8);
		warpMask(out, 8, 8, logits, 2, { centerX: 4, centerY: 4, width: 8, height: 8, rotation: 0 });
		expect(Array.from(out.subarray(0, 8))).toEqual(
			[0, 0, 0.125, 0.375, 0.625, 0.875, 1, 1].map((v) => expect.closeTo(v, 6)),
		);
	});
});
