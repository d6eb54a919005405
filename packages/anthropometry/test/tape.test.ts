import { createMeshTopology, createSliceRegion, polylineLength } from "@anny-fitter/mesh";
import { describe, expect, it } from "vitest";
import { copyTapePath, createTape, layTape, type TapePlane, tapeExtent } from "../src/tape.js";
import { BODIES, body, model, seededRandom } from "./bodies.js";

interface Mesh {
	vertices: Float64Array;
	triangles: Uint32Array;
}

/** Grid closed in both directions; `place` maps ring and tube angle to a point. */
function wrappedGrid(rings: number, sectors: number, place: (u: number, v: number) => number[]): Mesh {
	const vertices: number[] = [];
	const triangles: number[] = [];
	for (let i = 0; i < rings; i++) {
		for (let j = 0; j < sectors; j++) {
			vertices.push(...place((2 * Math.PI * i) / rings, (2 * Math.PI * j) / sectors));
			const a = i * sectors + j;
			const b = ((i + 1) % rings) * sectors + j;
			const c = ((i + 1) % rings) * sectors + ((j + 1) % sectors);
			const d = i * sectors + ((j + 1) % sectors);
			triangles.push(a, b, c, a, c, d);
		}
	}
	return { vertices: Float64Array.from(vertices), triangles: Uint32Array.from(triangles) };
}

function plane(mesh: Mesh, origin: number[], normal: number[], curves: TapePlane["curves"]): TapePlane {
	const length = Math.hypot(...normal);
	return {
		region: createSliceRegion(
			mesh.triangles,
			Uint32Array.from({ length: mesh.triangles.length / 3 }, (_, i) => i),
		),
		origin: Float64Array.from(origin),
		normal: Float64Array.from(normal, (x) => x / length),
		curves,
	};
}

const torus = wrappedGrid(400, 300, (u, v) => [
	(1 + 0.25 * Math.cos(v)) * Math.cos(u),
	(1 + 0.25 * Math.cos(v)) * Math.sin(u),
	0.25 * Math.sin(v),
]);
/** A bent tube whose straight stretch is an elliptic cylinder along z through the origin. */
const cylinder = wrappedGrid(40, 400, (u, v) => {
	const isStraight = Math.cos(u) > 0;
	const x = 0.2 * Math.cos(v) + (isStraight ? 0 : 5);
	return [x, 0.12 * Math.sin(v), 3 * Math.sin(u)];
});

describe("layTape", () => {
	it("lies around both limbs or around one", () => {
		const tape = createTape(createMeshTopology(torus.triangles, torus.vertices.length / 3));
		const all = layTape(tape, torus.vertices, plane(torus, [1, 0.001, 0], [0, 1, 0], "all"));
		expect(all).toBeCloseTo(2 * Math.PI * 0.25 + 4, 3);
		const one = layTape(tape, torus.vertices, plane(torus, [1, 0.001, 0], [0, 1, 0], "around"));
		expect(one).toBeCloseTo(2 * Math.PI * 0.25, 3);
		const nearest = layTape(tape, torus.vertices, plane(torus, [0.4, 0.001, 0], [0, 1, 0], "around"));
		expect(nearest).toBeCloseTo(2 * Math.PI * 0.25, 3);
		expect(layTape(tape, torus.vertices, plane(torus, [0, 0, 2], [0, 0, 1], "around"))).toBe(0);
	});

	it("gives the perimeter of an elliptic cylinder, straight and slanted, with its extents", () => {
		const tape = createTape(createMeshTopology(cylinder.triangles, cylinder.vertices.length / 3));
		const ellipse = (a: number, b: number): number => {
			let sum = 0;
			for (let i = 0; i < 10_000; i++) {
				const t = (2 * Math.PI * i) / 10_000;
				sum += Math.hypot(a * Math.sin(t), b * Math.cos(t));
			}
			return (sum * 2 * Math.PI) / 10_000;
		};
		expect(layTape(tape, cylinder.vertices, plane(cylinder, [0, 0, 0.1], [0, 0, 1], "around"))).toBeCloseTo(
			ellipse(0.2, 0.12),
			4,
		);
		const ends = new Uint32Array(2);
		expect(tapeExtent(ends, tape, 1, 0, 0)).toBeCloseTo(0.4, 6);
		expect(tape.slice.points[3 * ends[0]]).toBeCloseTo(-0.2, 6);
		expect(tapeExtent(ends, tape, 0, -1, 0)).toBeCloseTo(0.24, 6);
		const slant = Math.PI / 6;
		const cut = plane(cylinder, [0, 0, 0.1], [Math.sin(slant), 0, Math.cos(slant)], "around");
		expect(layTape(tape, cylinder.vertices, cut)).toBeCloseTo(ellipse(0.2 / Math.cos(slant), 0.12), 4);
	});

	it("returns a path in the plane, as long as the tape", () => {
		const tape = createTape(createMeshTopology(torus.triangles, torus.vertices.length / 3));
		const cut = plane(torus, [1, 0, 0], [0.2, 1, 0.3], "around");
		const length = layTape(tape, torus.vertices, cut);
		const path = copyTapePath(tape);
		expect(polylineLength(path, 0, path.length / 3, true)).toBeCloseTo(length, 12);
		for (let i = 0; i < path.length; i += 3) {
			const d = [0, 1, 2].reduce((sum, k) => sum + (path[i + k] - cut.origin[k]) * cut.normal[k], 0);
			expect(Math.abs(d)).toBeLessThan(1e-12);
		}
	});

	for (const seed of [1, 2, 3]) {
		it(`agrees with Cauchy's formula on a body and never exceeds the contour (seed ${seed})`, () => {
			const random = seededRandom(seed);
			const { vertices } = body(Object.values(BODIES)[seed]);
			const mesh = { vertices, triangles: model.triangles };
			const tape = createTape(createMeshTopology(model.triangles, model.vertexCount));
			for (let i = 0; i < 4; i++) {
				const cut = plane(
					mesh,
					[0, 0, 0.5 * (random() - 0.5)],
					[0.4 * (random() - 0.5), 0.4 * (random() - 0.5), 1],
					"all",
				);
				const length = layTape(tape, vertices, cut);
				expect(length / cauchyPerimeter(mesh, cut)).toBeCloseTo(1, 4);
				const near = layTape(tape, vertices, { ...cut, curves: "around" });
				let contour = 0;
				for (let c = 0; c < tape.slice.curveCount; c++) {
					const { points, curveOffsets } = tape.slice;
					contour = Math.max(contour, polylineLength(points, curveOffsets[c], curveOffsets[c + 1], true));
				}
				expect(near).toBeLessThanOrEqual(contour + 1e-12);
				expect(near).toBeLessThanOrEqual(length + 1e-12);
			}
		});
	}
});

/** Perimeter of the hull of all points where edges cross the plane, from its widths alone: ∫ width dθ over half a turn. */
function cauchyPerimeter(mesh: Mesh, cut: TapePlane): number {
	const { vertices, triangles } = mesh;
	const [nx, ny, nz] = cut.normal;
	const height = (v: number) =>
		nx * (vertices[3 * v] - cut.origin[0]) +
		ny * (vertices[3 * v + 1] - cut.origin[1]) +
		nz * (vertices[3 * v + 2] - cut.origin[2]);
	const points: number[][] = [];
	for (let t = 0; t < triangles.length; t++) {
		const a = triangles[t];
		const b = triangles[t % 3 === 2 ? t - 2 : t + 1];
		const ha = height(a);
		const hb = height(b);
		if (ha >= 0 === hb >= 0) continue;
		const w = ha / (ha - hb);
		points.push([0, 1, 2].map((k) => vertices[3 * a + k] * (1 - w) + vertices[3 * b + k] * w));
	}
	const scale = 1 / Math.hypot(nx, nz);
	const u = [nz * scale, 0, -nx * scale];
	const v = [ny * u[2] - nz * u[1], nz * u[0] - nx * u[2], nx * u[1] - ny * u[0]];
	let sum = 0;
	const steps = 1440;
	for (let i = 0; i < steps; i++) {
		const angle = (Math.PI * i) / steps;
		const d = [0, 1, 2].map((k) => Math.cos(angle) * u[k] + Math.sin(angle) * v[k]);
		let low = Number.POSITIVE_INFINITY;
		let high = Number.NEGATIVE_INFINITY;
		for (const p of points) {
			const along = d[0] * p[0] + d[1] * p[1] + d[2] * p[2];
			low = Math.min(low, along);
			high = Math.max(high, along);
		}
		sum += high - low;
	}
	return (sum * Math.PI) / steps;
}
