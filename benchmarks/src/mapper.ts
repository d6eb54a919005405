/**
 * Measurements to a body against people measured by hand (ANSUR II, rows that nothing was derived from), beside linear
 * regression on the same inputs and people.
 *
 *   npm run mapper -w @anny-fitter/benchmarks [-- people per sex]
 */
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createBodyModel } from "@anny-fitter/body-model";
import { createPhotoFitter } from "@anny-fitter/fitting";
import { openBodyModelData } from "@anny-fitter/platform";
import { hasSurvey } from "./ansur.js";
import { FULL_SET, leaveGirthsOut, type MapperRow, mapBuilds, SURVEY_COLUMNS } from "./mapper-cases.js";
import { mean } from "./statistics.js";

const BASELINE = fileURLToPath(new URL("../../../shared/data/ansur_baseline_mae.csv", import.meta.url));
const PEOPLE = 200;

/** Published regressions on stature, weight and age with squares, on a split of their own; mm by sex and column. */
function readBaseline(): Map<string, number> {
	if (!existsSync(BASELINE)) return new Map();
	const lines = readFileSync(BASELINE, "utf8").trim().split("\n").slice(1);
	return new Map(
		lines.map((line) => {
			const [sex, column, ...numbers] = line.split(",");
			return [`${sex === "M" ? "male" : "female"} ${column}`, Number(numbers.at(-1))];
		}),
	);
}

function print(rows: readonly MapperRow[], baseline: ReadonlyMap<string, number>): void {
	console.log("| measurement | bias | mean absolute error | regression | published | covered by 90 % |");
	console.log("| --- | --- | --- | --- | --- | --- |");
	for (const id of new Set(rows.map((row) => row.id))) {
		const sexes = rows.filter((row) => row.id === id);
		const both = (show: (row: MapperRow) => string): string => sexes.map(show).join(" / ");
		const published = (row: MapperRow): string =>
			baseline.get(`${row.sex} ${SURVEY_COLUMNS.get(id)}`)?.toFixed(1) ?? "–";
		console.log(
			`| ${id} | ${both((r) => r.bias_mm.toFixed(1))} | ${both((r) => r.mae_mm.toFixed(1))} | ${both((r) => r.regressionMae_mm.toFixed(1))} | ${both(published)} | ${both((r) => `${(100 * r.coverage).toFixed(0)} %`)} |`,
		);
	}
	const mae = mean(rows.map((row) => row.mae_mm)).toFixed(2);
	const regression = mean(rows.map((row) => row.regressionMae_mm)).toFixed(2);
	const coverage = (100 * mean(rows.map((row) => row.coverage))).toFixed(1);
	console.log(`\nMean ${mae} mm, regression ${regression} mm, coverage ${coverage} %.`);
}

async function main(): Promise<void> {
	if (!hasSurvey()) {
		console.error("The survey's tables are not beside the repository; nothing to compare with.");
		process.exitCode = 2;
		return;
	}
	const people = Number(process.argv[2] ?? PEOPLE);
	const { data } = await openBodyModelData();
	const fitter = createPhotoFitter(createBodyModel(data, { allPhenotypes: true, localChanges: true }));
	const builds = mapBuilds(fitter, people);
	console.log(`Stature, weight, age and sex of ${people} held-out men and women each; mm, men / women.\n`);
	print(builds.rows, readBaseline());
	console.log(`A body takes ${builds.median_ms.toFixed(0)} ms (median).\n`);
	const count = Math.ceil(people / 4);
	const girths = FULL_SET.filter((id) => id.includes("_girth"));
	const left = leaveGirthsOut(fitter, count, girths);
	console.log(`One girth left out of 33 measurements, ${count} held-out men and women each.\n`);
	print(left.rows, new Map());
	console.log(`A body takes ${left.median_ms.toFixed(0)} ms (median).`);
}

await main();
