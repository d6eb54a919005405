import { createMeasurer, MEASUREMENTS, type MeasurementId, measureBody } from "@anny-fitter/anthropometry";
import { createMeshTopology, createSliceRegion, polylineLength } from "@anny-fitter/mesh";
import { describe, expect, it } from "vitest";
import { type BodyPoint, jointPoint, landmarkPoint, meanPoint } from "../src/body-point.js";
import { takeUpBody } from "../src/measurer.js";
import { stretchTape } from "../src/stretched-tape.js";
import { createTape } from "../src/tape.js";
import { BODIES, body, model } from "./bodies.js";

const at = (x: number, y: number, z: number): BodyPoint => ({
	position: Float64Array.of(x, y, z),
	pull: () => undefined,
});

/** An upright tube around z with a cross-section given in polar coordinates. */
function tube(radius: (angle: number) => number, sectors = 720) {
	const vertices: number[] = [];
	const triangles: number[] = [];
	for (let i = 0; i < 2; i++) {
		for (let j = 0; j < sectors; j++) {
			const angle = (2 * Math.PI * j) / sectors;
			vertices.push(radius(angle) * Math.cos(angle), radius(angle) * Math.sin(angle), 2 * i - 1);
			const next = (j + 1) % sectors;
			if (i === 0) triangles.push(j, next, sectors + next, j, sectors + next, sectors + j);
		}
	}
	const indices = Uint32Array.from(triangles);
	const region = createSliceRegion(
		indices,
		Uint32Array.from({ length: indices.length / 3 }, (_, i) => i),
	);
	const tape = createTape(createMeshTopology(indices, vertices.length / 3));
	return { region, user: { tape, vertices: Float64Array.from(vertices), gradient: null } };
}

function length(path: Float64Array): number {
	return polylineLength(path, 0, path.length / 3, false);
}

describe("stretchTape", () => {
	it("lies on an arc of a round tube, on the side away from the point beneath", () => {
		const { region, user } = tube(() => 0.5);
		const from = at(0.5 * Math.cos(0.4), -0.5 * Math.sin(0.4), 0.2);
		const to = at(0.5 * Math.cos(1), 0.5 * Math.sin(1), 0.2);
		const short = stretchTape(user, { region, from, to, beneath: at(0, 0, 0.2) });
		expect(length(short)).toBeCloseTo(0.5 * 1.4, 4);
		expect(short.subarray(0, 3)).toEqual(from.position);
		expect(short.subarray(-3)).toEqual(to.position);
	});

	it("bridges a groove and is straight where nothing lies in between", () => {
		// A groove around the angle 0, 0.3 wide to either side.
		const { region, user } = tube((a) => 0.5 - 0.2 * Math.exp(-((Math.min(a, 2 * Math.PI - a) / 0.1) ** 2)));
		const corner = (angle: number) => at(0.5 * Math.cos(angle), 0.5 * Math.sin(angle), 0);
		const bridged = stretchTape(user, { region, from: corner(-0.6), to: corner(0.6), beneath: at(0, 0, 0) });
		expect(length(bridged)).toBeLessThan(0.6);
		expect(length(bridged)).toBeGreaterThan(2 * 0.5 * Math.sin(0.6));
		const free = stretchTape(user, { region, from: at(2, 0, 0), to: at(2, 1, 0), beneath: at(1.9, 0.5, 0) });
		expect(free).toEqual(Float64Array.of(2, 0, 0, 2, 1, 0));
	});

	it("needs a plane", () => {
		const { region, user } = tube(() => 0.5);
		const stretch = { region, from: at(0, 0, 0), to: at(1, 0, 0), beneath: at(2, 0, 0) };
		expect(() => stretchTape(user, stretch)).toThrow(RangeError);
	});

	it.each(Object.entries(BODIES))("is no longer than the skin between its ends: %s", (_, parameters) => {
		const measurer = createMeasurer(model);
		takeUpBody(measurer, body(parameters));
		for (const side of ["left", "right"] as const) {
			const from = landmarkPoint(measurer, "cervicale", side);
			const to = landmarkPoint(measurer, "acromion", side);
			const beneath = meanPoint(jointPoint(measurer, "neck", side), jointPoint(measurer, "shoulder", side));
			const path = stretchTape(measurer, { region: measurer.regions.trunkAndArms, from, to, beneath });
			const skin = shortestWay(measurer.tape.slice, from.position, to.position);
			const chord = Math.hypot(...from.position.map((x, i) => x - to.position[i]));
			expect(length(path)).toBeGreaterThanOrEqual(chord);
			// The landmarks are vertices on the cut, so that the ways begin where the tape does.
			expect(length(path)).toBeLessThanOrEqual(skin + 1e-6);
			expect(skin).toBeLessThan(1.5 * chord);
		}
	});
});

/** Shorter way along the curve of a cut that both points lie on. */
function shortestWay(
	slice: { points: Float64Array; curveOffsets: Uint32Array; curveCount: number; curveClosed: Uint8Array },
	from: Float64Array,
	to: Float64Array,
): number {
	const { points, curveOffsets, curveCount, curveClosed } = slice;
	const nearest = (c: number, target: Float64Array): [number, number] => {
		let best = Number.POSITIVE_INFINITY;
		let index = -1;
		for (let p = curveOffsets[c]; p < curveOffsets[c + 1]; p++) {
			const distance = Math.hypot(...target.map((x, k) => x - points[3 * p + k]));
			if (distance < best) {
				best = distance;
				index = p;
			}
		}
		return [index, best];
	};
	let shortest = Number.POSITIVE_INFINITY;
	for (let c = 0; c < curveCount; c++) {
		const [a, da] = nearest(c, from);
		const [b, db] = nearest(c, to);
		if (da + db > 1e-6) continue;
		const inner = polylineLength(points, Math.min(a, b), Math.max(a, b) + 1, false);
		const all = polylineLength(points, curveOffsets[c], curveOffsets[c + 1], true);
		shortest = Math.min(shortest, curveClosed[c] === 1 ? Math.min(inner, all - inner) : inner);
	}
	return shortest;
}

describe("the measurements over surfaces", () => {
	const added: readonly MeasurementId[] = [
		"neck_base_girth",
		"shoulder_girth",
		"abdomen_girth",
		"mid_thigh_girth",
		"lower_thigh_girth",
		"shoulder_width",
		"sleeve_length",
		"span",
		"crotch_length",
		"foot_breadth",
	];

	it("change by less than 1 mm with every step of 0.002 along a path of shapes", () => {
		expect(MEASUREMENTS.map(({ id }) => id)).toEqual(expect.arrayContaining([...added]));
		const measurer = createMeasurer(model);
		const jumps: string[] = [];
		for (const [phenotype, from, to] of [
			["weight", 0.5, 0.8],
			["cupsize", 0.4, 0.7],
			["gender", 0.3, 0.5],
			["muscle", 0.4, 0.7],
		] as const) {
			const steps = Math.round((to - from) / 0.002);
			let before: Map<MeasurementId, number> | null = null;
			for (let i = 0; i <= steps; i++) {
				const phenotypes = { gender: 0.9, weight: 0.7, firmness: 0.3, [phenotype]: from + ((to - from) * i) / steps };
				const now = new Map<MeasurementId, number>();
				for (const [id, { value_m }] of measureBody(measurer, body({ phenotypes }), added)) now.set(id, value_m);
				for (const id of before === null ? [] : added) {
					const step = Math.abs(now.get(id)! - before!.get(id)!);
					if (step > 1e-3) jumps.push(`${id} along ${phenotype} at ${i}: ${(1000 * step).toFixed(2)} mm`);
				}
				before = now;
			}
		}
		expect(jumps).toEqual([]);
	});

	it("crosses no thigh on bodies whose thighs touch", () => {
		const measurer = createMeasurer(model);
		for (const parameters of [BODIES["heavy woman"], BODIES["heavy man"]]) {
			const subject = body(parameters);
			const values = measureBody(measurer, subject, ["crotch_length", "inside_leg_height"]);
			const { path } = values.get("crotch_length")!;
			const lowest = Math.min(...path.filter((_, i) => i % 3 === 2)) - measurer.frame.floor;
			expect(Math.abs(lowest - values.get("inside_leg_height")!.value_m)).toBeLessThan(0.02);
		}
	});
});
