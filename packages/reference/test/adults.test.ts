import { existsSync, readFileSync } from "node:fs";
import {
	ADULT_MEASURES,
	ADULT_POPULATION,
	adultPercentile,
	adultPercentileRange,
	adultQuantiles,
	adultValue,
} from "@anny-fitter/reference";
import { describe, expect, it } from "vitest";
import { readSurveyColumn } from "../scripts/generate-adults.mjs";

const SEXES = ["female", "male"] as const;

describe("adult percentiles", () => {
	// Means and standard deviations printed in NATICK/TR-15/007; these measures are close to normal.
	it.each([
		["stature", "male", 1.7562, 0.0686],
		["stature", "female", 1.6285, 0.0642],
		["foot_length", "male", 0.2711, 0.0131],
		["foot_length", "female", 0.2464, 0.0125],
		["head_girth", "male", 0.5742, 0.016],
	] as const)("%s of the %s sample follow the published mean and deviation", (id, sex, mean, deviation) => {
		expect(adultPercentile(id, sex, mean)).toBeGreaterThan(47);
		expect(adultPercentile(id, sex, mean)).toBeLessThan(53);
		expect(Math.abs(adultPercentile(id, sex, mean + deviation) - 84.13)).toBeLessThan(2);
		expect(Math.abs(adultPercentile(id, sex, mean - 1.645 * deviation) - 5)).toBeLessThan(1.5);
	});

	it("rise with the value, are inverted by adultValue and stay known numbers far outside", () => {
		for (const id of ADULT_MEASURES) {
			for (const sex of SEXES) {
				const { levels, values } = adultQuantiles(id, sex);
				values.forEach((value, i) => {
					expect(adultPercentile(id, sex, value)).toBeCloseTo(levels[i], 6);
					if (i > 0) expect(value).toBeGreaterThan(values[i - 1]);
				});
				for (const level of [0.5, 3, 37, 50, 99.2, 99.5]) {
					expect(adultPercentile(id, sex, adultValue(id, sex, level))).toBeCloseTo(level, 6);
				}
				expect(adultPercentile(id, sex, 0.5 * values[0])).toBe(0.1);
				expect(adultPercentile(id, sex, 2 * values[values.length - 1])).toBe(99.9);
			}
		}
		expect(() => adultValue("stature", "male", 99.9)).toThrow(RangeError);
	});

	it("widen with the error of the measurement", () => {
		const median = adultValue("chest_girth", "female", 50);
		const range = adultPercentileRange("chest_girth", "female", { value: median, sigma: 0.02 });
		expect(range.value).toBeCloseTo(50, 6);
		// ± 33 mm beside a standard deviation of about 83 mm: about ± 0.4 SD.
		expect(range.low).toBeGreaterThan(25);
		expect(range.low).toBeLessThan(42);
		expect(range.high).toBeGreaterThan(58);
		expect(range.high).toBeLessThan(75);
		expect(() => adultPercentileRange("chest_girth", "female", { value: -1, sigma: 0.1 })).toThrow(RangeError);
	});
});

const FOLDER = new URL("../../../../shared/data/ansur2/", import.meta.url);

describe.skipIf(!existsSync(FOLDER))("the tables against the survey's files", () => {
	it("count as many people below a value as the percentile says, within a point", () => {
		for (const sex of SEXES) {
			const file = new URL(`ANSUR_II_${sex.toUpperCase()}_Public.csv`, FOLDER);
			const text = readFileSync(file, "latin1");
			for (const [id, column, unit] of [
				["stature", "stature", 0.001],
				["waist_girth_omphalion", "waistcircumference", 0.001],
				["thigh_girth", "thighcircumference", 0.001],
				["mass", "weightkg", 0.1],
			] as const) {
				const values = readSurveyColumn(text, column).map((value) => unit * value);
				expect(values.length).toBe(ADULT_POPULATION.people[sex]);
				for (let i = 25; i < values.length; i += 97) {
					const value = values[i];
					const below = values.filter((other) => other < value).length;
					const notAbove = values.filter((other) => other <= value).length;
					const share = (50 * (below + notAbove)) / values.length;
					expect(Math.abs(adultPercentile(id, sex, value) - share), `${id} ${sex} ${value}`).toBeLessThan(1);
				}
			}
		}
	});
});
