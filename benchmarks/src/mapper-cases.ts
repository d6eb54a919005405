import { performance } from "node:perf_hooks";
import { MEASUREMENTS } from "@anny-fitter/anthropometry";
import { BODY_QUANTITIES, mapStated, type PhotoFitter, type StatedBody, surveyOffset_m } from "@anny-fitter/fitting";
import { choleskyFactor, choleskySolve, Z90 } from "@anny-fitter/math";
import { readSurvey, SURVEY_SEXES, type SurveyPerson, type SurveySex } from "./ansur.js";
import { mean } from "./statistics.js";

/** Predictions of one measurement of one sex, against the tape and beside linear regression; millimetres. */
export interface MapperRow {
	readonly sex: SurveySex;
	readonly id: string;
	readonly people: number;
	readonly bias_mm: number;
	readonly mae_mm: number;
	/** Linear regression on the same inputs, fitted to the training rows, of the same people. */
	readonly regressionMae_mm: number;
	/** Share of people inside the 90 % interval. */
	readonly coverage: number;
}

export interface MapperReport {
	readonly rows: readonly MapperRow[];
	/** Time of one body, its uncertainty included; milliseconds. */
	readonly median_ms: number;
}

/** The survey's columns of the catalogue's measurements; flexed arms stand in for relaxed ones. */
export const SURVEY_COLUMNS: ReadonlyMap<string, string> = new Map([
	...MEASUREMENTS.flatMap(({ id, ansur }): [string, string][] => (ansur === undefined ? [] : [[id, ansur]])),
	["upper_arm_girth", "bicepscircumferenceflexed"],
	["forearm_girth", "forearmcircumferenceflexed"],
]);

/** The full set of 33: stature, mass and these. */
export const FULL_SET: readonly string[] = [
	"cervicale_height",
	"suprasternale_height",
	"acromial_height",
	"chest_height",
	"waist_height_omphalion",
	"hip_height",
	"inside_leg_height",
	"knee_height",
	"ankle_height",
	"head_girth",
	"neck_girth",
	"chest_girth",
	"waist_girth_omphalion",
	"hip_girth",
	"thigh_girth",
	"lower_thigh_girth",
	"calf_girth",
	"ankle_girth",
	"upper_arm_girth",
	"forearm_girth",
	"wrist_girth",
	"biacromial_breadth",
	"chest_depth",
	"waist_breadth",
	"waist_depth",
	"hip_breadth",
	"hip_depth",
	"shoulder_length",
	"upper_arm_length",
	"forearm_length",
	"foot_length",
];

type Inputs = (person: SurveyPerson) => readonly number[];

const lengthOf = (person: SurveyPerson, id: string): number => person.length_m(SURVEY_COLUMNS.get(id) ?? "");

/** Ordinary least squares on the training rows: a predictor of one column. */
function regress(people: readonly SurveyPerson[], inputs: Inputs, id: string): (person: SurveyPerson) => number {
	const rows = people.map(inputs);
	const count = (rows[0]?.length ?? 0) + 1;
	const centre = Array.from({ length: count - 1 }, (_, i) => mean(rows.map((row) => row[i] ?? 0)));
	const spread = centre.map((c, i) => Math.sqrt(mean(rows.map((row) => ((row[i] ?? 0) - c) ** 2))));
	const terms = (row: readonly number[]): number[] => [
		1,
		...row.map((v, i) => (v - (centre[i] ?? 0)) / (spread[i] ?? 1)),
	];
	const gram = new Float64Array(count * count);
	const right = new Float64Array(count);
	for (const [k, person] of people.entries()) {
		const t = terms(rows[k] ?? []);
		const y = lengthOf(person, id);
		for (let i = 0; i < count; i++) {
			right[i]! += (t[i] ?? 0) * y;
			for (let j = 0; j <= i; j++) gram[i * count + j]! += (t[i] ?? 0) * (t[j] ?? 0);
		}
	}
	if (!choleskyFactor(gram, count)) throw new RangeError(`The regression of ${id} has no answer.`);
	choleskySolve(gram, count, right);
	return (person) => terms(inputs(person)).reduce((sum, t, i) => sum + t * (right[i] ?? 0), 0);
}

interface Prediction {
	readonly error_m: number;
	readonly regressionError_m: number;
	readonly isCovered: boolean;
}

const summarise = (sex: SurveySex, id: string, list: readonly Prediction[]): MapperRow => ({
	sex,
	id,
	people: list.length,
	bias_mm: 1000 * mean(list.map((p) => p.error_m)),
	mae_mm: 1000 * mean(list.map((p) => Math.abs(p.error_m))),
	regressionMae_mm: 1000 * mean(list.map((p) => Math.abs(p.regressionError_m))),
	coverage: mean(list.map((p) => (p.isCovered ? 1 : 0))),
});

function stated(person: SurveyPerson, measures_m: Record<string, number>): StatedBody {
	const { sex, age_years, mass_kg } = person;
	return { stature_m: person.length_m("stature"), mass_kg, age_years, sex, measures_m };
}

const median = (values: readonly number[]): number =>
	[...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

/**
 * Stature, weight, sex and age of held-out people against all else that was measured of them; regression on stature,
 * weight, age and age².
 *
 * @param count people per sex, spread evenly over the held-out rows
 */
export function mapBuilds(fitter: PhotoFitter, count: number): MapperReport {
	const inputs: Inputs = (p) => [p.length_m("stature"), p.mass_kg, p.age_years, p.age_years ** 2];
	const ids = [...SURVEY_COLUMNS.keys()].filter((id) => id !== "stature");
	const rows: MapperRow[] = [];
	const times: number[] = [];
	for (const sex of SURVEY_SEXES) {
		const training = readSurvey(sex, "training");
		const regressions = ids.map((id) => regress(training, inputs, id));
		const predictions = ids.map((): Prediction[] => []);
		for (const person of readSurvey(sex, "held-out", count)) {
			const from = performance.now();
			const body = mapStated(fitter, stated(person, {}));
			times.push(performance.now() - from);
			for (const [k, id] of ids.entries()) predictions[k]?.push(compare(person, id, body, regressions[k]));
		}
		rows.push(...ids.map((id, k) => summarise(sex, id, predictions[k] ?? [])));
	}
	return { rows, median_ms: median(times) };
}

/** One girth left out of the full set of 33, each in turn; regression on the other 32. */
export function leaveGirthsOut(fitter: PhotoFitter, count: number, girths: readonly string[]): MapperReport {
	const rows: MapperRow[] = [];
	const times: number[] = [];
	for (const sex of SURVEY_SEXES) {
		const training = readSurvey(sex, "training");
		const people = readSurvey(sex, "held-out", count);
		for (const id of girths) {
			const others = FULL_SET.filter((other) => other !== id);
			const inputs: Inputs = (p) => [p.length_m("stature"), p.mass_kg, ...others.map((other) => lengthOf(p, other))];
			const regression = regress(training, inputs, id);
			const predictions = people.map((person) => {
				const from = performance.now();
				const measures = Object.fromEntries(
					others.map((other) => [other, lengthOf(person, other) - surveyOffset_m(sex, other)]),
				);
				const body = mapStated(fitter, stated(person, measures));
				times.push(performance.now() - from);
				return compare(person, id, body, regression);
			});
			rows.push(summarise(sex, id, predictions));
		}
	}
	return { rows, median_ms: median(times) };
}

function compare(
	person: SurveyPerson,
	id: string,
	body: { readonly values: Float64Array; readonly sigmas: Float64Array },
	regression: ((person: SurveyPerson) => number) | undefined,
): Prediction {
	const q = BODY_QUANTITIES.indexOf(id);
	const truth = lengthOf(person, id);
	const error_m = (body.values[q] ?? Number.NaN) + surveyOffset_m(person.sex, id) - truth;
	return {
		error_m,
		regressionError_m: (regression?.(person) ?? Number.NaN) - truth,
		isCovered: Math.abs(error_m) <= Z90 * (body.sigmas[q] ?? 0),
	};
}
