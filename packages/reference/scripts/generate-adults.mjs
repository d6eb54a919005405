/**
 * Writes src/adult-tables.ts: quantiles of the measurements that ANSUR II took as we do, computed from its public files
 * (ANSUR_II_FEMALE_Public.csv, ANSUR_II_MALE_Public.csv: millimetres, `weightkg` in tenths of a kilogram).
 *
 * Usage: node packages/reference/scripts/generate-adults.mjs FOLDER
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { argv } from "node:process";
import { fileURLToPath } from "node:url";

/** Percentages at which the tables stand. */
const LEVELS = [0.5, 1, 2.5, 5, 10, 20, 30, 40, 50, 60, 70, 80, 90, 95, 97.5, 99, 99.5];

/** Our measurement → column of the survey. README.md says which columns are left out and why. */
const COLUMNS = {
	stature: "stature",
	cervicale_height: "cervicaleheight",
	suprasternale_height: "suprasternaleheight",
	chest_height: "chestheight",
	waist_height_omphalion: "waistheightomphalion",
	hip_height: "buttockheight",
	inside_leg_height: "crotchheight",
	ankle_height: "lateralmalleolusheight",
	head_girth: "headcircumference",
	neck_girth: "neckcircumference",
	shoulder_girth: "shouldercircumference",
	chest_girth: "chestcircumference",
	waist_girth_omphalion: "waistcircumference",
	hip_girth: "buttockcircumference",
	thigh_girth: "thighcircumference",
	lower_thigh_girth: "lowerthighcircumference",
	calf_girth: "calfcircumference",
	ankle_girth: "anklecircumference",
	wrist_girth: "wristcircumference",
	chest_breadth: "chestbreadth",
	chest_depth: "chestdepth",
	waist_breadth: "waistbreadth",
	waist_depth: "waistdepth",
	hip_breadth: "hipbreadth",
	hip_depth: "buttockdepth",
	forearm_length: "radialestylionlength",
	span: "span",
	back_waist_length: "waistbacklength",
	crotch_length: "crotchlengthomphalion",
	foot_length: "footlength",
	foot_breadth: "footbreadthhorizontal",
	mass: "weightkg",
};

/**
 * @param {string} text content of a file of the survey
 * @param {string} column
 * @returns {number[]} ascending
 */
export function readSurveyColumn(text, column) {
	const [header, ...lines] = text.trim().split(/\r?\n/);
	const index = header.split(",").indexOf(column);
	// The columns of measurements stand before those of free text, so that commas in quotes come later.
	return lines.map((line) => Number(line.split(",")[index])).sort((a, b) => a - b);
}

/**
 * @param {readonly number[]} sorted ascending
 * @param {number} p 0…1
 * @returns {number} quantile, straight between the order statistics at (i − ½)/n
 */
function quantile(sorted, p) {
	const place = Math.min(Math.max(p * sorted.length - 0.5, 0), sorted.length - 1);
	const below = Math.floor(place);
	const above = Math.min(below + 1, sorted.length - 1);
	return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
}

/** @param {string} folder */
function render(folder) {
	const files = [
		["female", "ANSUR_II_FEMALE_Public.csv"],
		["male", "ANSUR_II_MALE_Public.csv"],
	].map(([sex, file]) => ({ sex, text: readFileSync(join(folder, file), "latin1") }));
	const rows = Object.entries(COLUMNS).map(([id, column]) => {
		const bySex = files.map(({ sex, text }) => {
			const sorted = readSurveyColumn(text, column);
			const scale = id === "mass" ? 0.1 : 1;
			return `\t\t${sex}: [${LEVELS.map((level) => +(scale * quantile(sorted, level / 100)).toFixed(1)).join(", ")}],`;
		});
		return `\t${id}: {\n\t\tcolumn: "${column}",\n${bySex.join("\n")}\n\t},`;
	});
	return `// Written by scripts/generate-adults.mjs from the public files of the 2012 Anthropometric Survey of U.S. Army Personnel
// (ANSUR II), a work of the US Government: Gordon C C et al., NATICK/TR-15/007, 2014. 1,986 women, 4,082 men.

/** Percentages of the population at which the quantiles stand. */
export const ADULT_LEVELS: readonly number[] = [${LEVELS.join(", ")}];

/** Quantiles of one measurement. */
export interface AdultTable {
	/** Name of the survey's column. */
	readonly column: string;
	/** Millimetres; kilograms for \`mass\`. */
	readonly female: readonly number[];
	readonly male: readonly number[];
}

export const ADULT_TABLES = {
${rows.join("\n")}
} as const satisfies Record<string, AdultTable>;
`;
}

if (argv[1] === fileURLToPath(import.meta.url)) {
	if (argv[2] === undefined) throw new Error("name the folder with the two public files of ANSUR II");
	writeFileSync(new URL("../src/adult-tables.ts", import.meta.url), render(argv[2]));
}
