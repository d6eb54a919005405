import { readFileSync } from "node:fs";
import { annyAgeFromYears } from "@anny-fitter/body-model";
import { describe, expect, test } from "vitest";
import type { PhotoFit } from "../src/fit-photos.js";
import type { StatedBody } from "../src/observation.js";
import { PHOTO_ADVICE } from "../src/photo-flags.js";
import { assessPhotoFit } from "../src/quality.js";
import { SHAPE_COUNT, shapePrior } from "../src/shape-parameters.js";

/** What a settled fit of the mean body of an age reports. */
function fitAt(years: number): PhotoFit {
	const prior = shapePrior("unspecified", annyAgeFromYears(years), 0.01);
	const covariance = new Float64Array(SHAPE_COUNT * SHAPE_COUNT);
	return {
		shape: prior.mean.slice(),
		covariance,
		prior: { ...prior, population: "surveyed", covariance, whitening: covariance, logDeterminant: 0 },
		stature_m: 0.8,
		mass_kg: 11,
		statedTapes_m: {},
		mapped: null,
		views: [],
		converged: true,
		stopReason: "cost_converged",
		iterations: 3,
		finalCost: 0,
	};
}

const stated = (age_years: number | null): StatedBody => ({
	stature_m: null,
	mass_kg: null,
	age_years,
	sex: "male",
	measures_m: {},
});

describe("bodies under two years", () => {
	test.each([
		["stated one year", 1, 1, true],
		["stated newborn", 0, 0, true],
		["stated 1.99 years", 1.99, 1.99, true],
		["stated two years", 2, 2, false],
		["stated 30 years, whatever the fit says", 30, 1, false],
		["not stated, fitted as one year", null, 1, true],
		["not stated, fitted as four years", null, 4, false],
	] as const)("age %s", (_, said, fitted, isFlagged) => {
		const { flags, advice, needsReview } = assessPhotoFit(fitAt(fitted), stated(said));
		expect(flags.some(({ code }) => code === "under_two_years")).toBe(isFlagged);
		expect(flags.some(({ code }) => code === "age_unknown")).toBe(said === null);
		expect(advice.some((a) => a.includes("lying down"))).toBe(isFlagged);
		expect(needsReview).toBe(isFlagged);
	});
});

describe("stated values", () => {
	const said = (sigmas?: Record<string, number>): StatedBody => ({
		...stated(30),
		mass_kg: 16,
		...(sigmas && { sigmas }),
	});

	test("may be missed by two standard deviations, where these are stated", () => {
		const missed = (body: StatedBody) => assessPhotoFit(fitAt(30), body).flags.some((f) => f.code === "weight_not_met");
		expect(missed(said())).toBe(true);
		expect(missed(said({ mass: 2 }))).toBe(true);
		expect(missed(said({ mass: 3 }))).toBe(false);
	});

	test("that are missing are spoken of without photos where there are none", () => {
		const { flags, advice } = assessPhotoFit(fitAt(30), stated(null));
		expect(flags.map((f) => f.code)).toEqual(["stature_unknown", "weight_unknown", "age_unknown"]);
		expect([...flags.map((f) => f.message), ...advice].join(" ")).not.toMatch(/photo|outline|proportions/);
	});
});

test("docs/quality.md has every flag of a photo with its advice", () => {
	const rows = readFileSync(new URL("../../../docs/quality.md", import.meta.url), "utf8").split("\n");
	for (const [code, advice] of Object.entries(PHOTO_ADVICE)) {
		expect(
			rows.some((row) => row.startsWith(`| \`${code}\``) && row.endsWith(`| ${advice} |`)),
			code,
		).toBe(true);
	}
});

test("every flag carries its advice, and advice is given once", () => {
	const { flags, advice } = assessPhotoFit(fitAt(30), { ...stated(null), sex: "unspecified" });
	expect(flags.map(({ view }) => view)).toEqual([null, null, null, null]);
	expect(advice).toEqual([...new Set(flags.map((flag) => flag.advice))]);
});
