import { performance } from "node:perf_hooks";
import { measureBody } from "@anny-fitter/anthropometry";
import { evaluateFitterShape, type FittedView, type PhotoFitter, SHAPE_PARAMETERS } from "@anny-fitter/fitting";
import { createRandom } from "@anny-fitter/math";
import type { ImageMeasurement } from "@anny-fitter/perception";
import { sectionMeasurementId } from "@anny-fitter/perception";
import { laySectionTapes, measurePhotos, openBodyFitter, seeFittedSections } from "@anny-fitter/pipeline";
import { beforeAll, expect, test } from "vitest";
import { type PhotographedBody, photographBody, randomShape } from "./photographed-body.js";

const STATED = { scaleSigma: 0.004, isStatureStated: true };
const IDENTITY = Float64Array.of(1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0);
const SIDE = Math.PI / 2;
const GIRTHS = [
	"neck_girth",
	"chest_girth",
	"waist_girth",
	"waist_girth_omphalion",
	"hip_girth",
	"thigh_girth",
	"calf_girth",
] as const;

let fitter: PhotoFitter;
beforeAll(async () => {
	({ fitter } = await openBodyFitter());
});

/** Measures photos of a body whose fit found its pose and cameras, but not its shape when `shape` is another's. */
function measure(photos: readonly PhotographedBody[], shape: Float64Array): ImageMeasurement[] {
	const views = photos.map(
		({ observation, cameraFromBody, rotations, focal_px }) =>
			({ ...observation, focal_px, cameraFromBody, rotations }) as unknown as FittedView,
	);
	return measurePhotos(
		fitter,
		{ shape, views },
		photos.map(({ observation }) => observation),
		STATED,
	);
}

/** What the body's tapes say, metres by id. */
function truthOf(shape: Float64Array): Map<string, number> {
	evaluateFitterShape(fitter, shape);
	const truth = new Map<string, number>();
	for (const [id, { value_m }] of measureBody(fitter.measurer, fitter.shape)) truth.set(id, value_m);
	const rotations = new Float64Array(3 * fitter.articulation.bones.length);
	const { sections } = seeFittedSections(fitter, laySectionTapes(fitter), { rotations, cameraFromBody: IDENTITY });
	for (const section of sections) {
		truth.set(sectionMeasurementId(section.id, "breadth"), section.expectedBreadth_m);
		truth.set(sectionMeasurementId(section.id, "depth"), section.expectedDepth_m);
	}
	return truth;
}

const median = (values: readonly number[]): number =>
	[...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

test("breadths and girths of bodies with exact masks", () => {
	const random = createRandom(3);
	const breadths_mm: number[] = [];
	const girthShares = new Map<string, number[]>(GIRTHS.map((id) => [id, []]));
	const times_ms: number[] = [];
	for (let i = 0; i < 8; i++) {
		const shape = randomShape(random, i % 2 === 0 ? "female" : "male");
		const photos = [photographBody(fitter, shape, 0), photographBody(fitter, shape, SIDE)];
		const from = performance.now();
		const seen = measure(photos, shape);
		times_ms.push((performance.now() - from) / photos.length);
		const truth = truthOf(shape);
		for (const { id, value_m } of seen) {
			const true_m = truth.get(id) ?? Number.NaN;
			if (id.endsWith("_breadth") && id !== "upper_arm_breadth") breadths_mm.push(1000 * Math.abs(value_m - true_m));
			girthShares.get(id)?.push(Math.abs(value_m / true_m - 1));
		}
	}
	expect(breadths_mm).toHaveLength(8 * 7);
	expect(median(breadths_mm)).toBeLessThan(1.5);
	expect(breadths_mm.filter((e) => e < 3).length).toBeGreaterThan(0.9 * breadths_mm.length);
	for (const [id, shares] of girthShares) {
		expect(shares, id).toHaveLength(8);
		expect(median(shares), id).toBeLessThan(0.03);
	}
	// The quickest: other work on the machine slows the rest.
	expect(Math.min(...times_ms)).toBeLessThan(60);
});

test("sizes come from the mask, not from the fitted shape", () => {
	const random = createRandom(8);
	const shape = randomShape(random, "female");
	const photos = [photographBody(fitter, shape, 0.1), photographBody(fitter, shape, SIDE - 0.1)];
	const seen = new Map(measure(photos, shape).map((m) => [m.id, m]));
	// A fit that found a body 5 % heavier: the photos still say what they show.
	const heavier = shape.slice();
	const weight = SHAPE_PARAMETERS.findIndex(
		(parameter) => parameter.kind === "phenotype" && parameter.label === "weight",
	);
	heavier[weight] = (heavier[weight] ?? 0) + 0.15;
	const wrong = new Map(measure(photos, heavier).map((m) => [m.id, m]));
	const [right, heavy] = [truthOf(shape), truthOf(heavier)];
	for (const id of ["waist_breadth", "waist_natural_breadth"]) {
		const moved = Math.abs((heavy.get(id) ?? 0) - (right.get(id) ?? 0));
		expect(moved).toBeGreaterThan(0.002);
		expect(Math.abs((wrong.get(id)?.value_m ?? 0) - (seen.get(id)?.value_m ?? 0))).toBeLessThan(0.5 * moved);
	}
});

test("perspective: the same body at two metres and at five has the same breadths", () => {
	const shape = randomShape(createRandom(5), "male");
	const near = new Map(measure([photographBody(fitter, shape, 0, { distance_m: 2.4 })], shape).map((m) => [m.id, m]));
	const far = new Map(measure([photographBody(fitter, shape, 0, { distance_m: 5 })], shape).map((m) => [m.id, m]));
	for (const id of ["waist_breadth", "hip_breadth", "thigh_breadth", "calf_breadth"]) {
		expect(Math.abs((near.get(id)?.value_m ?? 0) - (far.get(id)?.value_m ?? 1)), id).toBeLessThan(0.005);
	}
});

test("arms let down beside the trunk are told from it", () => {
	const shape = randomShape(createRandom(12), "male");
	const truth = truthOf(shape);
	const down = { "upperarm01.L": [0, 0.75, 0], "upperarm01.R": [0, -0.75, 0] } as const;
	const seen = measure([photographBody(fitter, shape, 0, { turned: down })], shape);
	const apart = new Map(measure([photographBody(fitter, shape, 0)], shape).map((m) => [m.id, m]));
	for (const { id, value_m, confidence } of seen) {
		if (!["waist_breadth", "waist_natural_breadth", "hip_breadth"].includes(id)) continue;
		expect(value_m, id).toBeLessThan((truth.get(id) ?? 0) + 0.03);
		expect(confidence, id).toBeLessThanOrEqual((apart.get(id)?.confidence ?? 0) + 1e-9);
	}
});

test("equal photos give equal measurements; a third that disagrees is left out", () => {
	const shape = randomShape(createRandom(21), "female");
	const front = photographBody(fitter, shape, 0);
	const back = photographBody(fitter, shape, Math.PI);
	expect(measure([front, back], shape)).toEqual(measure([front, back], shape));
	// A mask that swallowed what stands beside the person.
	const swollen = { ...front, observation: { ...front.observation, mask: swell(front.observation, 12) } };
	const waist = measure([front, back, swollen], shape).find(({ id }) => id === "waist_breadth");
	expect(waist?.views.map(({ isInlier }) => isInlier)).toEqual([true, true, false]);
	expect(Math.abs((waist?.value_m ?? 0) - (truthOf(shape).get("waist_breadth") ?? 0))).toBeLessThan(0.004);
});

/** Grows a mask sideways by `by` pixels. */
function swell({ mask, width_px }: PhotographedBody["observation"], by: number): Float32Array {
	const from = mask ?? new Float32Array(0);
	return from.map((value, i) => {
		let most = value;
		const column = i % width_px;
		for (let d = -by; d <= by; d++) {
			if (column + d >= 0 && column + d < width_px) most = Math.max(most, from[i + d] ?? 0);
		}
		return most;
	});
}
