import { convexHull2d, createHullWorkspace, polygonPerimeter2d } from "@anny-fitter/mesh";
import { describe, expect, it } from "vitest";
import { seededRandom } from "./shapes.js";

function hull(points: number[]): number[] {
	const count = points.length / 2;
	const out = new Uint32Array(count + 1);
	const size = convexHull2d(out, Float64Array.from(points), count);
	return [...out.subarray(0, size)];
}

/** A point pair is a hull side if every other point lies on its left: cubic, obvious. */
function bruteForcePerimeter(points: number[]): number {
	let sum = 0;
	const n = points.length / 2;
	for (let a = 0; a < n; a++) {
		for (let b = 0; b < n; b++) {
			if (a === b) continue;
			const dx = points[2 * b] - points[2 * a];
			const dy = points[2 * b + 1] - points[2 * a + 1];
			let isSide = true;
			for (let c = 0; c < n && isSide; c++) {
				if (c === a || c === b) continue;
				isSide = dx * (points[2 * c + 1] - points[2 * a + 1]) - dy * (points[2 * c] - points[2 * a]) > 0;
			}
			if (isSide) sum += Math.hypot(dx, dy);
		}
	}
	return sum;
}

describe("convexHull2d", () => {
	it("finds a square, leaving out inner points, duplicates and points on sides", () => {
		expect(hull([0, 0, 1, 0, 1, 1, 0, 1, 0.5, 0.5, 0.5, 0, 1, 0, 0, 0.3])).toHaveLength(4);
	});

	it("handles nothing, one point, equal points and a line", () => {
		expect(hull([])).toHaveLength(0);
		expect(hull([2, 3])).toEqual([0]);
		expect(hull([2, 3, 2, 3, 2, 3])).toHaveLength(1);
		expect(hull([0, 0, 1, 1, 2, 2, 0.5, 0.5])).toHaveLength(2);
		expect(hull([0, 0, 0, 2, 0, 1])).toHaveLength(2);
	});

	for (const seed of [1, 2, 3, 4, 5]) {
		it(`agrees with brute force (seed ${seed})`, () => {
			const random = seededRandom(seed);
			const points = Array.from({ length: 2 * (5 + 20 * seed) }, () => random() - 0.5);
			const corners = hull(points);
			const perimeter = polygonPerimeter2d(Float64Array.from(points), Uint32Array.from(corners), corners.length);
			expect(perimeter).toBeCloseTo(bruteForcePerimeter(points), 12);
		});
	}

	it("refuses memory that is too small", () => {
		const points = Float64Array.of(0, 0, 1, 0, 0, 1);
		expect(() => convexHull2d(new Uint32Array(3), points, 3)).toThrow(RangeError);
		expect(() => convexHull2d(new Uint32Array(4), points, 3, createHullWorkspace(2))).toThrow(RangeError);
	});
});
