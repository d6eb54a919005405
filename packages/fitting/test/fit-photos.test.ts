import { measureBody } from "@anny-fitter/anthropometry";
import { annyAgeFromYears, createBodyModel } from "@anny-fitter/body-model";
import { createRandom } from "@anny-fitter/math";
import { openBodyModelData } from "@anny-fitter/platform";
import { beforeAll, describe, expect, test } from "vitest";
import { ARTICULATED_BONES } from "../src/articulation.js";
import { fitPhotos, type PhotoFit, photoFitSteps } from "../src/fit-photos.js";
import type { PhotoObservation, StatedBody } from "../src/observation.js";
import { createPhotoFitter, evaluateFitterPose, evaluateFitterShape, type PhotoFitter } from "../src/photo-fitter.js";
import { assessPhotoFit } from "../src/quality.js";
import { bodyMass } from "../src/quantities.js";
import { phenotypeIndex, shapePrior } from "../src/shape-parameters.js";
import { signedDistanceField } from "../src/signed-distance.js";
import { estimateMeasurements, expectedVertexError_mm } from "../src/uncertainty.js";
import { photograph, type SyntheticPhoto } from "./synthetic-person.js";

let fitter: PhotoFitter;
beforeAll(async () => {
	const { data } = await openBodyModelData();
	fitter = createPhotoFitter(createBodyModel(data, { allPhenotypes: true, localChanges: true }));
});

interface Person {
	readonly shape: Float64Array;
	readonly stated: StatedBody;
	readonly photos: readonly SyntheticPhoto[];
}

/** A body from the prior and photos of it, front first. */
function person(seed: number, sex: "male" | "female", age_years: number, yaws_rad: readonly number[]): Person {
	const random = createRandom(seed);
	const prior = shapePrior(sex, annyAgeFromYears(age_years), 0.01);
	const shape = prior.mean.map((m, i) =>
		Math.min(prior.upper[i], Math.max(prior.lower[i], m + 0.7 * prior.sigma[i] * random.normal())),
	);
	const photos = yaws_rad.map((yaw) => photograph(fitter, shape, random, yaw, 2));
	evaluateFitterShape(fitter, shape);
	const heights = fitter.shape.vertices.filter((_, i) => i % 3 === 2);
	const stature_m = heights.reduce((a, b) => Math.max(a, b)) - heights.reduce((a, b) => Math.min(a, b));
	const stated = { stature_m, mass_kg: bodyMass(fitter), age_years, sex, measures_m: {} };
	return { shape, stated, photos };
}

const see = (p: Person) => p.photos.map((photo) => photo.observation);

/** Distances of fitted and true joints in a photo, fractions of stature. */
function jointErrors(fit: PhotoFit, photo: SyntheticPhoto, i: number): number[] {
	const view = fit.views[i];
	evaluateFitterShape(fitter, fit.shape);
	evaluateFitterPose(fitter, view.rotations, 0);
	const m = view.cameraFromBody;
	return ARTICULATED_BONES.map((label) => {
		const bone = fitter.model.boneLabels.indexOf(label);
		const h = fitter.pose.boneHeads.subarray(3 * bone, 3 * bone + 3);
		const c = [0, 1, 2].map((k) => m[4 * k] * h[0] + m[4 * k + 1] * h[1] + m[4 * k + 2] * h[2] + m[4 * k + 3]);
		const u = view.width_px / 2 + (view.focal_px * c[0]) / c[2];
		const v = view.height_px / 2 + (view.focal_px * c[1]) / c[2];
		return Math.hypot(u - photo.boneHeads_px[2 * bone], v - photo.boneHeads_px[2 * bone + 1]) / view.stature_px;
	});
}

const median = (values: number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1];

describe("fitting photos of synthetic people", () => {
	test.each([
		["a man", 41, "male", 40, [0]],
		["a woman from front and side", 42, "female", 30, [0, Math.PI / 2]],
		["a child from front and back", 43, "female", 9, [0, Math.PI]],
		["an elder", 44, "male", 80, [0.6]],
	] as const)("%s (seed %i): stature, weight, joints and outline are met", (_name, seed, sex, age, yaws) => {
		const p = person(seed, sex, age, yaws);
		const fit = fitPhotos(fitter, see(p), p.stated);
		expect(fit.converged).toBe(true);
		expect(Math.abs(fit.stature_m - (p.stated.stature_m ?? 0))).toBeLessThan(0.005);
		expect(Math.abs(fit.mass_kg - (p.stated.mass_kg ?? 0))).toBeLessThan(2);
		const errors = p.photos.flatMap((photo, i) => jointErrors(fit, photo, i));
		expect(median(errors)).toBeLessThan(0.01);
		for (const view of fit.views) expect(view.silhouetteIou).toBeGreaterThan(0.9);
		yaws.forEach((yaw, i) => {
			const turn = Math.abs(fit.views[i].yaw_deg - (yaw * 180) / Math.PI) % 360;
			expect(Math.min(turn, 360 - turn)).toBeLessThan(15);
		});
		expect(assessPhotoFit(fit, p.stated).needsReview).toBe(false);
	});

	test("several photos share one shape and know it better than one (seed 45)", () => {
		const p = person(45, "female", 35, [0, Math.PI / 2]);
		const one = fitPhotos(fitter, see(p).slice(0, 1), p.stated);
		const two = fitPhotos(fitter, see(p), p.stated);
		expect(expectedVertexError_mm(fitter, two)).toBeLessThan(expectedVertexError_mm(fitter, one));
		expect(two.views).toHaveLength(2);
	});

	test("a photo without a mask is fitted from landmarks and said so", () => {
		const p = person(46, "male", 25, [0]);
		const fit = fitPhotos(fitter, [{ ...see(p)[0], mask: null }], p.stated);
		expect(fit.views[0].silhouetteIou).toBeNull();
		expect(assessPhotoFit(fit, p.stated).flags.map((f) => f.code)).toContain("no_silhouette");
		expect(median(jointErrors(fit, p.photos[0], 0))).toBeLessThan(0.01);
	});

	test("a wider outline gives a heavier body when no weight is stated (seed 57)", () => {
		const p = person(57, "male", 35, [0]);
		const [seen] = see(p);
		const { mask, width_px, height_px } = seen;
		if (!mask) throw new Error("the synthetic photo has a mask");
		const field = signedDistanceField(Uint8Array.from(mask), width_px, height_px);
		const mass = (shift_px: number): number => {
			const shifted = Float32Array.from(field.distance, (d) => (d < shift_px ? 1 : 0));
			return fitPhotos(fitter, [{ ...seen, mask: shifted }], { ...p.stated, mass_kg: null }).mass_kg;
		};
		expect(mass(4)).toBeGreaterThan(mass(0) + 1);
		expect(mass(-4)).toBeLessThan(mass(0) - 1);
	});

	test("a depth map tells how limbs lie in depth (seeds 61 and 62)", () => {
		const missed_mm = (p: Person, observation: PhotoObservation): number => {
			const fit = fitPhotos(fitter, [observation], p.stated);
			evaluateFitterShape(fitter, fit.shape);
			evaluateFitterPose(fitter, fit.views[0].rotations, 0);
			const m = fit.views[0].cameraFromBody;
			const errors = ARTICULATED_BONES.map((label) => {
				const bone = fitter.model.boneLabels.indexOf(label);
				const [x, y, z] = fitter.pose.boneHeads.subarray(3 * bone, 3 * bone + 3);
				return m[8] * x + m[9] * y + m[10] * z + m[11] - p.photos[0].boneDepths_m[bone];
			});
			const middle = errors.reduce((a, b) => a + b, 0) / errors.length;
			return 1000 * Math.sqrt(errors.reduce((a, e) => a + (e - middle) ** 2, 0) / errors.length);
		};
		const sums = [0, 0];
		for (const seed of [61, 62]) {
			const p = person(seed, seed % 2 ? "male" : "female", 35, [0]);
			const [{ observation, inverseDepth }] = p.photos;
			sums[0] += missed_mm(p, observation);
			sums[1] += missed_mm(p, { ...observation, inverseDepth });
		}
		expect(sums[1]).toBeLessThan(0.5 * sums[0]);
	});

	test("nonsense landmarks are flagged for review, not hidden", () => {
		const p = person(47, "male", 25, [0]);
		const [seen] = see(p);
		const random = createRandom(48);
		const body = seen.body.map((v, i) => (i % 5 < 2 ? v + 120 * random.normal() : v));
		const fit = fitPhotos(fitter, [{ ...seen, body }], p.stated);
		expect(assessPhotoFit(fit, p.stated)).toMatchObject({ needsReview: true });
	});

	test.each([
		["world landmarks in a heap", (seen: PhotoObservation) => ({ ...seen, bodyWorld: new Float64Array(99) })],
		[
			"image landmarks in a heap",
			(seen: PhotoObservation) => ({ ...seen, body: seen.body.map((v, i) => (i % 5 < 2 ? 300 : v)) }),
		],
		[
			"no visible landmark",
			(seen: PhotoObservation) => ({ ...seen, body: seen.body.map((v, i) => (i % 5 === 3 ? 0 : v)) }),
		],
		[
			"an empty mask",
			(seen: PhotoObservation) => ({ ...seen, mask: new Float32Array(seen.width_px * seen.height_px) }),
		],
	])("%s: the stated body comes back, finite", (_name, spoil) => {
		const p = person(50, "male", 30, [0]);
		const fit = fitPhotos(fitter, [spoil(see(p)[0])], p.stated);
		expect(fit.shape.every(Number.isFinite)).toBe(true);
		expect(Math.abs(fit.stature_m - (p.stated.stature_m ?? 0))).toBeLessThan(0.01);
		const estimates = estimateMeasurements(fitter, fit, p.stated);
		for (const { value_m, sigma_m } of estimates.values()) expect(Number.isFinite(value_m + sigma_m)).toBe(true);
		expect(Number.isFinite(expectedVertexError_mm(fitter, fit))).toBe(true);
	});

	test("swapped view labels are noticed, right ones are not", () => {
		const p = person(48, "female", 30, [0, Math.PI / 2]);
		const fit = fitPhotos(fitter, see(p), p.stated);
		const codes = (labels: ("front" | "side")[]): string[] =>
			assessPhotoFit(fit, p.stated, labels).flags.map((f) => f.code);
		expect(codes(["front", "side"])).toEqual([]);
		expect(codes(["side", "front"])).toEqual(["view_label_differs", "view_label_differs"]);
	});

	test("identical input gives identical output", () => {
		const p = person(49, "female", 50, [0.2]);
		expect(fitPhotos(fitter, see(p), p.stated)).toEqual(fitPhotos(fitter, see(p), p.stated));
	});
});

describe("what is stated", () => {
	test.each([
		[1.5, 45, "female", 70],
		[1.62, 52, "female", 30],
		[1.68, 104, "female", 45],
		[1.8, 65, "male", 20],
		[1.75, 120, "male", 50],
		[1.95, 95, "male", 30],
		[1.32, 28, "female", 9],
	] as const)(
		"a body of %f m and %f kg (%s, %i years) has both, without a photo",
		(stature_m, mass_kg, sex, age_years) => {
			const stated: StatedBody = { stature_m, mass_kg, age_years, sex, measures_m: {} };
			const fit = fitPhotos(fitter, [], stated);
			expect(Math.abs(fit.stature_m - stature_m)).toBeLessThan(0.005);
			expect(Math.abs(fit.mass_kg - mass_kg)).toBeLessThan(2);
		},
	);

	test.each([
		["waist_girth", 0.05, 0],
		["waist_girth", 0.05, 1],
		["waist_girth", -0.03, 1],
		["hip_girth", 0.04, 1],
		["upper_arm_girth", 0.02, 1],
	] as const)("a stated %s, %f m off the expected one, is met with %i photos", (id, change, photoCount) => {
		const p = person(54, "female", 30, [0]);
		const photos = see(p).slice(0, photoCount);
		const measure = (fit: PhotoFit): number => {
			evaluateFitterShape(fitter, fit.shape);
			return measureBody(fitter.measurer, fitter.shape, [id]).get(id)?.value_m ?? 0;
		};
		const target = measure(fitPhotos(fitter, photos, p.stated)) + change;
		const stated = { ...p.stated, measures_m: { [id]: target } };
		const fit = fitPhotos(fitter, photos, stated);
		expect(Math.abs(measure(fit) - target)).toBeLessThan(0.01);
		expect(Math.abs(fit.mass_kg - (p.stated.mass_kg ?? 0))).toBeLessThan(2);
		expect(estimateMeasurements(fitter, fit, stated).get(id)?.sources).toEqual(["stated"]);
	});

	test.each([
		["an ordinary woman", { stature_m: 1.65, mass_kg: 62 }, 40, "female", {}, []],
		["a stout woman", { stature_m: 1.68, mass_kg: 104 }, 45, "female", {}, []],
		["a tall man", { stature_m: 2.0, mass_kg: 95 }, 30, "male", {}, []],
		["a child of four", { stature_m: 1.02, mass_kg: 16 }, 4, "male", {}, []],
		["a child of four as tall as an adult", { stature_m: 1.72, mass_kg: null }, 4, "male", {}, ["unusual_body"]],
		["an adult of one metre", { stature_m: 1, mass_kg: null }, 35, "male", {}, ["unusual_body"]],
		[
			"a dwarf's stature, a giant's weight",
			{ stature_m: 1.2, mass_kg: 160 },
			30,
			"male",
			{},
			["weight_not_met", "unusual_body"],
		],
		[
			"a waist in the wrong unit",
			{ stature_m: 1.72, mass_kg: 71 },
			33,
			"female",
			{ waist_girth: 1.3 },
			["measure_not_met", "unusual_body"],
		],
	] as const)("%s: objections fit", (_name, size, age_years, sex, measures_m, expected) => {
		const stated: StatedBody = { ...size, age_years, sex, measures_m };
		const fit = fitPhotos(fitter, [], stated);
		const quality = assessPhotoFit(fit, stated);
		const codes = quality.flags.map((f) => f.code);
		for (const code of expected) expect(codes).toContain(code);
		expect(quality.needsReview).toBe(expected.length > 0);
		// What is stated lies inside its own interval, met or not.
		const estimates = estimateMeasurements(fitter, fit, stated);
		for (const [id, target] of Object.entries({ stature: size.stature_m, ...measures_m })) {
			const [low, high] = estimates.get(id)?.interval90_m ?? [0, 0];
			expect(target).toBeGreaterThan(low);
			expect(target).toBeLessThan(high);
		}
	});

	test("unknown age: a child-like body is not taken for an adult when its stature is stated", () => {
		const p = person(51, "male", 5, [0]);
		const fit = fitPhotos(fitter, see(p), { ...p.stated, age_years: null });
		expect(fit.shape[phenotypeIndex("age")]).toBeLessThan(annyAgeFromYears(14));
	});

	test.each([40, null])(
		"a host can step through a fit (age %s) with growing progress and the same result",
		(age_years) => {
			const p = person(55, "female", 40, [0]);
			const stated = { ...p.stated, age_years, stature_m: age_years && p.stated.stature_m, mass_kg: null };
			const steps = photoFitSteps(fitter, see(p), stated);
			const fractions: number[] = [];
			let step = steps.next();
			for (; !step.done; step = steps.next()) fractions.push(step.value.fraction);
			expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
			expect(Math.max(...fractions)).toBeLessThan(1);
			expect(fractions.length).toBeGreaterThan(6);
			expect(step.value).toEqual(fitPhotos(fitter, see(p), stated));
		},
	);

	test("aborting returns what was reached", () => {
		const p = person(52, "male", 40, [0]);
		const fit = fitPhotos(fitter, see(p), p.stated, { signal: { aborted: true } });
		expect(fit.stopReason).toBe("aborted");
		expect(fit.converged).toBe(false);
	});
});

describe("error bars", () => {
	test("widen when less is stated, and every value carries a consistent interval", () => {
		const p = person(53, "female", 40, [0]);
		const sigma = (stated: StatedBody): number => {
			const fit = fitPhotos(fitter, see(p), stated);
			const estimates = estimateMeasurements(fitter, fit, stated);
			for (const { value_m, sigma_m, interval90_m, confidence } of estimates.values()) {
				expect(value_m).toBeGreaterThan(0);
				expect(interval90_m[0]).toBeLessThan(value_m);
				expect(interval90_m[1] - value_m).toBeCloseTo(1.645 * sigma_m, 3);
				expect(confidence).toBeGreaterThan(0);
				expect(confidence).toBeLessThanOrEqual(1);
			}
			return estimates.get("waist_girth")?.sigma_m ?? 0;
		};
		const all = sigma(p.stated);
		const noWeight = sigma({ ...p.stated, mass_kg: null });
		const nothing = sigma({ stature_m: null, mass_kg: null, age_years: null, sex: "unspecified", measures_m: {} });
		expect(noWeight).toBeGreaterThan(all);
		expect(nothing).toBeGreaterThan(noWeight);
	});
});
