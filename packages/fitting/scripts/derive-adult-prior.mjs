/**
 * Writes src/prior/adult-table.ts: what adults measure, from the public rows of ANSUR II (every third row left out, for
 * tests), and the body of Anny that measures like the average soldier.
 *
 * Per sex: regression of every measurement on age and age², the covariance of what is left, and one bounded least-squares
 * problem for the mean body. Where the survey measures something else than the mesh (posture, calipers that press, flexed
 * arms) the difference at the mean body becomes the measurement's offset; elsewhere the mean body has to meet the survey.
 *
 * Usage, after a build: node packages/fitting/scripts/derive-adult-prior.mjs <folder with the survey's CSV files>
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { MEASUREMENTS } from "@anny-fitter/anthropometry";
import { annyAgeFromYears, createBodyModel } from "@anny-fitter/body-model";
import {
	BODY_QUANTITIES,
	createPhotoFitter,
	MASS,
	SHAPE_COUNT,
	SHAPE_PARAMETERS,
	shapePrior,
} from "@anny-fitter/fitting";
import { invertPositiveDefinite } from "@anny-fitter/math";
import { openBodyModelData } from "@anny-fitter/platform";
import { evaluateQuantities } from "../dist/body-tangent.js";
import { namedShape } from "../dist/shape-parameters.js";
import { embedBody } from "../dist/stated/embed-body.js";
import { takeReference } from "../dist/stated/reference-body.js";

const FILES = { male: "ANSUR_II_MALE_Public.csv", female: "ANSUR_II_FEMALE_Public.csv" };
/** The survey has no relaxed arm: flexed, it is about this much thicker (male, female; m), known to a few millimetres. */
const FLEXED = {
	upper_arm_girth: { column: "bicepscircumferenceflexed", male: 0.028, female: 0.015 },
	forearm_girth: { column: "forearmcircumferenceflexed", male: 0.01, female: 0.006 },
};
/** The average body's phenotypes; above or below, kinks and bounds would come too near. */
const CENTRE = { muscle: [0.55, 0.06], weight: [0.57, 0.04] };
const LOCAL_SIGMA = 0.3;

/** How far the survey's measurement may lie from the mesh's, m; 0 where the definitions agree. */
function slack(id) {
	if (/^(chest|waist|hip)_(breadth|depth)$/.test(id)) return 0.02;
	if (id === "upper_arm_girth") return 0.008;
	if (id === "forearm_girth") return 0.006;
	if (/^(chest|hip|inside_leg|acromial)_height$/.test(id)) return 0.008;
	// Taken over raised arms, or at another place of the neck.
	if (/^(sleeve_length|span|neck_base_girth)$/.test(id)) return 0.06;
	if (AGREEING.includes(id)) return 0;
	return 0.015;
}

/** Measurements that the survey defines as the catalogue does. */
const AGREEING = [
	"stature",
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

const folder = process.argv[2];
if (folder === undefined) throw new Error("Name the folder with the survey's CSV files.");

const columns = [
	...MEASUREMENTS.filter(({ ansur }) => ansur).map(({ id, ansur }) => [id, ansur]),
	...Object.entries(FLEXED).map(([id, { column }]) => [id, column]),
];
const names = ["mean_girth", ...columns.map(([id]) => id)];

/** @returns {{age: number, values: number[]}[]} */
function readTraining(sex) {
	const lines = readFileSync(join(folder, FILES[sex]), "latin1").trim().split(/\r?\n/);
	const cells = (line) => line.split(",").map((cell) => cell.replaceAll('"', ""));
	const header = cells(lines[0]).map((name) => name.toLowerCase());
	return lines.slice(1).flatMap((line, i) => {
		if (i % 3 === 2) return [];
		const row = cells(line);
		const value = (name) => Number(row[header.indexOf(name)]);
		const girth = Math.sqrt(value("weightkg") / 10 / (value("stature") / 1000));
		return [{ age: value("age"), values: [girth, ...columns.map(([, column]) => value(column) / 1000)] }];
	});
}

/** Coefficients of 1, z, z² with z = (age − 30) / 10, and the covariance of the residuals. */
function regressOnAge(people) {
	const n = names.length;
	const terms = people.map(({ age }) => {
		const z = (age - 30) / 10;
		return [1, z, z * z];
	});
	const gram = new Float64Array(9);
	const right = names.map(() => [0, 0, 0]);
	people.forEach(({ values }, k) => {
		for (let a = 0; a < 3; a++) {
			for (let b = 0; b < 3; b++) gram[3 * a + b] += terms[k][a] * terms[k][b];
			for (let i = 0; i < n; i++) right[i][a] += terms[k][a] * values[i];
		}
	});
	const inverse = new Float64Array(9);
	invertPositiveDefinite(inverse, gram, 3);
	const coefficients = right.map((r) =>
		[0, 1, 2].map((a) => inverse[3 * a] * r[0] + inverse[3 * a + 1] * r[1] + inverse[3 * a + 2] * r[2]),
	);
	const covariance = new Float64Array(n * n);
	people.forEach(({ values }, k) => {
		const left = coefficients.map((c, i) => values[i] - c[0] * terms[k][0] - c[1] * terms[k][1] - c[2] * terms[k][2]);
		for (let i = 0; i < n; i++) {
			for (let j = 0; j < n; j++) covariance[i * n + j] += (left[i] * left[j]) / (people.length - 3);
		}
	});
	return { coefficients, covariance };
}

const { data } = await openBodyModelData();
const fitter = createPhotoFitter(createBodyModel(data, { allPhenotypes: true, localChanges: true }));

/** The body that measures as the regression says of somebody of 30 years. */
function meanBody(sex, coefficients) {
	const prior = shapePrior(sex, annyAgeFromYears(30), 0.005);
	const shapeMean = prior.mean.slice();
	const shapeSigma = prior.sigma.slice();
	SHAPE_PARAMETERS.forEach((parameter, p) => {
		if (parameter.kind === "local") {
			shapeMean[p] = 0;
			shapeSigma[p] = LOCAL_SIGMA;
		} else if (parameter.label in CENTRE) {
			[shapeMean[p], shapeSigma[p]] = CENTRE[parameter.label];
		}
	});
	const quantities = [...columns.map(([id]) => BODY_QUANTITIES.indexOf(id)), BODY_QUANTITIES.indexOf(MASS)];
	const targets = columns.map(([id], i) => coefficients[i + 1][0] - (FLEXED[id]?.[sex] ?? 0));
	const stature = coefficients[names.indexOf("stature")][0];
	targets.push(coefficients[0][0] ** 2 * stature);
	const tolerances = columns.map(([id]) => Math.max(slack(id), id === "stature" ? 0.0003 : 0.001));
	tolerances.push(0.1);
	const task = {
		quantities,
		targets: Float64Array.from(targets),
		tolerances: Float64Array.from(tolerances),
		shapeMean,
		shapeSigma,
		lower: prior.lower,
		upper: prior.upper,
	};
	let best = null;
	for (const muscle of [0.4, 0.7]) {
		const x = shapeMean.slice();
		x[2] = muscle;
		let body = { x, cost: Infinity };
		// Each round follows the points anew from the best body so far.
		for (let round = 0; round < 6; round++) {
			const next = embedBody(fitter, task, takeReference(fitter, body.x));
			if (next.cost < body.cost) body = next;
		}
		if (best === null || body.cost < best.cost) best = body;
	}
	const values = new Float64Array(quantities.length);
	evaluateQuantities(values, fitter, namedShape(best.x), quantities);
	return { ...best, values };
}

const rounded = (values, digits) => `[${Array.from(values, (v) => Number(v.toFixed(digits)) || 0).join(", ")}]`;
const tables = {};
for (const sex of ["male", "female"]) {
	const people = readTraining(sex);
	const { coefficients, covariance } = regressOnAge(people);
	const body = meanBody(sex, coefficients);
	const n = names.length;
	const offsets = names.map((id, i) => (i === 0 || slack(id) === 0 ? 0 : coefficients[i][0] - body.values[i - 1]));
	console.log(`${sex}: ${people.length} people, cost ${body.cost.toFixed(1)}`);
	console.table(
		Object.fromEntries(
			names.slice(1).map((id, i) => [
				id,
				{
					survey_mm: +(1000 * coefficients[i + 1][0]).toFixed(1),
					mesh_mm: +(1000 * body.values[i]).toFixed(1),
					offset_mm: +(1000 * offsets[i + 1]).toFixed(1),
				},
			]),
		),
	);
	console.log(
		SHAPE_PARAMETERS.map((p, i) => `${p.kind === "local" ? p.labels[0] : p.label} ${body.x[i].toFixed(2)}`).join(", "),
	);
	tables[sex] = [
		`\t\tmean: [\n${coefficients
			.map(
				(c) =>
					`\t\t\t${rounded(
						c.map((v) => 1000 * v),
						2,
					)},\n`,
			)
			.join("")}\t\t],`,
		`\t\tcovariance: [\n${names
			.map(
				(_, i) =>
					`\t\t\t${rounded(
						covariance.subarray(i * n, i * n + i + 1).map((v) => 1e6 * v),
						2,
					).slice(1, -1)},\n`,
			)
			.join("")}\t\t],`,
		`\t\toffset: ${rounded(
			offsets.map((v) => 1000 * v),
			1,
		)},`,
		`\t\tshape: ${rounded(body.x.subarray(0, SHAPE_COUNT), 4)},`,
	].join("\n");
}

writeFileSync(
	fileURLToPath(new URL("../src/prior/adult-table.ts", import.meta.url)),
	`/**
 * Written by scripts/derive-adult-prior.mjs from the US Army's ANSUR II survey (public domain), two rows of three.
 *
 * Lengths in millimetres; mean girth √(mass / stature) in thousandths of √(kg/m). Per sex: mean of each quantity as
 * coefficients of 1, z and z², z = (age − 30 years) / 10 years; lower triangle of the covariance of what is left; by how
 * much the survey's measurement exceeds the mesh's where they are not the same thing; and the shape that measures like the
 * mean at 30 years.
 */
export interface AdultTable {
	readonly mean: readonly (readonly number[])[];
	readonly covariance: readonly number[];
	readonly offset: readonly number[];
	readonly shape: readonly number[];
}

// biome-ignore format: a table
export const SURVEY_QUANTITIES: readonly string[] = ${JSON.stringify(names)};

// biome-ignore format: a table
export const ADULT_TABLE: Readonly<Record<"male" | "female", AdultTable>> = {
	male: {
${tables.male}
	},
	female: {
${tables.female}
	},
};
`,
);
