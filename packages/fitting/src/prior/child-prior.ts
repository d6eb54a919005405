import { ALL_PHENOTYPE_LABELS, annyAgeFromYears, type PhenotypeLabel } from "@anny-fitter/body-model";
import { LOCAL_CHANGES } from "../local-changes.js";
import { CHILD_FATNESS, CHILD_KNOT_YEARS, CHILD_PARAMETERS, CHILD_TABLE } from "./child-table.js";

/** A Gaussian on the shape vector of a child or a young person, given age and sex. */
export interface ChildShape {
	/** [SHAPE_COUNT] in the order of `SHAPE_PARAMETERS` */
	readonly mean: Float64Array;
	/** [SHAPE_COUNT] standard deviation of each parameter */
	readonly sigma: Float64Array;
	/**
	 * [SHAPE_COUNT] the part of `sigma` that is one shift of several parameters, without which independent errors would
	 * average out and BMI spread too little: covariance = diag(sigma² − fatness²) + fatness · fatnessᵀ
	 */
	readonly fatness: Float64Array;
}

/** Ages at which adults' means replace those of the growth charts: none before, all after. */
export const ADULT_YEARS = { from: 20, to: 26 } as const;

/**
 * How much of an adult's prior applies at an age: 0 until 20 years, where the growth charts end, 1 from 26, without a kink
 * at either end. `mean = (1 − a) · childShape(…).mean + a · adult` is smooth at every age.
 */
export function adulthoodAt(age_years: number): number {
	const t = Math.min(1, Math.max(0, (age_years - ADULT_YEARS.from) / (ADULT_YEARS.to - ADULT_YEARS.from)));
	return t * t * (3 - 2 * t);
}

const PHENOTYPE_COUNT = ALL_PHENOTYPE_LABELS.length;
const COUNT = PHENOTYPE_COUNT + LOCAL_CHANGES.length;
/** Of the table's numbers. */
const THOUSANDTH = 1e-3;

/** Place in the shape vector of each row of the table. */
const PLACES: readonly number[] = CHILD_PARAMETERS.map((name) => {
	const phenotype = (ALL_PHENOTYPE_LABELS as readonly string[]).indexOf(name);
	return phenotype >= 0 ? phenotype : PHENOTYPE_COUNT + LOCAL_CHANGES.findIndex(([labels]) => labels[0] === name);
});

/**
 * Mean shape and spread at an age, from birth to 20 years; older people have the shape of 20 years, but their own age.
 *
 * From two years the mean body has the median stature and BMI of the CDC's growth charts, and about their spread; younger
 * ones follow the WHO's medians as far as the model reaches. Between the table's ages all parameters run along cubics
 * without kinks, except `age` itself, which follows Anny's piecewise-linear scale of years.
 *
 * @param sexFemaleness 0 boys … 1 girls; in between both are mixed
 * @param age_years below 0 counts as 0
 */
export function childShape(sexFemaleness: number, age_years: number): ChildShape {
	const mean = new Float64Array(COUNT);
	const sigma = new Float64Array(COUNT).fill(0.1);
	const fatness = new Float64Array(COUNT);
	const years = Math.max(0, age_years);
	const set = (label: PhenotypeLabel, m: number, s: number): void => {
		const i = ALL_PHENOTYPE_LABELS.indexOf(label);
		mean[i] = m;
		sigma[i] = s;
	};
	const femaleness = Math.min(1, Math.max(0, sexFemaleness));
	set("gender", 0.08 + 0.61 * femaleness, 0.12 + 0.46 * Math.min(femaleness, 1 - femaleness));
	set("age", annyAgeFromYears(years), 0.01);
	// Breasts are Anny's average from the anchor "child" on; what is their own is left to the fit.
	const woman = femaleness * Math.min(1, Math.max(0, (years - 10) / 8));
	set("cupsize", 0.5 + 0.05 * woman, 0.03 + 0.17 * woman);
	set("firmness", 0.5 + 0.07 * woman, 0.1 + 0.1 * woman);
	for (const label of ["african", "asian", "caucasian"] as const) set(label, 0.5, 0.25);
	const { row, weights } = cubicWeights(Math.min(years, CHILD_KNOT_YEARS[CHILD_KNOT_YEARS.length - 1]));
	const { male, female } = CHILD_TABLE;
	/** Interpolates a boys' and a girls' row, and mixes the two. */
	const mixed = (boys: readonly number[], girls: readonly number[]): number => {
		let sum = 0;
		for (let k = 0; k < 4; k++) {
			const at = row + k - 1;
			if (weights[k] !== 0) sum += weights[k] * (boys[at] + femaleness * (girls[at] - boys[at]));
		}
		return THOUSANDTH * sum;
	};
	PLACES.forEach((place, p) => {
		mean[place] = mixed(male.mean[p], female.mean[p]);
		sigma[place] = mixed(male.sigma[p], female.sigma[p]);
		if (CHILD_FATNESS.includes(CHILD_PARAMETERS[p])) fatness[place] = mixed(male.fatness, female.fatness);
	});
	return { mean, sigma, fatness };
}

/**
 * Cubic Hermite interpolation on the table's ages: slopes of parabolas through three neighbours, none at the last age. The
 * four weights belong to rows `row − 1` … `row + 2`; those of rows that do not exist are 0.
 *
 * @internal
 */
export function cubicWeights(years: number): { row: number; weights: number[] } {
	const x = CHILD_KNOT_YEARS;
	const last = x.length - 1;
	let row = 0;
	while (row < last - 1 && x[row + 1] <= years) row++;
	const h = x[row + 1] - x[row];
	const t = (years - x[row]) / h;
	const weights = [0, (1 + 2 * t) * (1 - t) ** 2, t * t * (3 - 2 * t), 0];
	/** Adds a slope at knot `k`, whose weight in the cubic is `w`. */
	const addSlope = (k: number, w: number): void => {
		if (k === last) return;
		const at = k - row + 1;
		const right = x[k + 1] - x[k];
		if (k === 0) {
			weights[at] -= w / right;
			weights[at + 1] += w / right;
			return;
		}
		const left = x[k] - x[k - 1];
		const toRight = left / (right * (left + right));
		const toLeft = right / (left * (left + right));
		weights[at + 1] += w * toRight;
		weights[at] += w * (toLeft - toRight);
		weights[at - 1] -= w * toLeft;
	};
	addSlope(row, h * t * (1 - t) ** 2);
	addSlope(row + 1, h * t * t * (t - 1));
	return { row, weights };
}
