/**
 * The body of stated values alone (stature, weight, age, sex) against people measured by hand: ANSUR II, 6,068 soldiers.
 * Prints bias, mean absolute error and interval coverage per measurement on every third row, which no constant was
 * derived from; with `--train` on the others, as the population errors of `population-error.ts` were made.
 *
 *   npm run survey -w @anny-fitter/benchmarks
 */
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { MEASUREMENTS } from "@anny-fitter/anthropometry";
import { createBodyModel } from "@anny-fitter/body-model";
import { createPhotoFitter, estimateMeasurements, fitPhotos, type StatedBody } from "@anny-fitter/fitting";
import { openBodyModelData } from "@anny-fitter/platform";
import { mean } from "./statistics.js";

const FOLDER = fileURLToPath(new URL("../../../shared/data/ansur2/", import.meta.url));
const FILES = { male: "ANSUR_II_MALE_Public.csv", female: "ANSUR_II_FEMALE_Public.csv" } as const;
/** Rows per sex: enough for a standard error of a tenth of the spread. */
const ROWS = 100;

interface Person {
	readonly stated: StatedBody;
	/** survey column → metres */
	readonly column: (name: string) => number;
}

interface Comparison {
	readonly error_m: number;
	readonly isCovered: boolean;
}

function readPeople(sex: keyof typeof FILES, heldOut: boolean): Person[] {
	const lines = readFileSync(`${FOLDER}${FILES[sex]}`, "latin1").trim().split(/\r?\n/);
	const cells = (line: string): string[] => line.split(",").map((cell) => cell.replaceAll('"', ""));
	const header = cells(lines[0] ?? "").map((name) => name.toLowerCase());
	const rows = lines.slice(1).filter((_, i) => (i % 3 === 2) === heldOut);
	return Array.from({ length: ROWS }, (_, i) => {
		const row = cells(rows[Math.floor((i * rows.length) / ROWS)] ?? "");
		const value = (name: string): number => Number(row[header.indexOf(name)]);
		return {
			stated: {
				stature_m: value("stature") / 1000,
				mass_kg: value("weightkg") / 10,
				age_years: value("age"),
				sex,
				measures_m: {},
			},
			column: (name) => value(name) / 1000,
		};
	});
}

async function main(): Promise<void> {
	if (!existsSync(`${FOLDER}${FILES.male}`)) {
		console.error("The survey's tables are not beside the repository; nothing to compare with.");
		process.exitCode = 2;
		return;
	}
	const heldOut = !process.argv.includes("--train");
	const { data } = await openBodyModelData();
	const fitter = createPhotoFitter(createBodyModel(data, { allPhenotypes: true, localChanges: true }));
	const comparisons = new Map<string, Comparison[]>();
	for (const sex of ["male", "female"] as const) {
		for (const { stated, column } of readPeople(sex, heldOut)) {
			const estimates = estimateMeasurements(fitter, fitPhotos(fitter, [], stated), stated);
			for (const { id, ansur } of MEASUREMENTS) {
				const estimate = estimates.get(id);
				if (!ansur || !estimate || id === "stature") continue;
				const truth = column(ansur);
				const [low, high] = estimate.interval90_m;
				const list = comparisons.get(`${sex} ${id}`) ?? [];
				list.push({ error_m: estimate.value_m - truth, isCovered: truth >= low && truth <= high });
				comparisons.set(`${sex} ${id}`, list);
			}
		}
	}
	console.log(
		`Stated values alone on ${2 * ROWS} ${heldOut ? "held-out" : "training"} people of ANSUR II, mm (men / women).\n`,
	);
	console.log(
		"| measurement | bias | mean absolute error | spread | covered by the 90 % interval |\n| --- | --- | --- | --- | --- |",
	);
	const covered: number[] = [];
	for (const { id } of MEASUREMENTS) {
		const sexes = (["male", "female"] as const).flatMap((sex) => {
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
