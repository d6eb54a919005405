/**
 * Writes src/growth-tables.ts from the CDC's public growth files (statage.csv, wtage.csv, bmiage.csv: sex, age in months,
 * L, M, S). Keeps only as many ages as straight lines between them need.
 *
 * Usage: node packages/reference/scripts/generate-growth.mjs FOLDER
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { argv } from "node:process";
import { fileURLToPath } from "node:url";

/** z-scores at which the short table is held against the full one. */
const CHECKED_Z = [-2.5, -2, -1, 0, 1, 2, 2.5];
/** Allowed difference of a value, as part of it, and of a z-score: 0.1 percentile points at the median. */
const VALUE_TOLERANCE = 0.0002;
const Z_TOLERANCE = 0.0025;

/** @typedef {readonly [months: number, l: number, m: number, s: number]} Row */

/** @param {Row} row @param {number} z */
const valueAt = ([, l, m, s], z) => m * (1 + l * s * z) ** (1 / l);

/** @param {Row} row @param {number} value */
const zOf = ([, l, m, s], value) => ((value / m) ** l - 1) / (l * s);

/** @param {Row} a @param {Row} b @param {number} months @returns {Row} */
function between(a, b, months) {
	const t = (months - a[0]) / (b[0] - a[0]);
	return [months, a[1] + t * (b[1] - a[1]), a[2] + t * (b[2] - a[2]), a[3] + t * (b[3] - a[3])];
}

/** @param {Row} row @param {Row} approximation */
function isClose(row, approximation) {
	return CHECKED_Z.every((z) => {
		const value = valueAt(row, z);
		const isValueClose = Math.abs(valueAt(approximation, z) - value) <= VALUE_TOLERANCE * value;
		return isValueClose && Math.abs(zOf(approximation, value) - z) <= Z_TOLERANCE;
	});
}

/** @param {Row[]} rows @returns {Row[]} the rows that are needed, always the longest step that still fits */
function thin(rows) {
	const kept = [rows[0]];
	let from = 0;
	while (from < rows.length - 1) {
		let to = from + 1;
		for (let candidate = from + 2; candidate < rows.length; candidate++) {
			const inside = rows.slice(from + 1, candidate);
			if (!inside.every((row) => isClose(row, between(rows[from], rows[candidate], row[0])))) break;
			to = candidate;
		}
		kept.push(rows[to]);
		from = to;
	}
	return kept;
}

/**
 * @param {string} text content of a file of the CDC
 * @param {number} sex 1 boys, 2 girls
 * @returns {Row[]}
 */
export function readGrowthFile(text, sex) {
	const [header, ...lines] = text.trim().split(/\r\n|\r|\n/);
	const names = header.split(",");
	const columns = ["Sex", "Agemos", "L", "M", "S"].map((name) => names.indexOf(name));
	return lines
		.map((line) => columns.map((column) => Number(line.split(",")[column])))
		.filter((row) => row[0] === sex)
		.map(([, months, l, m, s]) => /** @type {Row} */ ([months, l, m, s]));
}

/** @param {string} folder */
function render(folder) {
	const parts = [
		["STATURE", "statage.csv", "centimetres"],
		["WEIGHT", "wtage.csv", "kilograms"],
		["BMI", "bmiage.csv", "kg/m²"],
	].map(([name, file, unit]) => {
		const text = readFileSync(join(folder, file), "utf8");
		const bySex = [
			["male", 1],
			["female", 2],
		].map(([sex, code]) => {
			const rows = thin(readGrowthFile(text, Number(code)));
			const lines = rows.map(
				([months, l, m, s]) => `\t\t${months}, ${+l.toFixed(5)}, ${+m.toFixed(4)}, ${+s.toFixed(6)},`,
			);
			return `\t${sex}: [\n${lines.join("\n")}\n\t],`;
		});
		return `/** M in ${unit}. */\nexport const ${name}_LMS: LmsTables = {\n${bySex.join("\n")}\n};\n`;
	});
	return `// Written by scripts/generate-growth.mjs from the data files of the CDC Growth Charts: United States (2000), which are
// in the public domain: Kuczmarski R J et al., Vital and Health Statistics 11(246), 2002.

/** Per sex: age in months, L, M, S and so on, ages ascending; between them each runs straight. */
export type LmsTables = Readonly<Record<"female" | "male", readonly number[]>>;

${parts.join("\n")}`;
}

if (argv[1] === fileURLToPath(import.meta.url)) {
	if (argv[2] === undefined) throw new Error("name the folder with the CDC's statage.csv, wtage.csv and bmiage.csv");
	writeFileSync(new URL("../src/growth-tables.ts", import.meta.url), render(argv[2]));
}
