import {
	convexHull2d,
	createMeshTopology,
	createPlaneSlice,
	createSliceRegion,
	invalidateSliceRegion,
	type PlaneSlice,
	polygonPerimeter2d,
	polylineLength,
	slicePlane,
} from "@anny-fitter/mesh";
import { describe, expect, it } from "vitest";
import { ellipsePerimeter, ellipsoid, seededRandom, type TestMesh, torus } from "./shapes.js";

function cut(mesh: TestMesh, n: readonly [number, number, number], offset: number, subset: Uint32Array | null = null) {
	const region = subset && createSliceRegion(mesh.triangles, subset);
	const topology = createMeshTopology(mesh.triangles, mesh.vertices.length / 3);
	const slice = createPlaneSlice(topology);
	slicePlane(slice, topology, mesh.vertices, n[0], n[1], n[2], offset, region);
	return slice;
}

function lengths(slice: PlaneSlice): number[] {
	const result: number[] = [];
	for (let c = 0; c < slice.curveCount; c++) {
		result.push(
			polylineLength(slice.points, slice.curveOffsets[c], slice.curveOffsets[c + 1], slice.curveClosed[c] === 1),
		);
	}
	return result;
}

/** Sum of segment lengths, triangle by triangle, without any connectivity. */
function bruteForceLength(mesh: TestMesh, n: readonly number[], offset: number): number {
	let sum = 0;
	const height = (v: number) =>
		n[0] * mesh.vertices[3 * v] + n[1] * mesh.vertices[3 * v + 1] + n[2] * mesh.vertices[3 * v + 2] - offset;
	for (let t = 0; t < mesh.triangles.length; t += 3) {
		const crossings: number[][] = [];
		for (let k = 0; k < 3; k++) {
			const a = mesh.triangles[t + k];
			const b = mesh.triangles[t + ((k + 1) % 3)];
			const da = height(a);
			const db = height(b);
			if (da >= 0 === db >= 0) continue;
			const w = da / (da - db);
			crossings.push([0, 1, 2].map((i) => mesh.vertices[3 * a + i] * (1 - w) + mesh.vertices[3 * b + i] * w));
		}
		if (crossings.length === 2) sum += Math.hypot(...crossings[0].map((x, i) => x - crossings[1][i]));
	}
	return sum;
}

describe("slicePlane", () => {
	it("cuts a torus into one or two closed curves of the right length", () => {
		const mesh = torus(1, 0.3, 300, 200);
		const through = cut(mesh, [1, 0, 0], 0.0123);
		expect(through.curveCount).toBe(2);
		for (const length of lengths(through)) expect(length).toBeCloseTo(2 * Math.PI * 0.3, 2);
		const flat = lengths(cut(mesh, [0, 0, 1], 0.001)).sort((a, b) => a - b);
		expect(flat[0]).toBeCloseTo(2 * Math.PI * 0.7, 2);
		expect(flat[1]).toBeCloseTo(2 * Math.PI * 1.3, 2);
		expect(cut(mesh, [1, 0, 0], 1.1).curveCount).toBe(1);
		expect(cut(mesh, [1, 0, 0], 1.5).curveCount).toBe(0);
	});

	it("closes through vertices and edges that lie exactly on the plane", () => {
		// 40 sectors, 20 rings: z = 0 holds a whole ring of vertices, y = 0 two poles and meridians.
		const mesh = ellipsoid(1, 1, 1, 20, 40);
		for (const v of mesh.vertices.keys()) if (Math.abs(mesh.vertices[v]) < 1e-12) mesh.vertices[v] = 0;
		for (const normal of [
			[0, 0, 1],
			[0, 1, 0],
			[1, 0, 0],
			[0, 0, -1],
		] as const) {
			const slice = cut(mesh, normal, 0);
			expect(slice.curveCount).toBe(1);
			expect(slice.curveClosed[0]).toBe(1);
			expect(lengths(slice)[0]).toBeGreaterThan(2 * Math.PI * 0.99);
			expect(lengths(slice)[0]).toBeLessThan(2 * Math.PI);
		}
	});

	for (const seed of [1, 2, 3, 4]) {
		it(`agrees with brute force on random planes (seed ${seed})`, () => {
			const random = seededRandom(seed);
			const mesh = torus(0.8, 0.35, 37, 23);
			for (let i = 0; i < 20; i++) {
				const n = [random() - 0.5, random() - 0.5, random() - 0.5] as const;
				const offset = (random() - 0.5) * 0.6;
				const slice = cut(mesh, n, offset);
				const total = lengths(slice).reduce((a, b) => a + b, 0);
				expect(total).toBeCloseTo(bruteForceLength(mesh, n, offset), 10);
				for (let c = 0; c < slice.curveCount; c++) expect(slice.curveClosed[c]).toBe(1);
				for (let p = 0; p < slice.pointCount; p++) {
					const d =
						n[0] * slice.points[3 * p] + n[1] * slice.points[3 * p + 1] + n[2] * slice.points[3 * p + 2] - offset;
					expect(Math.abs(d)).toBeLessThan(1e-12);
				}
			}
		});
	}

	it("gives the girth of an ellipsoid and a hull no longer than the contour", () => {
		const mesh = ellipsoid(0.2, 0.12, 0.5, 400, 400);
		const level = 0.13;
		const slice = cut(mesh, [0, 0, 1], level);
		const scale = Math.sqrt(1 - (level / 0.5) ** 2);
		expect(lengths(slice)[0] / ellipsePerimeter(0.2 * scale, 0.12 * scale)).toBeCloseTo(1, 4);
		const flat = new Float64Array(2 * slice.pointCount);
		for (let p = 0; p < slice.pointCount; p++) {
			flat[2 * p] = slice.points[3 * p];
			flat[2 * p + 1] = slice.points[3 * p + 1];
		}
		const corners = new Uint32Array(slice.pointCount + 1);
		const count = convexHull2d(corners, flat, slice.pointCount);
		expect(polygonPerimeter2d(flat, corners, count)).toBeLessThanOrEqual(lengths(slice)[0] + 1e-12);
	});

	it("cuts a chosen part into open curves", () => {
		const mesh = torus(1, 0.3, 60, 40);
		const subset: number[] = [];
		for (let t = 0; t < mesh.triangles.length / 3; t++) {
			const x = mesh.vertices[3 * mesh.triangles[3 * t]];
			if (x > 0) subset.push(t);
		}
		const slice = cut(mesh, [0, 0, 1], 0.01, Uint32Array.from(subset));
		expect(slice.curveCount).toBe(2);
		expect([...slice.curveClosed.subarray(0, 2)]).toEqual([0, 0]);
		for (const length of lengths(slice)) expect(length).toBeGreaterThan(1.5);
	});

	it("does not depend on the order of vertices and triangles", () => {
		const mesh = torus(0.8, 0.35, 24, 18);
		const count = mesh.vertices.length / 3;
		const random = seededRandom(9);
		const order = Array.from({ length: count }, (_, i) => i).sort(() => random() - 0.5);
		const shuffled: TestMesh = {
			vertices: new Float64Array(3 * count),
			triangles: new Uint32Array(mesh.triangles.length),
		};
		order.forEach((to, from) => {
			for (let i = 0; i < 3; i++) shuffled.vertices[3 * to + i] = mesh.vertices[3 * from + i];
		});
		const triangles = mesh.triangles.length / 3;
		for (let t = 0; t < triangles; t++) {
			for (let k = 0; k < 3; k++) shuffled.triangles[3 * (triangles - 1 - t) + k] = order[mesh.triangles[3 * t + k]];
		}
		const n = [0.3, 0.2, 0.9] as const;
		const sorted = (m: TestMesh) => lengths(cut(m, n, 0.05)).sort((a, b) => a - b);
		sorted(mesh).forEach((length, i) => {
			expect(sorted(shuffled)[i]).toBeCloseTo(length, 12);
		});
	});

	it("looks at few triangles of a region and still cuts it as without boxes (seed 9)", () => {
		const random = seededRandom(9);
		const mesh = torus(0.5, 0.2, 60, 40);
		const topology = createMeshTopology(mesh.triangles, mesh.vertices.length / 3);
		const region = createSliceRegion(
			mesh.triangles,
			Uint32Array.from({ length: mesh.triangles.length / 3 }, (_, t) => t),
		);
		const boxed = createPlaneSlice(topology);
		const plain = createPlaneSlice(topology);
		const vertices = Float64Array.from(mesh.vertices);
		for (let round = 0; round < 40; round++) {
			if (round === 20) {
				for (let i = 0; i < vertices.length; i++) vertices[i] = 2 * vertices[i] + 0.3;
				invalidateSliceRegion(region);
			}
			const n = [random() - 0.5, random() - 0.5, random() - 0.5];
			// Through a vertex now and then: the plane then touches the boxes of its neighbours.
			const v = 3 * Math.floor(random() * (vertices.length / 3));
			const at = n[0] * vertices[v] + n[1] * vertices[v + 1] + n[2] * vertices[v + 2];
			const offset = round % 3 === 0 ? at : at + 0.1 * (random() - 0.5);
			slicePlane(boxed, topology, vertices, n[0], n[1], n[2], offset, region);
			slicePlane(plain, topology, vertices, n[0], n[1], n[2], offset);
			expect(boxed.pointCount).toBe(plain.pointCount);
			expect(boxed.points.slice(0, 3 * boxed.pointCount)).toEqual(plain.points.slice(0, 3 * plain.pointCount));
		}
	});

	it("reuses its memory and takes less than a millisecond on a body-sized mesh", () => {
		const mesh = torus(0.5, 0.2, 134, 100);
		const topology = createMeshTopology(mesh.triangles, mesh.vertices.length / 3);
		const slice = createPlaneSlice(topology);
		const { points } = slice;
		const times: number[] = [];
		for (let i = 0; i < 60; i++) {
			const start = performance.now();
			slicePlane(slice, topology, mesh.vertices, 0, 0, 1, -0.15 + 0.005 * i);
			times.push(performance.now() - start);
		}
		times.sort((a, b) => a - b);
		expect(slice.points).toBe(points);
		// The best run: the machine may be busy.
		expect(times[0]).toBeLessThan(1);
	});
});
