import { createRandom } from "@anny-fitter/math";
import { rasterizeSilhouette } from "@anny-fitter/mesh";
import { describe, expect, test } from "vitest";
import { drawCamera, projectPoints, toCamera } from "../../src/subjects/camera.js";

/** Corners of a standing person's box. */
const PERSON = Float64Array.from(
	[-0.4, 0.4].flatMap((x) => [-0.2, 0.2].flatMap((y) => [0, 1.75].flatMap((z) => [x, y, z]))),
);

describe("cameras of drawn subjects", () => {
	test.each([1, 2, 3, 4, 5, 6, 7, 8])("seed %i shows the whole person, upright and not small", (seed) => {
		const camera = drawCamera(createRandom(seed), PERSON, [1200, 1600]);
		const pixels = projectPoints(camera, PERSON);
		const xs = pixels.filter((_, i) => i % 2 === 0);
		const ys = pixels.filter((_, i) => i % 2 === 1);
		expect(Math.min(...xs)).toBeGreaterThan(0);
		expect(Math.max(...xs)).toBeLessThan(1200);
		expect(Math.min(...ys)).toBeGreaterThan(0);
		expect(Math.max(...ys)).toBeLessThan(1600);
		expect(Math.max(...ys) - Math.min(...ys)).toBeGreaterThan(0.45 * 1600);
		const exact = (camera.focal_px / Math.hypot(1200, 1600)) * Math.hypot(36, 24);
		expect(Math.abs(exact - camera.equivalent_mm)).toBeLessThanOrEqual(0.5);
		expect(exact).toBeGreaterThan(25.9);
		expect(exact).toBeLessThan(50.1);
		// A rotation, and the head above the feet.
		const m = camera.cameraFromWorld;
		for (let a = 0; a < 3; a++) {
			for (let b = 0; b < 3; b++) {
				const dot = [0, 1, 2].reduce((sum, k) => sum + (m[4 * a + k] ?? 0) * (m[4 * b + k] ?? 0), 0);
				expect(dot).toBeCloseTo(a === b ? 1 : 0, 12);
			}
		}
		expect(m[6]).toBeLessThan(-0.8);
		expect([...toCamera(m, camera.position)].every((v) => Math.abs(v) < 1e-9)).toBe(true);
	});

	test("the same seed takes the same picture", () => {
		const take = (seed: number) => [...drawCamera(createRandom(seed), PERSON, [1200, 1600]).cameraFromWorld];
		expect(take(5)).toEqual(take(5));
		expect(take(5)).not.toEqual(take(6));
	});

	test("projects as the product's rasteriser does", () => {
		const camera = drawCamera(createRandom(3), PERSON, [600, 800]);
		// A square on its corner that faces the camera, more or less.
		const corners = Float64Array.of(0, 0, 0.5, 0.31, 0, 0.8, 0, 0, 1.1, -0.31, 0, 0.8);
		const out = new Uint8Array(600 * 800);
		rasterizeSilhouette(
			out,
			{ vertices: toCamera(camera.cameraFromWorld, corners), triangles: Uint32Array.of(0, 1, 2, 0, 2, 3) },
			{ width: 600, height: 800, focal_px: camera.focal_px, cx_px: 300, cy_px: 400 },
		);
		let [x, y, count] = [0, 0, 0];
		for (const [i, value] of out.entries()) {
			if (value === 0) continue;
			x += (i % 600) + 0.5;
			y += Math.floor(i / 600) + 0.5;
			count++;
		}
		// The centroid of the projected quadrilateral's area, by its two triangles.
		const p = projectPoints(camera, corners);
		const area = (a: number, b: number, c: number) =>
			((p[2 * b]! - p[2 * a]!) * (p[2 * c + 1]! - p[2 * a + 1]!) -
				(p[2 * b + 1]! - p[2 * a + 1]!) * (p[2 * c]! - p[2 * a]!)) /
			2;
		const [one, two] = [area(0, 1, 2), area(0, 2, 3)];
		const middle = (axis: number) =>
			(one * (p[axis]! + p[2 + axis]! + p[4 + axis]!) + two * (p[axis]! + p[4 + axis]! + p[6 + axis]!)) /
			(3 * (one + two));
		expect(Math.abs(x / count - middle(0))).toBeLessThan(0.05);
		expect(Math.abs(y / count - middle(1))).toBeLessThan(0.05);
		expect(Math.abs(count / Math.abs(one + two) - 1)).toBeLessThan(0.005);
	});
});
