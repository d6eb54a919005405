import { createMeshTopology } from "@anny-fitter/mesh";
import { describe, expect, test } from "vitest";
import { cutOut, layCloth, neighboursOf, standOff } from "../../src/subjects/garment.js";
import { type HangingOptions, hangCloth } from "../../src/subjects/hanging.js";

const AROUND = 48;
const LEVELS = 60;
const HEIGHT_M = 0.6;

/** An upright tube whose radius depends on the height: a trunk without ends. */
function tube(radius: (z: number) => number) {
	const vertices = new Float64Array(3 * AROUND * (LEVELS + 1));
	const triangles: number[] = [];
	for (let level = 0; level <= LEVELS; level++) {
		const z = (HEIGHT_M * level) / LEVELS;
		for (let k = 0; k < AROUND; k++) {
			const angle = (2 * Math.PI * k) / AROUND;
			vertices.set([radius(z) * Math.cos(angle), radius(z) * Math.sin(angle), z], 3 * (level * AROUND + k));
			if (level === LEVELS) continue;
			const [a, b] = [level * AROUND + k, level * AROUND + ((k + 1) % AROUND)];
			triangles.push(a, b, b + AROUND, a, b + AROUND, a + AROUND);
		}
	}
	const indices = Uint32Array.from(triangles);
	const topology = createMeshTopology(indices, vertices.length / 3);
	return { vertices, triangles: indices, around: neighboursOf(topology.edges, vertices.length / 3) };
}

const radiusAt = (points: Float64Array, v: number): number => Math.hypot(points[3 * v] ?? 0, points[3 * v + 1] ?? 0);
const MIDDLE = (LEVELS / 2) * AROUND;
/** 15 cm wide, 5 cm less in the middle: a waist. */
const waist = (z: number): number => 0.15 - 0.05 * Math.exp(-(((z - 0.3) / 0.05) ** 2));

describe("cloth laid around a body", () => {
	const skin = tube(waist);
	const field = Float64Array.from({ length: skin.vertices.length / 3 }, (_, v) => {
		const z = skin.vertices[3 * v + 2] ?? 0;
		return Math.min(z - 0.1, 0.5 - z);
	});

	test("tight cloth keeps its distance from the skin everywhere, and hardly more where the body is round", () => {
		const cloth = layCloth(skin.vertices, skin.around, skin.triangles, field, { ease_m: 0.004, rounds: 10, hang: 0 });
		const off = standOff(skin.vertices, cloth, skin.triangles, field);
		const inside = [...off].filter((_, v) => (field[v] ?? 0) > 0.01);
		expect(inside.length).toBeGreaterThan(1000);
		expect(Math.min(...inside)).toBeGreaterThan(0.0035);
		expect(Math.max(...inside)).toBeLessThan(0.02);
		expect(radiusAt(cloth, 15 * AROUND)).toBeCloseTo(0.154, 3);
	});

	test("hanging cloth bridges the waist, the more tension the more", () => {
		const lay = (rounds: number) =>
			radiusAt(layCloth(skin.vertices, skin.around, skin.triangles, field, { ease_m: 0.02, rounds, hang: 1 }), MIDDLE);
		expect(lay(0)).toBeCloseTo(0.12, 3);
		expect(lay(60)).toBeGreaterThan(lay(10) + 0.003);
		expect(lay(200)).toBeGreaterThan(0.15);
		expect(lay(200)).toBeLessThan(0.171);
	});

	test("a second layer lies over the first", () => {
		const first = layCloth(skin.vertices, skin.around, skin.triangles, field, { ease_m: 0.004, rounds: 10, hang: 0 });
		const below = standOff(skin.vertices, first, skin.triangles, field);
		const second = layCloth(skin.vertices, skin.around, skin.triangles, field, {
			ease_m: 0.003,
			rounds: 10,
			hang: 0,
			below,
		});
		for (let v = 0; v < field.length; v++) {
			if ((field[v] ?? 0) > 0.02) expect(radiusAt(second, v)).toBeGreaterThan(radiusAt(first, v) + 0.001);
		}
	});

	test("is cut along the field's zero, whatever the mesh", () => {
		const uvs = new Float32Array((2 * skin.vertices.length) / 3);
		const levels = field.map((value) => value - 0.0033);
		const cut = cutOut(skin.vertices, skin.triangles, levels, uvs);
		const heights = cut.positions.filter((_, i) => i % 3 === 2);
		expect(Math.min(...heights)).toBeCloseTo(0.1033, 6);
		expect(Math.max(...heights)).toBeCloseTo(0.4967, 6);
		expect(cut.uvs).toHaveLength((2 * cut.positions.length) / 3);
		expect(Math.max(...cut.triangles)).toBeLessThan(cut.positions.length / 3);
	});
});

describe("hanging cloth", () => {
	const plain: HangingOptions = {
		top_m: 0.55,
		hem_m: 0.05,
		topEase_m: 0.002,
		ease_m: 0.02,
		flare: 0,
		fold_m: 0,
		folds: 8,
		phase: 0,
	};

	test("a skirt goes around both legs and bridges the gap between them", () => {
		const legs = [-0.1, 0.1].map((x) => tube(() => 0.07).vertices.map((v, i) => (i % 3 === 0 ? v + x : v)));
		const points = Float64Array.from(legs.flatMap((leg) => [...leg]));
		const cloth = hangCloth(points, [0, 0], plain);
		const hem = cloth.positions.subarray(cloth.positions.length - 3 * 180);
		// Along y the hull of the two legs is as deep as one leg.
		expect(hem[3 * 45 + 1]).toBeGreaterThan(0.07 + 0.019);
		expect(hem[3 * 45 + 1]).toBeLessThan(0.07 + 0.03);
		expect(hem[0]).toBeGreaterThan(0.17 + 0.019);
	});

	test("falls straight from the widest place, and never through what is inside", () => {
		const bust = tube((z) => (z > 0.4 ? 0.16 : 0.1)).vertices;
		const cloth = hangCloth(bust, [0, 0], plain);
		for (let v = 0; v < cloth.positions.length / 3; v++) {
			const z = cloth.positions[3 * v + 2] ?? 0;
			if (z < 0.35) expect(radiusAt(cloth.positions, v)).toBeGreaterThan(0.159);
		}
	});

	test("a top hugs what is below at its upper edge", () => {
		const body = tube(() => 0.12).vertices;
		const cloth = hangCloth(body, [0, 0], { ...plain, topEase_m: -0.004 });
		expect(radiusAt(cloth.positions, 0)).toBeLessThan(0.12);
		expect(radiusAt(cloth.positions, cloth.positions.length / 3 - 1)).toBeCloseTo(0.14, 2);
	});
});
