import { computeSignedVolume, findComponents, mergeVertices, sampleSurface } from "@anny-fitter/mesh";
import { describe, expect, it } from "vitest";
import { ellipsoid, seededRandom, torus } from "./shapes.js";

describe("sampling a surface (seed 4)", () => {
	it("spreads points by area, on their triangles", () => {
		const ring = torus(1, 0.3, 60, 40);
		const random = seededRandom(4);
		const samples = sampleSurface(ring.vertices, ring.triangles, 20_000, { uniform: random });
		let outside = 0;
		for (let i = 0; i < samples.points.length; i += 3) {
			const [x, y, z] = samples.points.subarray(i, i + 3);
			const tube = Math.hypot(Math.hypot(x, y) - 1, z);
			expect(Math.abs(tube - 0.3)).toBeLessThan(0.004);
			if (Math.hypot(x, y) > 1) outside++;
			// The normal points away from the ring's core.
			const core = 1 / Math.hypot(x, y);
			const away = [x - x * core, y - y * core, z].map((d) => d / 0.3);
			const cosine = away.reduce((sum, d, a) => sum + d * samples.normals[i + a], 0);
			expect(cosine).toBeGreaterThan(0.98);
		}
		// Pappus: the outer half of a torus has the share (π/2 + r/R) / π of its area.
		expect(outside / 20_000).toBeCloseTo((Math.PI / 2 + 0.3) / Math.PI, 2);
	});

	it("refuses a surface without area", () => {
		expect(() => sampleSurface(new Float64Array(9), Uint32Array.from([0, 1, 2]), 5, { uniform: () => 0.5 })).toThrow(
			RangeError,
		);
	});
});

describe("merging vertices and finding parts", () => {
	it("joins the corners of unconnected triangles and leaves two bodies apart", () => {
		const egg = ellipsoid(0.2, 0.3, 0.9, 12, 12);
		const half = egg.vertices.length;
		const vertices = new Float64Array(6 * egg.triangles.length);
		egg.triangles.forEach((v, i) => {
			for (let a = 0; a < 3; a++) {
				vertices[3 * i + a] = egg.vertices[3 * v + a];
				vertices[3 * (egg.triangles.length + i) + a] = egg.vertices[3 * v + a] + (a === 0 ? 1 : 0);
			}
		});
		const loose = Uint32Array.from({ length: vertices.length / 3 }, (_, i) => i);
		expect(findComponents(loose, loose.length).count).toBe(loose.length / 3);
		const merged = mergeVertices(vertices, loose, 1e-6);
		expect(merged.vertices.length).toBe(2 * half);
		expect(merged.triangles.length).toBe(loose.length);
		const parts = findComponents(merged.triangles, merged.vertices.length / 3);
		expect(parts.count).toBe(2);
		expect(parts.labels[0]).toBe(0);
		expect(parts.labels.at(-1)).toBe(1);
		expect(computeSignedVolume(merged.vertices, merged.triangles)).toBeCloseTo(
			2 * computeSignedVolume(egg.vertices, egg.triangles),
			12,
		);
	});

	it("thins a mesh without moving it", () => {
		const egg = ellipsoid(0.2, 0.3, 0.9, 200, 200);
		const thin = mergeVertices(egg.vertices, egg.triangles, 0.03);
		expect(thin.triangles.length).toBeLessThan(egg.triangles.length / 10);
		const volume = computeSignedVolume(egg.vertices, egg.triangles);
		expect(Math.abs(computeSignedVolume(thin.vertices, thin.triangles) / volume - 1)).toBeLessThan(0.02);
	});
});
