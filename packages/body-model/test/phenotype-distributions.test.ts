import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
	ALL_PHENOTYPE_LABELS,
	annyAgeFromYears,
	type BetaDistribution,
	betaMoments,
	phenotypeBeta,
	phenotypeRange,
	sampleBeta,
	samplePhenotypes,
	yearsFromAnnyAge,
} from "@anny-fitter/body-model";
import { createRandom } from "@anny-fitter/math";
import { describe, expect, test } from "vitest";
import { hasReference, referenceDir } from "./reference-data.js";

interface UpstreamAnchors {
	readonly age_anchors: number[];
	readonly alpha_anchors: number[];
	readonly beta_anchors: number[];
}

interface UpstreamSex {
	readonly morphological_age_mapping: { anny_age_anchors: number[]; morphological_age_anchors: number[] };
	readonly [distribution: `conditional_${string}_distribution`]: UpstreamAnchors;
}

/**
 * Moments of a Beta distribution and its share below a limit, by integrating the density from both ends to the middle.
 * Where it has a pole at an end, x = u^(1/α) takes it away.
 */
function integrate({ alpha, beta }: BetaDistribution, limit: number) {
	const sums = [0, 0, 0, 0];
	const steps = 20_000;
	const half = (near: number, far: number, toX: (y: number) => number): void => {
		const power = Math.min(1, near);
		const end = 0.5 ** power;
		for (let i = 0; i < steps; i++) {
			const y = (((i + 0.5) / steps) * end) ** (1 / power);
			const weight = (y ** (near - power) * (1 - y) ** (far - 1) * end) / (steps * power);
			const x = toX(y);
			sums[0] += weight;
			sums[1] += weight * x;
			sums[2] += weight * x * x;
			if (x <= limit) sums[3] += weight;
		}
	};
	half(alpha, beta, (y) => y);
	half(beta, alpha, (y) => 1 - y);
	const mean = sums[1] / sums[0];
	return { mean, sigma: Math.sqrt(sums[2] / sums[0] - mean * mean), below: sums[3] / sums[0] };
}

describe("scale of ages", () => {
	test("is continuous, increasing and inverted at every age", () => {
		let before = annyAgeFromYears(-5);
		for (let years = -5 + 1e-2; years < 115; years += 1e-2) {
			const age = annyAgeFromYears(years);
			expect(age).toBeGreaterThan(before);
			// The steepest stretch is 0.055 a year, between 1 and 4 years.
			expect(age - before).toBeLessThan(0.0552e-2);
			expect(yearsFromAnnyAge(age)).toBeCloseTo(years, 9);
			before = age;
		}
	});

	test.skipIf(!hasReference)("has upstream's anchors", () => {
		const { boys, girls } = JSON.parse(readFileSync(join(referenceDir, "shape_calibration.json"), "utf8"));
		for (const sex of [boys, girls] as UpstreamSex[]) {
			const { anny_age_anchors: ages, morphological_age_anchors: years } = sex.morphological_age_mapping;
			ages.forEach((age, i) => {
				expect(annyAgeFromYears(years[i])).toBeCloseTo(age, 12);
				expect(yearsFromAnnyAge(age)).toBeCloseTo(years[i], 9);
			});
		}
	});
});

describe("distributions of phenotypes", () => {
	test.skipIf(!hasReference)("have upstream's parameters at upstream's anchors, height's turned into years", () => {
		const calibration = JSON.parse(readFileSync(join(referenceDir, "shape_calibration.json"), "utf8"));
		for (const [sex, key] of [
			["male", "boys"],
			["female", "girls"],
		] as const) {
			const upstream: UpstreamSex = calibration[key];
			for (const label of ["height", "weight", "muscle", "proportions"] as const) {
				const { age_anchors, alpha_anchors, beta_anchors } = upstream[`conditional_${label}_distribution`];
				age_anchors.forEach((anchor, i) => {
					const ours = phenotypeBeta(label, sex, label === "height" ? yearsFromAnnyAge(anchor) : anchor);
					expect(ours.alpha / alpha_anchors[i], `${sex} ${label} ${anchor}`).toBeCloseTo(1, 6);
					expect(ours.beta / beta_anchors[i], `${sex} ${label} ${anchor}`).toBeCloseTo(1, 6);
				});
			}
		}
	});

	test.each([0.5, 2, 7, 13, 17, 30, 70, 120])("at %s years have the moments of their integrated densities", (years) => {
		for (const sex of ["male", "female"] as const) {
			for (const label of ["height", "weight", "muscle", "proportions"] as const) {
				const distribution = phenotypeBeta(label, sex, years);
				const { mean, sigma } = integrate(distribution, 0.5);
				const moments = betaMoments(distribution);
				expect(moments.mean, `${sex} ${label}`).toBeCloseTo(mean, 4);
				expect(moments.sigma, `${sex} ${label}`).toBeCloseTo(sigma, 4);
			}
		}
	});

	// From a numerical integration in Python of upstream's calibration file; the second number is what upstream's lookup gives.
	test.each([
		["male", 8, "weight", 0.3433, 0.6334],
		["male", 40, "weight", 0.4075, 0.7248],
		["male", 40, "muscle", 0.4201, 0.3796],
		["female", 8, "muscle", 0.516, 0.4566],
		["female", 40, "weight", 0.6736, 0.7495],
	] as const)(
		"%s of %s years: mean %s is %s in years, was %s with Anny's age",
		(sex, years, label, inYears, asUpstream) => {
			expect(integrate(phenotypeBeta(label, sex, years), 0.5).mean).toBeCloseTo(inYears, 3);
			expect(integrate(phenotypeBeta(label, sex, annyAgeFromYears(years)), 0.5).mean).toBeCloseTo(asUpstream, 3);
		},
	);

	test.each([
		{ alpha: 22, beta: 46 },
		{ alpha: 0.31, beta: 0.98 },
		{ alpha: 0.01, beta: 0.29 },
		{ alpha: 0.32, beta: 0.0109 },
		{ alpha: 1, beta: 1 },
	])("samples of Beta($alpha, $beta) have its moments and its share below 0.3 (seed 1)", (distribution) => {
		const random = createRandom(1);
		const count = 20_000;
		const samples = Array.from({ length: count }, () => sampleBeta(distribution, random));
		const mean = samples.reduce((sum, x) => sum + x, 0) / count;
		const sigma = Math.sqrt(samples.reduce((sum, x) => sum + (x - mean) ** 2, 0) / count);
		const truth = integrate(distribution, 0.3);
		expect(Math.abs(mean - truth.mean)).toBeLessThan(4 * (truth.sigma / Math.sqrt(count)) + 1e-4);
		expect(Math.abs(sigma - truth.sigma)).toBeLessThan(0.015);
		const below = samples.filter((x) => x <= 0.3).length / count;
		expect(Math.abs(below - truth.below)).toBeLessThan(4 * Math.sqrt(0.25 / count));
	});
});

describe("sampled people", () => {
	test("lie within the model's ranges, repeat with their seed, and follow what is given", () => {
		const random = createRandom(5);
		const again = createRandom(5);
		const seen = { male: 0, female: 0 };
		for (let i = 0; i < 2000; i++) {
			const person = samplePhenotypes(random);
			expect(samplePhenotypes(again)).toEqual(person);
			for (const label of ALL_PHENOTYPE_LABELS) {
				const [low, high] = phenotypeRange(label);
				expect(person[label]).toBeGreaterThanOrEqual(low);
				expect(person[label]).toBeLessThanOrEqual(high);
			}
			seen[person.gender < 0.5 ? "male" : "female"]++;
		}
		expect(Math.min(seen.male, seen.female)).toBeGreaterThan(900);
		const girl = samplePhenotypes(random, { age_years: 9, sex: "female" });
		expect(girl.age).toBe(annyAgeFromYears(9));
		expect(girl.gender).toBeGreaterThanOrEqual(0.5);
		expect(() => samplePhenotypes(random, { age_years: -1 })).toThrow(/no age/);
		expect(() => samplePhenotypes(random, { age_years: Number.NaN })).toThrow(/no age/);
	});

	test("of one age have the mean height of their sex (seed 7)", () => {
		const random = createRandom(7);
		for (const [sex, years] of [
			["male", 5],
			["female", 14],
		] as const) {
			const heights = Array.from({ length: 4000 }, () => samplePhenotypes(random, { age_years: years, sex }).height);
			const { mean, sigma } = integrate(phenotypeBeta("height", sex, years), 0.5);
			const average = heights.reduce((sum, h) => sum + h, 0) / heights.length;
			expect(Math.abs(average - mean)).toBeLessThan(4 * (sigma / Math.sqrt(heights.length)));
		}
	});
});
