import { annyAgeFromYears } from "@anny-fitter/body-model";
import { choleskyFactor } from "@anny-fitter/math";
import type { PhotoFitter } from "../photo-fitter.js";
import { phenotypeIndex, type Sex, SHAPE_COUNT, SHAPE_PARAMETERS, shapePrior } from "../shape-parameters.js";
import type { Gaussian } from "./gaussian.js";
import { populationOf, shapeCovariance } from "./population.js";

/**
 * Whom a person in a photo may belong to: `surveyed` people, whose measurements depend on one another as those of real
 * people do (ANSUR II, growth charts), or `modelled` ones, bodies as Anny's own averages make them. A fit tries both and
 * keeps the one that explains the photos better: survey means rest on soldiers, and drawn or rendered people, whom these
 * means miss by centimetres, are fitted as well.
 */
export const POPULATIONS = ["surveyed", "modelled"] as const;
export type PopulationName = (typeof POPULATIONS)[number];

/** A normal distribution of the shape vector within hard bounds, ready for a solver. */
export interface PhotoPrior extends Gaussian {
	readonly population: PopulationName;
	/** [SHAPE_COUNT] standard deviation of each parameter */
	readonly sigma: Float64Array;
	/** [SHAPE_COUNT²] W, lower triangular, with WᵀW the inverse covariance: W (x − mean) are independent with variance 1 */
	readonly whitening: Float64Array;
	/** ln of the covariance's determinant */
	readonly logDeterminant: number;
	/** [SHAPE_COUNT] */
	readonly lower: Float64Array;
	readonly upper: Float64Array;
}

/** Variance that every parameter has at least, so that the covariance can be factored. */
const LEAST_VARIANCE = 1e-6;

/**
 * What is believed of a person's shape before looking at photos. Where the sex is not stated both are mixed.
 *
 * @param ageSigma how sure the age is, on Anny's scale of −1/3…1
 */
export function photoPrior(
	fitter: PhotoFitter,
	population: PopulationName,
	sex: Sex,
	age_years: number,
	ageSigma: number,
): PhotoPrior {
	const of = (known: "male" | "female"): Gaussian =>
		population === "surveyed"
			? surveyedShape(fitter, known, age_years)
			: modelledShape(known === "female" ? 1 : 0, age_years);
	const { mean, covariance } = sex === "unspecified" ? mixEqually(of("male"), of("female")) : of(sex);
	const n = SHAPE_COUNT;
	const age = phenotypeIndex("age");
	for (let i = 0; i < n; i++) {
		covariance[age * n + i] = 0;
		covariance[i * n + age] = 0;
		covariance[i * n + i] += LEAST_VARIANCE;
	}
	covariance[age * n + age] = ageSigma ** 2;
	mean[age] = annyAgeFromYears(age_years);
	const factor = covariance.slice();
	if (!choleskyFactor(factor, n)) throw new RangeError("The prior's covariance is not positive definite.");
	let logDeterminant = 0;
	for (let i = 0; i < n; i++) logDeterminant += 2 * Math.log(factor[i * n + i]);
	const { lower, upper } = shapePrior(sex, mean[age], ageSigma);
	return {
		population,
		mean,
		sigma: Float64Array.from({ length: n }, (_, i) => Math.sqrt(covariance[i * n + i])),
		covariance,
		whitening: invertLowerTriangle(factor, n),
		logDeterminant,
		lower,
		upper,
	};
}

function surveyedShape(fitter: PhotoFitter, sex: "male" | "female", age_years: number): Gaussian {
	const population = populationOf(fitter, sex, age_years);
	return { mean: population.shape.slice(), covariance: shapeCovariance(population, population.numbers.covariance) };
}

/** Means and widths of Anny's averages; local changes of at most a few tenths. */
const MODELLED_LOCAL_SIGMA = 0.1;
const MODELLED: Readonly<Record<string, readonly [mean: number, sigma: number]>> = {
	muscle: [0.5, 0.2],
	weight: [0.5, 0.35],
	height: [0.5, 0.3],
	proportions: [0.5, 0.2],
	african: [1 / 3, 0.3],
	asian: [1 / 3, 0.3],
	caucasian: [1 / 3, 0.3],
};
/** From here on breasts vary. */
const GROWN_YEARS = 12;

function modelledShape(femaleness: number, age_years: number): Gaussian {
	const isGrownWoman = femaleness > 0.5 && age_years > GROWN_YEARS;
	const own: Readonly<Record<string, readonly [number, number]>> = {
		...MODELLED,
		gender: [0.08 + 0.84 * femaleness, 0.08],
		age: [annyAgeFromYears(age_years), 0.01],
		cupsize: [0.5, isGrownWoman ? 0.2 : 0.03],
		firmness: [0.5, isGrownWoman ? 0.2 : 0.1],
	};
	const mean = new Float64Array(SHAPE_COUNT);
	const covariance = new Float64Array(SHAPE_COUNT * SHAPE_COUNT);
	SHAPE_PARAMETERS.forEach((parameter, i) => {
		const [m, s] = parameter.kind === "phenotype" ? own[parameter.label] : [0, MODELLED_LOCAL_SIGMA];
		mean[i] = m;
		covariance[i * SHAPE_COUNT + i] = s * s;
	});
	return { mean, covariance };
}

/** The moments of two distributions, half each. */
function mixEqually(a: Gaussian, b: Gaussian): Gaussian {
	const n = a.mean.length;
	const mean = a.mean.map((v, i) => 0.5 * (v + b.mean[i]));
	const covariance = a.covariance.map((v, i) => 0.5 * (v + b.covariance[i]));
	for (let i = 0; i < n; i++) {
		for (let j = 0; j < n; j++) covariance[i * n + j] += 0.25 * (b.mean[i] - a.mean[i]) * (b.mean[j] - a.mean[j]);
	}
	return { mean, covariance };
}

/** Inverse of a lower triangular matrix [n*n]. */
function invertLowerTriangle(lower: Float64Array, n: number): Float64Array {
	const out = new Float64Array(n * n);
	for (let column = 0; column < n; column++) {
		for (let i = column; i < n; i++) {
			let sum = i === column ? 1 : 0;
			for (let k = column; k < i; k++) sum -= lower[i * n + k] * out[k * n + column];
			out[i * n + column] = sum / lower[i * n + i];
		}
	}
	return out;
}
