import {
	computeBounds,
	computeFaceNormals,
	computeSignedVolume,
	computeSurfaceArea,
	computeSurfaceAreaGradient,
	computeVertexNormals,
	computeVolumeGradient,
	polylineLength,
} from "@anny-fitter/mesh";
import { describe, expect, it } from "vitest";
import { ellipsoid, torus } from "./shapes.js";

describe("volume, area and bounds", () => {
	it("match the formulas of a torus and an ellipsoid", () => {
		const ring = torus(1, 0.3, 400, 200);
		expect(computeSignedVolume(ring.vertices, ring.triangles)).toBeCloseTo(2 * Math.PI ** 2 * 0.09, 3);
		expect(computeSurfaceArea(ring.vertices, ring.triangles)).toBeCloseTo(4 * Math.PI ** 2 * 0.3, 2);
		const egg = ellipsoid(0.2, 0.3, 0.9, 300, 300);
		expect(computeSignedVolume(egg.vertices, egg.triangles)).toBeCloseTo((4 / 3) * Math.PI * 0.054, 4);
		const box = new Float64Array(6);
		computeBounds(box, egg.vertices);
		expect(box[5]).toBe(0.9);
		expect(box[0]).toBeCloseTo(-0.2, 3);
		expect(() => computeBounds(box, new Float64Array(0))).toThrow(RangeError);
	});

	it("turns the sign with the winding and ignores translation", () => {
		const egg = ellipsoid(0.2, 0.3, 0.9, 20, 20);
		const volume = computeSignedVolume(egg.vertices, egg.triangles);
		const moved = egg.vertices.map((x, i) => x + [3, -5, 7][i % 3]);
		expect(computeSignedVolume(moved, egg.triangles)).toBeCloseTo(volume, 10);
		expect(computeSignedVolume(egg.vertices, egg.triangles.slice().reverse())).toBeCloseTo(-volume, 12);
	});

	it.each([
		["volume", computeSignedVolume, computeVolumeGradient, 9],
		["area", computeSurfaceArea, computeSurfaceAreaGradient, 6],
	] as const)("have the gradient that central differences give: %s", (_, value, differentiate, digits) => {
		const egg = ellipsoid(0.2, 0.3, 0.9, 6, 7);
		const gradient = new Float64Array(egg.vertices.length).fill(5);
		differentiate(gradient, egg.vertices, egg.triangles);
		for (let i = 0; i < egg.vertices.length; i++) {
			const x = egg.vertices[i];
			const step = 1e-5;
			egg.vertices[i] = x + step;
			const up = value(egg.vertices, egg.triangles);
			egg.vertices[i] = x - step;
			const down = value(egg.vertices, egg.triangles);
			egg.vertices[i] = x;
			expect(gradient[i], `coordinate ${i}`).toBeCloseTo((up - down) / (2 * step), digits);
		}
	});

	it("give no gradient to a triangle without area", () => {
		const gradient = new Float64Array(9).fill(5);
		computeSurfaceAreaGradient(gradient, Float64Array.of(0, 0, 0, 1, 0, 0, 2, 0, 0), Uint32Array.of(0, 1, 2));
		expect(gradient).toEqual(new Float64Array(9));
	});
});

describe("normals", () => {
	it("point outwards from a sphere", () => {
		const ball = ellipsoid(1, 1, 1, 40, 40);
		const normals = new Float64Array(ball.vertices.length);
		computeVertexNormals(normals, ball.vertices, ball.triangles);
		for (let i = 0; i < normals.length; i++) expect(Math.abs(normals[i] - ball.vertices[i])).toBeLessThan(0.05);
		const faces = new Float64Array(ball.triangles.length);
		computeFaceNormals(faces, ball.vertices, ball.triangles);
		for (let t = 0; t < faces.length; t += 3) {
			expect(Math.hypot(faces[t], faces[t + 1], faces[t + 2])).toBeCloseTo(1, 12);
			const corner = 3 * ball.triangles[t];
			const dot =
				faces[t] * ball.vertices[corner] +
				faces[t + 1] * ball.vertices[corner + 1] +
				faces[t + 2] * ball.vertices[corner + 2];
			expect(dot).toBeGreaterThan(0.9);
		}
	});

	it("are zero, not NaN, without area", () => {
		const normals = new Float64Array(9).fill(1);
		computeVertexNormals(normals, new Float64Array(9), Uint32Array.of(0, 1, 2));
		expect([...normals]).toEqual(new Array(9).fill(0));
	});
});

describe("polylineLength", () => {
	it("adds the closing side only when closed", () => {
		const square = Float64Array.of(9, 9, 9, 0, 0, 0, 1, 0, 0, 1, 1, 0, 0, 1, 0);
		expect(polylineLength(square, 1, 5, false)).toBe(3);
		expect(polylineLength(square, 1, 5, true)).toBe(4);
		expect(polylineLength(square, 1, 2, true)).toBe(0);
	});
});
