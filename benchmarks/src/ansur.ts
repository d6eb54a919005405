import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Where the survey's tables lie when they are there: beside the repository. */
export const SURVEY_FOLDER = fileURLToPath(new URL("../../../shared/data/ansur2/", import.meta.url));

export type SurveySex = "male" | "female";
export const SURVEY_SEXES = ["male", "female"] as const;

const FILES = { male: "ANSUR_II_MALE_Public.csv", female: "ANSUR_II_FEMALE_Public.csv" } as const;

/** One soldier of ANSUR II. */
export interface SurveyPerson {
	readonly sex: SurveySex;
	readonly age_years: number;
	readonly mass_kg: number;
	/** A column of the survey, metres; NaN when there is none. */
	readonly length_m: (column: string) => number;
}

/** Whether the survey's tables are in a folder. */
export function hasSurvey(folder = SURVEY_FOLDER): boolean {
	return SURVEY_SEXES.every((sex) => existsSync(join(folder, FILES[sex])));
}

/**
 * Reads one sex of the survey. Every third row is held out: nothing is ever derived from it.
 *
 * @param part which rows
 * @param count that many, spread evenly over the rows; all when it is left out
 */
export function readSurvey(
	sex: SurveySex,
	part: "training" | "held-out",
	count = Infinity,
	folder = SURVEY_FOLDER,
): SurveyPerson[] {
	const lines = readFileSync(join(folder, FILES[sex]), "latin1").trim().split(/\r?\n/);
	const cells = (line: string): string[] => line.split(",").map((cell) => cell.replaceAll('"', ""));
	const place = new Map(cells(lines[0] ?? "").map((name, i) => [name.toLowerCase(), i]));
	const rows = lines.slice(1).filter((_, i) => (i % 3 === 2) === (part === "held-out"));
	const taken = Math.min(count, rows.length);
	return Array.from({ length: taken }, (_, i) => {
		const row = cells(rows[Math.floor((i * rows.length) / taken)] ?? "");
		const value = (name: string): number => Number(row[place.get(name) ?? -1]);
		return {
			sex,
			age_years: value("age"),
			// Tenths of a kilogram.
			mass_kg: value("weightkg") / 10,
			length_m: (column) => value(column) / 1000,
		};
	});
}
