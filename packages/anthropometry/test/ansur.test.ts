import { existsSync, readFileSync } from "node:fs";
import { createMeasurer, MEASUREMENTS, measureBody, measureVolumeAndArea } from "@anny-fitter/anthropometry";
import { describe, expect, it } from "vitest";
import { body, model } from "./bodies.js";

const TABLE = new URL("../../../../shared/data/ansur2/derived_means_and_ratios.csv", import.meta.url);

describe.skipIf(!existsSync(TABLE))("landmark heights against ANSUR II", () => {
	const rows = existsSync(TABLE) ? readFileSync(TABLE, "utf8").trim().split("\n").slice(1) : [];
	const ratios = new Map(
		rows.map((row) => {
			const [sex, column, mean_mm, sd_mm, mean, sd] = row.split(",");
			return [
				`${sex} ${column}`,
				{ mean: Number(mean), sd: Number(sd), mean_mm: Number(mean_mm), sd_mm: Number(sd_mm) },
			];
		}),
	);
	const measurer = createMeasurer(model);

	it.each([
		["M", 0],
		["F", 1],
	] as const)("%s: height over stature lies within 2 SD of the survey's mean", (sex, gender) => {
		const measured = measureBody(measurer, body({ phenotypes: { gender } }));
		const stature = measured.get("stature")!.value_m;
		for (const { id, kind, ansur } of MEASUREMENTS) {
			// The model's kneecaps lie high: 0.294–0.296 of stature where the survey has 0.276–0.278.
			if (kind !== "height" || ansur === undefined || id === "stature" || id === "knee_height") continue;
			const { mean, sd } = ratios.get(`${sex} ${ansur}`)!;
			const deviation = (measured.get(id)!.value_m / stature - mean) / sd;
			expect(Math.abs(deviation), `${id}: ${deviation.toFixed(2)} SD`).toBeLessThan(2);
		}
	});

	/** Misses that COMPARISON.md explains: other definitions, other postures. */
	const EXPLAINED = ["chest_breadth", "neck_base_girth", "sleeve_length", "upper_arm_length"];

	it.each([
		["M", 0],
		["F", 1],
	] as const)(
		"%s: the body of mean stature and nearly mean weight has every measurement within 2 SD",
		(sex, gender) => {
			const column = (name: string) => ratios.get(`${sex} ${name}`)!;
			// The survey's mass is in tenths of a kilogram; 1010 kg/m³ is a body's density with air in the lungs.
			const volume = column("weightkg").mean_mm / 10 / 1010;
			const stature = column("stature").mean_mm / 1000;
			// Soldiers are heavier than the model's heaviest of average muscle.
			const phenotypes = { gender, age: 0.7, height: 0.5, weight: 1, muscle: 0.6 };
			let subject = body({ phenotypes });
			for (let round = 0; round < 40; round++) {
				phenotypes.height += stature - measureBody(measurer, subject, ["stature"]).get("stature")!.value_m;
				// No further than to strong: the coarse parameters alone do not reach the women's mean without a body builder.
				const missing = volume - measureVolumeAndArea(model, subject).volume_m3;
				phenotypes.muscle = Math.min(0.75, phenotypes.muscle + 10 * missing);
				subject = body({ phenotypes });
			}
			const measured = measureBody(measurer, subject);
			expect(measured.get("stature")!.value_m).toBeCloseTo(stature, 4);
			expect(Math.abs(measureVolumeAndArea(model, subject).volume_m3 / volume - 1)).toBeLessThan(0.08);
			const missed: string[] = [];
			const rows: string[] = [];
			for (const { id, ansur } of MEASUREMENTS) {
				if (ansur === undefined) continue;
				const { mean_mm, sd_mm } = column(ansur);
				const deviation = (1000 * measured.get(id)!.value_m - mean_mm) / sd_mm;
				rows.push(`${id} ${deviation.toFixed(1)}`);
				if (Math.abs(deviation) > 2) missed.push(id);
			}
			console.log(`${sex}, SD off the survey's mean: ${rows.join(", ")}`);
			expect(EXPLAINED).toEqual(expect.arrayContaining(missed));
		},
	);
});
