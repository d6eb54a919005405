import { createBodyModel } from "@anny-fitter/body-model";
import { createPhotoFitter, type PhotoFitter } from "@anny-fitter/fitting";
import { openBodyModelData } from "@anny-fitter/platform";
import { beforeAll, describe, expect, test } from "vitest";
import { hasSurvey } from "../src/ansur.js";
import { leaveGirthsOut, mapBuilds } from "../src/mapper-cases.js";
import { mean } from "../src/statistics.js";

/** Measurements that the survey defines as the catalogue does. */
const AGREEING = [
	"cervicale_height",
	"suprasternale_height",
	"waist_height_omphalion",
	"knee_height",
	"ankle_height",
	"head_girth",
	"neck_girth",
	"chest_girth",
	"waist_girth_omphalion",
	"hip_girth",
	"thigh_girth",
	"calf_girth",
	"ankle_girth",
	"wrist_girth",
	"foot_length",
];

describe.skipIf(!hasSurvey())("bodies of held-out people of ANSUR II", () => {
	let fitter: PhotoFitter;
	beforeAll(async () => {
		const { data } = await openBodyModelData();
		fitter = createPhotoFitter(createBodyModel(data, { allPhenotypes: true, localChanges: true }));
	}, 60_000);

	test("stature, weight, age and sex say as much as linear regression, with honest intervals", () => {
		const { rows } = mapBuilds(fitter, 25);
		const agreeing = rows.filter(({ id }) => AGREEING.includes(id));
		expect(agreeing).toHaveLength(2 * AGREEING.length);
		for (const row of agreeing) {
			// So few people say a waist's error to a few per cent only.
			const bar = row.regressionMae_mm + Math.max(1.5, 0.06 * row.regressionMae_mm);
			expect(row.mae_mm, `${row.sex} ${row.id}`).toBeLessThan(bar);
		}
		expect(mean(agreeing.map((row) => row.mae_mm))).toBeLessThan(
			mean(agreeing.map((row) => row.regressionMae_mm)) + 0.5,
		);
		const coverage = mean(rows.map((row) => row.coverage));
		expect(coverage).toBeGreaterThan(0.85);
		expect(coverage).toBeLessThan(0.95);
	}, 60_000);

	test("a girth left out of 33 measurements is predicted about as well as by regression on the other 32", () => {
		const { rows } = leaveGirthsOut(fitter, 8, ["waist_girth_omphalion", "hip_girth"]);
		for (const row of rows) expect(row.mae_mm, `${row.sex} ${row.id}`).toBeLessThan(row.regressionMae_mm + 4);
	}, 60_000);
});
