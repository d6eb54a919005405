import { createBodyModel, phenotypeBeta } from "@anny-fitter/body-model";
import { childShape, createPhotoFitter, namedShape, type PhotoFitter } from "@anny-fitter/fitting";
import { openBodyModelData } from "@anny-fitter/platform";
import { childMedian } from "@anny-fitter/reference";
import { beforeAll, describe, expect, test } from "vitest";
import { type AgeRow, compareAge, compareSpread, measureParameters } from "../src/ages.js";

const SEXES = ["male", "female"] as const;
let fitter: PhotoFitter;
const rows: AgeRow[] = [];

beforeAll(async () => {
	const { data } = await openBodyModelData();
	fitter = createPhotoFitter(createBodyModel(data, { allPhenotypes: true, localChanges: true }));
	for (const sex of SEXES) for (let years = 2; years <= 20; years += 0.5) rows.push(compareAge(fitter, sex, years));
}, 60_000);

/** The row with the largest error, for messages. */
function worst(error: (row: AgeRow) => number): { error: number; at: string } {
	const at = rows.reduce((a, b) => (error(b) > error(a) ? b : a));
	return { error: error(at), at: `${at.sex} ${at.years}` };
}

const relative = (value: number, truth: number): number => Math.abs(value / truth - 1);

describe("mean children from 2 to 20 years, every half year", () => {
	test("have the CDC's median stature and BMI within 1 %", () => {
		expect(rows).toHaveLength(74);
		expect(worst((r) => relative(r.ours.stature_m, r.chart.stature_m)).error).toBeLessThan(0.01);
		expect(worst((r) => relative(r.ours.bmi, r.chart.bmi)).error).toBeLessThan(0.01);
	});

	test("have the median head within 1 % and a waist within 8 %", () => {
		expect(worst((r) => relative(r.ours.head_m, r.chart.head_m)).error).toBeLessThan(0.01);
		expect(worst((r) => (r.chart.waist_m === null ? 0 : relative(r.ours.waist_m, r.chart.waist_m))).error).toBeLessThan(
			0.08,
		);
	});

	test("are closer than Anny's defaults and its distributions, whose errors are those of the groundwork", () => {
		const stature = worst((r) => relative(r.defaults.stature_m, r.chart.stature_m));
		expect(stature.error).toBeGreaterThan(0.14);
		expect(worst((r) => relative(r.upstream.bmi, r.chart.bmi)).error).toBeGreaterThan(0.1);
		// The unit mistake makes grown boys too heavy by a sixth.
		const man = rows.find((r) => r.sex === "male" && r.years === 18);
		if (man === undefined) throw new Error("no row");
		expect(man.upstreamAsShipped.bmi / man.upstream.bmi).toBeGreaterThan(1.1);
		expect(phenotypeBeta("weight", "male", 18).alpha).toBeCloseTo(0.7016, 3);
	});

	test("spread about as the CDC's 3rd to 97th percentile (seeds in code)", () => {
		for (const sex of SEXES) {
			for (const years of [4, 13]) {
				const spread = compareSpread(fitter, sex, years, 60, 10 * years);
				for (const inside of [spread.stature, spread.bmi]) expect(inside).toBeGreaterThan(0.78);
				for (const width of [spread.statureWidth, spread.bmiWidth]) {
					expect(width, `${sex} ${years}`).toBeGreaterThan(0.7);
					expect(width, `${sex} ${years}`).toBeLessThan(1.4);
				}
			}
		}
	});
});

test("infants follow the WHO's lengths, weights and heads as far as the model reaches", () => {
	for (const sex of SEXES) {
		for (const years of [0, 0.25, 0.5, 1, 1.5]) {
			const body = measureParameters(fitter, namedShape(childShape(sex === "male" ? 0 : 1, years).mean));
			const length_m = childMedian("length", sex, years);
			const what = `${sex} ${years}`;
			expect(relative(body.stature_m, length_m - 0.007), what).toBeLessThan(0.01);
			expect(relative(body.bmi * body.stature_m ** 2, childMedian("infant_weight", sex, years)), what).toBeLessThan(
				0.04,
			);
			expect(relative(body.head_m, childMedian("head_girth", sex, years)), what).toBeLessThan(0.05);
		}
	}
});
