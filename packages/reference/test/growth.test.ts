import { existsSync, readFileSync } from "node:fs";
import {
	adultValue,
	childMedian,
	childMedianRange,
	type GrowthMeasure,
	growthPercentile,
	growthValue,
	growthZ,
	isGrowthAge,
} from "@anny-fitter/reference";
import { describe, expect, it } from "vitest";
import { readGrowthFile } from "../scripts/generate-growth.mjs";

/** What the CDC prints beside its extended BMI charts as worked examples. */
describe("worked examples of the CDC", () => {
	it("girl of 114.5 months with a BMI of 21.2: z 1.4215, percentile 92.2", () => {
		expect(growthZ("bmi", "female", 114.5 / 12, 21.2)).toBeCloseTo(1.4215, 2);
		expect(growthPercentile("bmi", "female", 114.5 / 12, 21.2)).toBeCloseTo(92.2, 1);
	});

	it("boy of 50.5 months with a BMI of 22.6: percentile 99.7683, z 2.83", () => {
		expect(growthPercentile("bmi", "male", 50.5 / 12, 22.6)).toBeCloseTo(99.7683, 2);
		expect(growthZ("bmi", "male", 50.5 / 12, 22.6)).toBeCloseTo(2.83, 2);
		expect(growthValue("bmi", "male", 50.5 / 12, 95)).toBeCloseTo(17.8219, 2);
	});

	it("girl of 184.5 months at the 93.3rd percentile: a BMI of 27.2", () => {
		expect(growthValue("bmi", "female", 184.5 / 12, 93.3193)).toBeCloseTo(27.2, 1);
	});

	it("boy of 92.5 months at the 98.7th percentile: a BMI of 24.1", () => {
		expect(growthValue("bmi", "male", 92.5 / 12, 98.7)).toBeCloseTo(24.1, 1);
	});
});

describe("growth charts", () => {
	// 50th percentiles as the CDC prints them for these ages.
	it.each([
		["stature", "male", 19.9, 1.768],
		["stature", "female", 19.9, 1.633],
		["weight", "male", 120.5 / 12, 32.1],
		["weight", "female", 120.5 / 12, 33.1],
	] as const)("have the printed median of %s, %s, %s years", (measure, sex, age, median) => {
		const value = growthValue(measure, sex, age, 50);
		expect(Math.abs(value / median - 1)).toBeLessThan(0.005);
	});

	it("give back the percentile of a value, over all ages, also above the 95th", () => {
		for (const measure of ["stature", "weight", "bmi"] as const) {
			for (const sex of ["female", "male"] as const) {
				for (let age = 2; age < 20; age += 0.37) {
					for (const percentile of [1, 10, 50, 94.9, 95.1, 99.5]) {
						const value = growthValue(measure, sex, age, percentile);
						expect(growthPercentile(measure, sex, age, value)).toBeCloseTo(percentile, 6);
					}
				}
			}
		}
	});

	it("refuse ages outside and values that are no values", () => {
		expect(isGrowthAge(1.99)).toBe(false);
		expect(isGrowthAge(20)).toBe(false);
		expect(() => growthPercentile("bmi", "male", 25, 22)).toThrow(/ages 2 to 20/);
		expect(() => growthPercentile("bmi", "male", 5, 0)).toThrow(RangeError);
		expect(() => growthValue("bmi", "male", 5, 100)).toThrow(RangeError);
	});
});

const FOLDER = new URL("../../../../shared/data/cdc_growth/", import.meta.url);
const FILES: [GrowthMeasure, string, number][] = [
	["stature", "statage.csv", 0.01],
	["weight", "wtage.csv", 1],
	["bmi", "bmiage.csv", 1],
];

describe.skipIf(!existsSync(FOLDER))("the short tables against the full monthly ones", () => {
	it.each(FILES)("%s", (measure, file, unit) => {
		let worstPoints = 0;
		let worstValue = 0;
		const text = readFileSync(new URL(file, FOLDER), "utf8");
		for (const [code, sex] of [
			[1, "male"],
			[2, "female"],
		] as const) {
			const rows = readGrowthFile(text, code).filter(([months]) => isGrowthAge(months / 12));
			expect(rows.length).toBeGreaterThan(214);
			for (const [months, l, m, s] of rows) {
				for (const [z, percentile] of [
					[-1.880794, 3],
					[-1.281552, 10],
					[-0.67449, 25],
					[0, 50],
					[0.67449, 75],
					[1.281552, 90],
					[1.6448, 95],
				] as const) {
					const value = unit * m * (1 + l * s * z) ** (1 / l);
					const points = growthPercentile(measure, sex, months / 12, value) - percentile;
					worstPoints = Math.max(worstPoints, Math.abs(points));
					const ours = growthValue(measure, sex, months / 12, percentile);
					worstValue = Math.max(worstValue, Math.abs(ours - value) / (measure === "stature" ? 1 : value));
				}
			}
		}
		expect(worstPoints).toBeLessThan(0.3);
		// Stature: metres; the others as parts of the value.
		expect(worstValue).toBeLessThan(0.001);
	});
});

describe("medians beside the growth charts", () => {
	// As the WHO prints them.
	it.each([
		["head_girth", "male", 2, 0.483],
		["head_girth", "female", 2, 0.472],
		["head_girth", "male", 5, 0.507],
		["length", "male", 0, 0.499],
		["length", "female", 1, 0.74],
		["infant_weight", "male", 0.5, 7.9],
	] as const)("%s of %s at %s years is %s", (measure, sex, age, median) => {
		expect(childMedian(measure, sex, age)).toBeCloseTo(median, 12);
	});

	it("grow with age, and end at the adult head", () => {
		for (const measure of ["head_girth", "waist_girth_omphalion", "length", "infant_weight"] as const) {
			const { from, to } = childMedianRange(measure);
			for (const sex of ["female", "male"] as const) {
				for (let age = from + 0.05; age <= to; age += 0.05) {
					expect(childMedian(measure, sex, age)).toBeGreaterThan(childMedian(measure, sex, age - 0.049));
				}
				expect(() => childMedian(measure, sex, from - 0.01)).toThrow(RangeError);
				expect(() => childMedian(measure, sex, to + 0.01)).toThrow(RangeError);
			}
		}
		expect(childMedian("head_girth", "male", 20)).toBeCloseTo(adultValue("head_girth", "male", 50), 3);
		expect(childMedian("head_girth", "female", 20)).toBeCloseTo(adultValue("head_girth", "female", 50), 3);
	});

	it("lengths at two years exceed the charts' statures by little more than lying down does", () => {
		for (const sex of ["female", "male"] as const) {
			const more = childMedian("length", sex, 2) - growthValue("stature", sex, 2, 50);
			expect(more).toBeGreaterThan(0.005);
			expect(more).toBeLessThan(0.016);
		}
	});
});
