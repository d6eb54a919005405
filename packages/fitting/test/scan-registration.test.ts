import { createBodyModel } from "@anny-fitter/body-model";
import { createRandom, rotationFromVector } from "@anny-fitter/math";
import { createTriangleTree } from "@anny-fitter/mesh";
import { openBodyModelData } from "@anny-fitter/platform";
import { beforeAll, describe, expect, test } from "vitest";
import { candidateRotations, principalFrame } from "../src/scan-registration/candidate-rotations.js";
import { findCoarseAlignments } from "../src/scan-registration/coarse-alignment.js";
import { createPointSet, normalizePoints } from "../src/scan-registration/point-set.js";
import { findBorderVertices } from "../src/scan-registration/scan-border.js";
import { findBodyParts } from "../src/scan-registration/scan-parts.js";
import { prepareScan, sampleScan } from "../src/scan-registration/scan-surface.js";
import { createScanTemplates, type ScanTemplate } from "../src/scan-registration/scan-templates.js";
import { guessUnit } from "../src/scan-registration/scan-units.js";
import { alignPointSets } from "../src/scan-registration/similarity.js";
import { measureSurfaceDistance } from "../src/scan-registration/surface-distance.js";

/** A box of the given corners, outward winding. */
function box(low: readonly number[], high: readonly number[]): { vertices: number[]; triangles: number[] } {
	const vertices: number[] = [];
	for (let c = 0; c < 8; c++) for (let a = 0; a < 3; a++) vertices.push((c >> a) & 1 ? high[a] : low[a]);
	const quads = [0, 2, 3, 1, 4, 5, 7, 6, 0, 1, 5, 4, 2, 6, 7, 3, 0, 4, 6, 2, 1, 3, 7, 5];
	const triangles: number[] = [];
	for (let q = 0; q < quads.length; q += 4) for (const k of [0, 1, 2, 0, 2, 3]) triangles.push(quads[q + k]);
	return { vertices, triangles };
}

function together(...meshes: { vertices: number[]; triangles: number[] }[]) {
	const vertices: number[] = [];
	const triangles: number[] = [];
	for (const mesh of meshes) {
		const base = vertices.length / 3;
		vertices.push(...mesh.vertices);
		triangles.push(...mesh.triangles.map((v) => v + base));
	}
	return { vertices: Float64Array.from(vertices), triangles: Uint32Array.from(triangles) };
}

function turnOf(seed: number): Float64Array {
	const random = createRandom(seed);
	const out = new Float64Array(9);
	rotationFromVector(out, [2 * random.normal(), 2 * random.normal(), 2 * random.normal()]);
	return out;
}

function turn(points: Float64Array, r: Float64Array): Float64Array {
	const out = new Float64Array(points.length);
	for (let i = 0; i < points.length; i += 3) {
		for (let row = 0; row < 3; row++) {
			out[i + row] = r[3 * row] * points[i] + r[3 * row + 1] * points[i + 1] + r[3 * row + 2] * points[i + 2];
		}
	}
	return out;
}

describe("units", () => {
	test.each([
		[1.7, "m", []],
		[168, "cm", []],
		[1712, "mm", []],
		[17.4, "dm", ["in"]],
		[66, "in", ["cm"]],
	] as const)("an adult of %s units is measured in %s", (stature, unit, alternatives) => {
		expect(guessUnit(stature, [1.25, 2.3])).toEqual({ unit, alternatives });
	});

	test("a newborn of 66 units is measured in centimetres, and 3 units fit nobody", () => {
		expect(guessUnit(66, [0.35, 0.75])?.unit).toBe("cm");
		expect(guessUnit(3, [1.25, 2.3])).toBeNull();
	});
});

describe("axes", () => {
	test("every axis pair occurs once as up and left, none is mirrored", () => {
		const rotations = candidateRotations(Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1), 4);
		expect(new Set(rotations.map((r) => Array.from(r, (v) => Math.round(v) + 0).join())).size).toBe(24);
		for (const r of rotations) {
			const determinant =
				r[0] * (r[4] * r[8] - r[5] * r[7]) - r[1] * (r[3] * r[8] - r[5] * r[6]) + r[2] * (r[3] * r[7] - r[4] * r[6]);
			expect(determinant).toBeCloseTo(1, 12);
		}
	});

	test("the longest axis of a long cloud comes first", () => {
		const random = createRandom(8);
		const points = Float64Array.from({ length: 900 }, (_, i) => random.normal() * [0.2, 3, 0.7][i % 3]);
		const frame = principalFrame(points);
		expect(Math.abs(frame[1])).toBeGreaterThan(0.99);
		expect(Math.abs(frame[5])).toBeGreaterThan(0.99);
	});
});

describe("parts of a scan", () => {
	const person = box([-0.2, -0.1, 0], [0.2, 0.1, 1.7]);
	const plate = box([-1, -1, -0.04], [1, 1, -0.02]);
	const crate = box([1.5, 0, 0], [1.9, 0.4, 0.3]);

	test("plates are left out, what stands apart is another part or a companion", () => {
		const { vertices, triangles } = together(plate, person, crate);
		const parts = findBodyParts(vertices, triangles);
		expect(parts.map((part) => part.triangles.length / 3)).toEqual([12, 12]);
		expect(Array.from(parts[0].triangles, (v) => vertices[3 * v + 2]).reduce((a, b) => Math.max(a, b))).toBe(1.7);
		expect(parts[0].companions.length / 3).toBe(12);
	});

	test("triangles inside out are turned and noted; too few points are refused", () => {
		const many = (flip: boolean) => {
			const vertices: number[] = [];
			const triangles: number[] = [];
			const [rings, sectors] = [20, 24];
			for (let i = 0; i <= rings; i++) {
				for (let j = 0; j < sectors; j++) {
					const [polar, azimuth] = [(Math.PI * i) / rings, (2 * Math.PI * j) / sectors];
					vertices.push(0.2 * Math.sin(polar) * Math.cos(azimuth), 0.15 * Math.sin(polar) * Math.sin(azimuth));
					vertices.push(0.85 * Math.cos(polar));
				}
			}
			for (let i = 0; i < rings; i++) {
				for (let j = 0; j < sectors; j++) {
					const [a, b] = [i * sectors + j, i * sectors + ((j + 1) % sectors)];
					const [c, d] = [a + sectors, b + sectors];
					triangles.push(...(flip ? [a, d, c, a, b, d] : [a, c, d, a, d, b]));
				}
			}
			return { vertices: Float64Array.from(vertices), triangles: Uint32Array.from(triangles) };
		};
		expect(prepareScan(many(false))[0]).toMatchObject({ oriented: true, inverted: false });
		const [turned] = prepareScan(many(true));
		expect(turned).toMatchObject({ oriented: true, inverted: true });
		const { points, normals } = sampleScan(turned, 100);
		for (let i = 0; i < points.length; i += 3) {
			expect(points[i] * normals[i] + points[i + 1] * normals[i + 1] + points[i + 2] * normals[i + 2]).toBeGreaterThan(
				0,
			);
		}
		expect(() => prepareScan({ ...many(false), vertices: many(false).vertices.slice(0, 300) })).toThrow(/too few/);
		expect(() => prepareScan({ vertices: new Float64Array(900), triangles: new Uint32Array(0) })).toThrow(/one place/);
	});

	test("distances are those of a plane", () => {
		const plane = createTriangleTree(Float64Array.of(-9, -9, 0, 9, -9, 0, 0, 9, 0), Uint32Array.of(0, 1, 2));
		const points = Float64Array.from({ length: 300 }, (_, i) => (i % 3 === 2 ? (i - 2) / 3 / 1000 : 0));
		const distance = measureSurfaceDistance(points, plane);
		expect(distance.mean_mm).toBeCloseTo(49.5, 9);
		expect(distance.median_mm).toBeCloseTo(50, 9);
		expect(distance.max_mm).toBeCloseTo(99, 9);
		expect(distance.near_share).toBeCloseTo(0.21, 9);
	});
});

describe("coarse alignment", () => {
	let templates: ScanTemplate[];
	beforeAll(async () => {
		const { data } = await openBodyModelData();
		templates = createScanTemplates(createBodyModel(data, { allPhenotypes: true, localChanges: true }));
	}, 120_000);

	test("finds a turned, scaled and moved copy of a body again", () => {
		const [template] = templates;
		const angle = new Float64Array(9);
		rotationFromVector(angle, [0.2, -0.15, 0.3]);
		const points = turn(template.points.points, angle).map((v, i) => 1.1 * v + [0.1, -0.05, 0.08][i % 3]);
		const target = createPointSet(points, turn(template.points.normals, angle));
		const similarity = {
			rotation: Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1),
			translation: new Float64Array(3),
			scale: 1,
		};
		const settings = { iterations: 25, stride: 1, firstReach: 0.4, lastReach: 0.05 };
		expect(alignPointSets(similarity, template.points, target, settings)).toBeLessThan(1e-6);
		expect(similarity.scale).toBeCloseTo(1.1, 5);
		for (let i = 0; i < 9; i++) expect(similarity.rotation[i]).toBeCloseTo(angle[i], 5);
	});

	test.each([0, 9, 18, 23])("tells up, front and left of template %i, turned any way (seeds 20…)", (index) => {
		const truth = turnOf(20 + index);
		const points = turn(templates[index].points.points, truth);
		const scan = createPointSet(points, turn(templates[index].points.normals, truth));
		normalizePoints(points);
		const [best] = findCoarseAlignments(scan, templates);
		let trace = 0;
		for (let i = 0; i < 9; i++) trace += best.similarity.rotation[i] * truth[i];
		expect((Math.acos(Math.min(1, (trace - 1) / 2)) * 180) / Math.PI).toBeLessThan(8);
	});
});

describe("borders", () => {
	// Four triangles about a middle vertex, and one of them gone.
	const whole = [0, 1, 4, 1, 2, 4, 2, 3, 4, 3, 0, 4];

	test("a hole's rim is border, what lies inside of the surface is not", () => {
		expect([...findBorderVertices(Uint32Array.from(whole), 5)]).toEqual([1, 1, 1, 1, 0]);
		expect([...findBorderVertices(Uint32Array.from(whole.slice(3)), 5)]).toEqual([1, 1, 1, 1, 1]);
	});

	test("closed surfaces, edges of three triangles and clouds of points have none", () => {
		const tetrahedron = [0, 2, 1, 0, 1, 3, 1, 2, 3, 2, 0, 3];
		expect([...findBorderVertices(Uint32Array.from(tetrahedron), 4)]).toEqual([0, 0, 0, 0]);
		const fins = [0, 1, 2, 0, 1, 3, 0, 1, 4];
		expect([...findBorderVertices(Uint32Array.from([...fins, ...fins]), 5)]).toEqual([0, 0, 0, 0, 0]);
		expect([...findBorderVertices(Uint32Array.of(0, 0, 0, 1, 1, 1), 2)]).toEqual([0, 0]);
	});
});
