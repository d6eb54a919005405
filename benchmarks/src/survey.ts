/**
 * The body of stated values alone (stature, weight, age, sex) against people measured by hand: ANSUR II, 6,068 soldiers.
 * Prints bias, mean absolute error and interval coverage per measurement on every third row, which no constant was
 * derived from; with `--train` on the others, as the population errors of `population-error.ts` were made.
 *
 *   npm run survey -w @anny-fitter/benchmarks
 */
import { MEASUREMENTS } from "@anny-fitter/anthropometry";
import { createBodyModel } from "@anny-fitter/body-model";
import { createPhotoFitter, estimateMeasurements, fitPhotos } from "@anny-fitter/fitting";
import { openBodyModelData } from "@anny-fitter/platform";
import { hasSurvey, readSurvey, SURVEY_SEXES } from "./ansur.js";
import { mean } from "./statistics.js";

/** Rows per sex: enough for a standard error of a tenth of the spread. */
const ROWS = 100;

interface Comparison {
	readonly error_m: number;
	readonly isCovered: boolean;
}

async function main(): Promise<void> {
	if (!hasSurvey()) {
		console.error("The survey's tables are not beside the repository; nothing to compare with.");
		process.exitCode = 2;
		return;
	}
	const part = process.argv.includes("--train") ? "training" : "held-out";
	const { data } = await openBodyModelData();
	const fitter = createPhotoFitter(createBodyModel(data, { allPhenotypes: true, localChanges: true }));
	const comparisons = new Map<string, Comparison[]>();
	for (const sex of SURVEY_SEXES) {
		for (const { age_years, mass_kg, length_m } of readSurvey(sex, part, ROWS)) {
			const stated = { stature_m: length_m("stature"), mass_kg, age_years, sex, measures_m: {} };
			const estimates = estimateMeasurements(fitter, fitPhotos(fitter, [], stated), stated);
			for (const { id, ansur } of MEASUREMENTS) {
				const estimate = estimates.get(id);
				if (!ansur || !estimate || id === "stature") continue;
				const truth = length_m(ansur);
				const [low, high] = estimate.interval90_m;
				const list = comparisons.get(`${sex} ${id}`) ?? [];
				list.push({ error_m: estimate.value_m - truth, isCovered: truth >= low && truth <= high });
				comparisons.set(`${sex} ${id}`, list);
			}
		}
	}
	console.log(`Stated values alone on ${2 * ROWS} ${part} people of ANSUR II, mm (men / women).\n`);
	console.log(
		"| measurement | bias | mean absolute error | spread | covered by the 90 % interval |\n| --- | --- | --- | --- | --- |",
	);
	const covered: number[] = [];
	for (const { id } of MEASUREMENTS) {
		const sexes = SURVEY_SEXES.flatMap((sex) => {
			const list = comparisons.get(`${sex} ${id}`);
			return list ? [list] : [];
		});
		if (sexes.length < 2) continue;
		const bias = sexes.map((list) => mean(list.map((c) => c.error_m)));
		const mae = sexes.map((list) => mean(list.map((c) => Math.abs(c.error_m))));
		const spread = sexes.map((list, s) => Math.sqrt(mean(list.map((c) => (c.error_m - (bias[s] ?? 0)) ** 2))));
		const share = sexes.map((list) => mean(list.map((c) => (c.isCovered ? 1 : 0))));
		covered.push(...share);
		const both = (values: readonly number[]): string => values.map((v) => (1000 * v).toFixed(0)).join(" / ");
		console.log(
			`| ${id} | ${both(bias)} | ${both(mae)} | ${both(spread)} | ${share.map((v) => `${(100 * v).toFixed(0)} %`).join(" / ")} |`,
		);
	}
	console.log(`\nMean coverage ${(100 * mean(covered)).toFixed(0)} %.`);
}

await main();
