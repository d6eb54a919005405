import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { AppError, resultDocumentSchema } from "@anny-fitter/contracts";
import { differentiateLogMass, readNamedCovariance, SHAPE_COUNT, standardDeviation } from "@anny-fitter/fitting";
import {
	type BodyFit,
	type BodyFitInput,
	type BodyFitter,
	type ObservedPhoto,
	observePhoto,
	openBodyFitter,
} from "@anny-fitter/pipeline";
import { openVision } from "@anny-fitter/vision";
import { beforeAll, describe, expect, test } from "vitest";

const STATED = { stature_m: 1.7245, weight_kg: 70.95, age_years: 33, sex: "female" } as const;

let fitter: BodyFitter;
let seen: ObservedPhoto;
beforeAll(async () => {
	const path = fileURLToPath(new URL("../../../samples/woman-front.jpg", import.meta.url));
	const vision = await openVision();
	seen = await observePhoto(vision, { bytes: readFileSync(path), name: "woman-front.jpg" });
	await vision.close();
	fitter = await openBodyFitter();
});

function run(input: Partial<BodyFitInput>, signal?: { readonly aborted: boolean }): BodyFit {
	const steps = fitter.fitSteps({ views: [], stated: STATED, warnings: [], timings_ms: {}, ...input }, { signal });
	for (;;) {
		const step = steps.next();
		if (step.done) return step.value;
	}
}

const view = (changes: Partial<ObservedPhoto["observation"]> = {}) => ({
	observation: { ...seen.observation, ...changes },
	name: "photo 1",
	label: null,
});

const width = ({ document }: BodyFit, id: string): number => {
	const [low, high] = document.measurements[id]?.interval90_m ?? [0, 0];
	return high - low;
};

test("looking at a photo gives what the fit takes, with times and progress", async () => {
	expect(seen.observation).toMatchObject({ width_px: seen.photo.width, height_px: seen.photo.height });
	expect(seen.observation.mask).toHaveLength(seen.photo.width * seen.photo.height);
	expect(Object.keys(seen.timings_ms)).toEqual(["decode", "vision"]);
});

test("the document's covariance of the shape gives the errors of its measurements", () => {
	const { document, fit } = run({ views: [view()] });
	const covariance = readNamedCovariance(document.shape_covariance ?? { parameters: [], lower_triangle: [] });
	const gradient = new Float64Array(SHAPE_COUNT);
	differentiateLogMass(gradient, fitter.fitter, fit.shape);
	const exact = standardDeviation(fit.covariance, gradient);
	expect(Math.abs(standardDeviation(covariance, gradient) - exact)).toBeLessThan(0.01 * exact);
	expect(exact).toBeLessThan(0.03);
});

test("the photo is measured itself beside the body, with its stature only when nobody stated it", () => {
	const { document } = run({ views: [view()] });
	const seen = new Map((document.image_measurements ?? []).map((measurement) => [measurement.id, measurement]));
	expect(seen.has("stature")).toBe(false);
	for (const id of ["waist_breadth", "hip_breadth", "calf_breadth", "waist_girth", "forearm_length"]) {
		const measurement = seen.get(id);
		expect(
			measurement?.views.map(({ photo, inlier }) => [photo, inlier]),
			id,
		).toEqual([["photo 1", true]]);
		const body_m = document.measurements[id]?.value_m ?? measurement?.value_m ?? Number.NaN;
		expect(Math.abs((measurement?.value_m ?? 0) - body_m), id).toBeLessThan(3 * (measurement?.sigma_m ?? 0));
	}
	expect(seen.get("waist_breadth")?.over_clothing).toBe(true);
	// From the front nobody sees depths.
	expect(seen.has("waist_depth")).toBe(false);
	const { stature_m: _, ...unscaled } = STATED;
	const free = run({ views: [view()], stated: unscaled }).document;
	const stature = free.image_measurements?.find(({ id }) => id === "stature");
	expect(Math.abs((stature?.value_m ?? 0) - STATED.stature_m)).toBeLessThan(2.5 * (stature?.sigma_m ?? 0));
	expect(run({ views: [] }).document.image_measurements).toBeUndefined();
});

describe("a fit without photos", () => {
	test("gives the body of the stated values, flagged, with the intervals of the population", () => {
		const warnings = [{ code: "example", message: "Something was noticed." }];
		const alone = run({ warnings, timings_ms: { decode: 3 } });
		const document = resultDocumentSchema.parse(alone.document);
		expect(document.views).toEqual([]);
		expect(document.pose).toEqual({});
		expect(document.quality.flags[0]).toMatchObject({ code: "no_photos" });
		expect(document.quality.flagged_for_review).toBe(true);
		expect(document.quality.advice[0]).toMatch(/photo/);
		expect(Math.abs(document.stature_m - STATED.stature_m)).toBeLessThan(0.005);
		expect(Math.abs(document.mass_kg - STATED.weight_kg)).toBeLessThan(1);
		expect(document.measurements.waist_girth?.sources).toEqual(["prior"]);
		expect(document.measurements.stature?.sources).toEqual(["stated"]);
		expect(document.warnings).toContainEqual(warnings[0]);
		expect(document.timings_ms.decode).toBe(3);
		// Linear regression on the survey misses waists by 37 mm on average: an interval of 120 to 160 mm.
		expect(width(alone, "waist_girth")).toBeGreaterThan(0.11);
		expect(width(alone, "waist_girth")).toBeLessThan(0.17);
	});

	test("carries the reason that the caller gives, also when there are views", () => {
		const fallback = { code: "service_unavailable", message: "Photos cannot be read now.", advice: "Try again later." };
		const { document } = run({ views: [view()], fallback });
		expect(document.views).toEqual([]);
		expect(document.quality.flags[0]).toEqual(fallback);
		expect(document.quality.advice[0]).toBe(fallback.advice);
	});

	test("flags a child under two years, and no older one", () => {
		const codes = (age_years: number) => run({ stated: { age_years } }).document.quality.flags.map(({ code }) => code);
		expect(codes(1)).toContain("under_two_years");
		expect(codes(3)).not.toContain("under_two_years");
	});

	test("gives a body even when nothing is known", () => {
		expect(resultDocumentSchema.parse(run({ stated: {} }).document).quality.flagged_for_review).toBe(true);
	});
});

describe("a fit whose mathematics breaks down", () => {
	const broken = {
		"landmarks that are no numbers": () => view({ body: seen.observation.body.map(() => Number.NaN) }),
		"a body that starts behind the camera": () => view({ focal_px: 1e-6 }),
		"a camera beyond all numbers": () => view({ focal_px: 1e200 }),
	};
	for (const [name, make] of Object.entries(broken)) {
		test(`${name}: gives the body of the stated values, flagged`, () => {
			const { document, failure } = run({ views: [make()] });
			expect(failure).toBeInstanceOf(Error);
			resultDocumentSchema.parse(document);
			expect(document.views).toEqual([]);
			expect(document.quality.flags[0]).toMatchObject({ code: "not_converged" });
			expect(document.quality.advice[0]).toMatch(/photos again/);
			expect(document.measurements).toEqual(run({}).document.measurements);
		});
	}

	test("a defect is not mistaken for it", () => {
		const defect = view();
		Object.defineProperty(defect.observation, "body", {
			get: () => {
				throw new TypeError("a defect");
			},
		});
		expect(() => run({ views: [defect] })).toThrow(TypeError);
	});
});

test("what is stated is checked before anything is computed", () => {
	expect(() => run({ stated: { measures: { waist_grith: 0.8 } } })).toThrow(AppError);
});

test("a cancelled fit ends soon, wherever it is", () => {
	for (const checks of [0, 5, 20, 40]) {
		let left = checks;
		let aborted_ms = Infinity;
		const signal = {
			get aborted() {
				if (left-- > 0) return false;
				aborted_ms = Math.min(aborted_ms, performance.now());
				return true;
			},
		};
		const stated = { ...STATED, measures: { waist_girth: 0.8 } };
		expect(() => run({ views: [view()], stated }, signal)).toThrow(expect.objectContaining({ code: "cancelled" }));
		expect(performance.now() - aborted_ms).toBeLessThan(1000);
	}
});
