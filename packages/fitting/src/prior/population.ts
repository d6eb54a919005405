import { annyAgeFromYears } from "@anny-fitter/body-model";
import { invertPositiveDefinite } from "@anny-fitter/math";
import { BODY_QUANTITIES, evaluateQuantities } from "../body-tangent.js";
import type { PhotoFitter } from "../photo-fitter.js";
import { namedShape, phenotypeIndex, SHAPE_COUNT, SHAPE_PARAMETERS } from "../shape-parameters.js";
import { followReference, mixReferences, type ReferenceBody, takeReference } from "../stated/reference-body.js";
import { ADULT_TABLE } from "./adult-table.js";
import { ADULT_YEARS, adulthoodAt, childShape } from "./child-prior.js";
import type { Gaussian } from "./gaussian.js";
import {
	BODY_NUMBERS,
	MEAN_GIRTH_NUMBER,
	NUMBER_PLACES,
	numbersByShape,
	numbersOf,
	STATURE_NUMBER,
	SURVEY_COUNT,
} from "./survey-vector.js";

/** People of one age: how their numbers are distributed, and a body like their average. */
export interface Population {
	/** Distribution of BODY_NUMBERS as the mesh has them. */
	readonly numbers: Gaussian;
	/** A body of that sex near that age, from which others are followed. */
	readonly reference: ReferenceBody;
	/** [SHAPE_COUNT] the mean shape */
	readonly shape: Float64Array;
	/** [SHAPE_COUNT*SURVEY_COUNT] how the shape follows the numbers that the survey measured */
	readonly gain: Float64Array;
	/** [SHAPE_COUNT²] covariance of the shape once those numbers are known */
	readonly remaining: Float64Array;
}

/** Ages between which the survey's relations between measurements replace those of the children's mean bodies. */
const SURVEY_YEARS = { from: 10, to: 17.5 } as const;
/** The survey's ages; older people count as the oldest. */
const SURVEY_AGES = { low: 17, high: 58 } as const;
const TABLE_YEARS = 30;
/** Spread of ages where the age is not known: of adults, years. */
export const UNKNOWN_AGE_SIGMA_YEARS = 12;

/** How widely the shape may vary where the numbers leave it free. */
const LOCAL_SIGMA = 0.15;
const PHENOTYPE_SIGMA: Readonly<Record<string, number>> = {
	gender: 0.12,
	age: 0.01,
	muscle: 0.2,
	weight: 0.35,
	height: 0.2,
	proportions: 0.2,
	cupsize: 0.2,
	firmness: 0.2,
	african: 0.25,
	asian: 0.25,
	caucasian: 0.25,
};
/** How closely the mesh follows the survey's numbers, as a share of their own spread. */
const FOLLOW_SHARE = 0.1;
/** Error of what the mesh says of measurements that the survey lacks, as a share of the value. */
const UNSURVEYED_ERROR = 0.012;

/** [SHAPE_COUNT] widths of the shape before anything is known. */
export const SHAPE_SIGMA: Float64Array = Float64Array.from(SHAPE_PARAMETERS, (parameter) =>
	parameter.kind === "phenotype" ? (PHENOTYPE_SIGMA[parameter.label] ?? LOCAL_SIGMA) : LOCAL_SIGMA,
);

type KnownSex = "male" | "female";

interface SurveyRelations {
	/** coefficients of 1, z, z² per number, as the survey has it */
	readonly mean: readonly (readonly number[])[];
	readonly offset: Float64Array;
	/** [SURVEY_COUNT²] */
	readonly covariance: Float64Array;
	readonly shape: Float64Array;
}

const RELATIONS: Readonly<Record<KnownSex, SurveyRelations>> = {
	male: readTable("male"),
	female: readTable("female"),
};

function readTable(sex: KnownSex): SurveyRelations {
	const { mean, covariance, offset, shape } = ADULT_TABLE[sex];
	const full = new Float64Array(SURVEY_COUNT * SURVEY_COUNT);
	for (let i = 0, at = 0; i < SURVEY_COUNT; i++) {
		for (let j = 0; j <= i; j++, at++) {
			full[i * SURVEY_COUNT + j] = 1e-6 * covariance[at];
			full[j * SURVEY_COUNT + i] = full[i * SURVEY_COUNT + j];
		}
	}
	return {
		mean: mean.map((row) => row.map((v) => 1e-3 * v)),
		offset: Float64Array.from(offset, (v) => 1e-3 * v),
		covariance: full,
		shape: Float64Array.from(shape),
	};
}

/**
 * By how much the survey's measurement exceeds the catalogue's, which the mesh has, metres; 0 where both are the same thing.
 * Whoever states values measured as in the survey takes it off.
 */
export function surveyOffset_m(sex: KnownSex, name: string): number {
	const i = BODY_NUMBERS.indexOf(name);
	return i >= 0 && i < SURVEY_COUNT ? RELATIONS[sex].offset[i] : 0;
}

/** Survey's means at an age, as the mesh has them. */
function surveyMeans({ mean, offset }: SurveyRelations, age_years: number): Float64Array {
	const z = (Math.min(SURVEY_AGES.high, Math.max(SURVEY_AGES.low, age_years)) - TABLE_YEARS) / 10;
	return Float64Array.from(mean, ([a, b, c], i) => a + z * (b + z * c) - offset[i]);
}

function smoothStep(from: number, to: number, x: number): number {
	const t = Math.min(1, Math.max(0, (x - from) / (to - from)));
	return t * t * (3 - 2 * t);
}

/** Ages of the reference bodies; between them bodies are followed from both. */
const REFERENCE_YEARS = [0, 1, 2, 4, 6, 8, 10, 12, 14, 16, 18] as const;

/** Reference bodies once per fitter, by sex and age. */
const references = new WeakMap<PhotoFitter, Map<string, ReferenceBody>>();

function referenceOf(fitter: PhotoFitter, sex: KnownSex, years: number | "adult"): ReferenceBody {
	const known = references.get(fitter) ?? new Map<string, ReferenceBody>();
	references.set(fitter, known);
	const key = `${sex} ${years}`;
	let reference = known.get(key);
	if (!reference) {
		reference = takeReference(fitter, years === "adult" ? RELATIONS[sex].shape : growingShape(sex, years));
		known.set(key, reference);
	}
	return reference;
}

/** The reference of a growing age, between those of {@link REFERENCE_YEARS}. */
function growingReference(fitter: PhotoFitter, sex: KnownSex, age_years: number): ReferenceBody {
	let k = 0;
	while (k < REFERENCE_YEARS.length - 2 && REFERENCE_YEARS[k + 1] <= age_years) k++;
	const [young, old] = [REFERENCE_YEARS[k], REFERENCE_YEARS[k + 1]];
	const share = Math.min(1, Math.max(0, (age_years - young) / (old - young)));
	if (share === 0) return referenceOf(fitter, sex, young);
	return mixReferences(referenceOf(fitter, sex, young), referenceOf(fitter, sex, old), share);
}

/** The mean shape while the charts' mean bodies go over to the survey's. */
function growingShape(sex: KnownSex, age_years: number): Float64Array {
	const share = smoothStep(SURVEY_YEARS.from, SURVEY_YEARS.to, age_years);
	return grownShape(chartMean(sex, age_years), RELATIONS[sex].shape, share);
}

/**
 * People of one sex and age.
 *
 * Adults are those of the ANSUR II survey, at any age as far as measurements depend on one another; what is average in
 * stature and weight follows the growth charts until 20 years, and goes over to the survey's until 26. Children vary
 * about the charts' mean bodies as adults do about theirs, in proportion.
 */
export function populationOf(fitter: PhotoFitter, sex: KnownSex, age_years: number): Population {
	const relations = RELATIONS[sex];
	const surveyShare = smoothStep(SURVEY_YEARS.from, SURVEY_YEARS.to, age_years);
	const adult = surveyMeans(relations, age_years);
	const chartShape = age_years < ADULT_YEARS.to ? chartMean(sex, age_years) : null;
	const isGrown = surveyShare === 1;
	const reference = isGrown ? referenceOf(fitter, sex, "adult") : growingReference(fitter, sex, age_years);
	const shape = isGrown ? relations.shape : growingShape(sex, age_years);
	const means = adult.slice();
	if (chartShape !== null) {
		// The charts' average stature and weight, and what the survey's people of that build measure.
		const quantities = new Float64Array(BODY_QUANTITIES.length);
		const needed = isGrown ? BUILD_PLACES : SURVEY_PLACES;
		const measured = new Float64Array(needed.length);
		evaluateQuantities(measured, fitter, namedShape(chartShape), needed);
		needed.forEach((q, i) => {
			quantities[q] = measured[i];
		});
		const charted = numbersOf(quantities);
		shiftBuild(means, relations.covariance, charted, 1 - adulthoodAt(age_years));
		for (let i = 0; i < SURVEY_COUNT; i++) means[i] = surveyShare * means[i] + (1 - surveyShare) * charted[i];
	}
	const covariance = relations.covariance.slice();
	for (let i = 0; i < SURVEY_COUNT; i++) {
		for (let j = 0; j < SURVEY_COUNT; j++) {
			const inProportion = (means[i] * means[j]) / (adult[i] * adult[j]);
			covariance[i * SURVEY_COUNT + j] *= surveyShare + (1 - surveyShare) * inProportion;
		}
	}
	return extend(means, covariance, reference, shape, followReference(fitter, reference, shape));
}

/** [SHAPE_COUNT] the growth charts' mean shape. */
function chartMean(sex: KnownSex, age_years: number): Float64Array {
	const { mean } = childShape(sex === "female" ? 1 : 0, Math.min(age_years, ADULT_YEARS.from));
	mean[phenotypeIndex("age")] = annyAgeFromYears(age_years);
	return mean;
}

/** A shape on its way to the adults' mean shape, at its own age. */
function grownShape(chart: Float64Array, adult: Float64Array, share: number): Float64Array {
	const out = chart.map((v, p) => v + share * (adult[p] - v));
	out[phenotypeIndex("age")] = chart[phenotypeIndex("age")];
	return out;
}

/** Moves means along their regression on stature and mean girth, so that a share of these two's distance is gone. */
function shiftBuild(means: Float64Array, covariance: Float64Array, to: Float64Array, share: number): void {
	const s = STATURE_NUMBER;
	const g = MEAN_GIRTH_NUMBER;
	const at = (i: number, j: number): number => covariance[i * SURVEY_COUNT + j];
	const ds = share * (to[s] - means[s]);
	const dg = share * (to[g] - means[g]);
	const determinant = at(s, s) * at(g, g) - at(s, g) ** 2;
	const ws = (at(g, g) * ds - at(s, g) * dg) / determinant;
	const wg = (at(s, s) * dg - at(s, g) * ds) / determinant;
	for (let i = 0; i < SURVEY_COUNT; i++) means[i] += at(i, s) * ws + at(i, g) * wg;
}

/**
 * Carries a distribution of the survey's numbers to the shape and, through the mesh, to the numbers that the survey lacks:
 * x = x₀ + G (y − y₀) + rest, with the least-squares gain G = W Jᵀ (J W Jᵀ + R)⁻¹ of a shape with covariance W.
 */
function extend(
	means: Float64Array,
	covariance: Float64Array,
	reference: ReferenceBody,
	shape: Float64Array,
	{ values, jacobian }: { readonly values: Float64Array; readonly jacobian: Float64Array },
): Population {
	const n = SURVEY_COUNT;
	const count = BODY_NUMBERS.length;
	const numbers = numbersOf(values);
	const rows = numbersByShape(values, jacobian);
	const gram = new Float64Array(n * n);
	const weighted = new Float64Array(n * SHAPE_COUNT);
	for (let i = 0; i < n; i++) {
		for (let p = 0; p < SHAPE_COUNT; p++) {
			weighted[i * SHAPE_COUNT + p] = rows[i * SHAPE_COUNT + p] * SHAPE_SIGMA[p] ** 2;
		}
		for (let j = 0; j < n; j++) {
			let sum = i === j ? FOLLOW_SHARE ** 2 * covariance[i * n + i] : 0;
			for (let p = 0; p < SHAPE_COUNT; p++) sum += weighted[i * SHAPE_COUNT + p] * rows[j * SHAPE_COUNT + p];
			gram[i * n + j] = sum;
		}
	}
	const inverse = new Float64Array(n * n);
	if (!invertPositiveDefinite(inverse, symmetric(gram, n), n)) throw new RangeError("The numbers are not independent.");
	const gain = new Float64Array(SHAPE_COUNT * n);
	for (let p = 0; p < SHAPE_COUNT; p++) {
		for (let j = 0; j < n; j++) {
			let sum = 0;
			for (let i = 0; i < n; i++) sum += weighted[i * SHAPE_COUNT + p] * inverse[i * n + j];
			gain[p * n + j] = sum;
		}
	}
	const remaining = new Float64Array(SHAPE_COUNT * SHAPE_COUNT);
	for (let p = 0; p < SHAPE_COUNT; p++) {
		remaining[p * SHAPE_COUNT + p] = SHAPE_SIGMA[p] ** 2;
		for (let q = 0; q < SHAPE_COUNT; q++) {
			for (let i = 0; i < n; i++) remaining[p * SHAPE_COUNT + q] -= gain[p * n + i] * weighted[i * SHAPE_COUNT + q];
		}
	}

	const mean = new Float64Array(count);
	mean.set(means);
	const out = new Float64Array(count * count);
	const others = count - n;
	// B = J_o G, the unsurveyed numbers by the survey's.
	const by = new Float64Array(others * n);
	for (let o = 0; o < others; o++) {
		for (let i = 0; i < n; i++) {
			let sum = 0;
			for (let p = 0; p < SHAPE_COUNT; p++) sum += rows[(n + o) * SHAPE_COUNT + p] * gain[p * n + i];
			by[o * n + i] = sum;
		}
		mean[n + o] = numbers[n + o];
		for (let i = 0; i < n; i++) mean[n + o] += by[o * n + i] * (means[i] - numbers[i]);
	}
	for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) out[i * count + j] = covariance[i * n + j];
	for (let o = 0; o < others; o++) {
		for (let i = 0; i < n; i++) {
			let sum = 0;
			for (let k = 0; k < n; k++) sum += by[o * n + k] * covariance[k * n + i];
			out[(n + o) * count + i] = sum;
			out[i * count + n + o] = sum;
		}
	}
	const shapeRow = new Float64Array(SHAPE_COUNT);
	for (let o = 0; o < others; o++) {
		shapeRow.fill(0);
		for (let p = 0; p < SHAPE_COUNT; p++) {
			const w = rows[(n + o) * SHAPE_COUNT + p];
			for (let q = 0; q < SHAPE_COUNT; q++) shapeRow[q] += w * remaining[p * SHAPE_COUNT + q];
		}
		for (let k = 0; k <= o; k++) {
			let sum = o === k ? (UNSURVEYED_ERROR * mean[n + o]) ** 2 : 0;
			for (let i = 0; i < n; i++) sum += out[(n + o) * count + i] * by[k * n + i];
			for (let p = 0; p < SHAPE_COUNT; p++) sum += shapeRow[p] * rows[(n + k) * SHAPE_COUNT + p];
			out[(n + o) * count + n + k] = sum;
			out[(n + k) * count + n + o] = sum;
		}
	}
	return { numbers: { mean, covariance: out }, reference, shape, gain, remaining };
}

function symmetric(a: Float64Array, n: number): Float64Array {
	for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) a[j * n + i] = a[i * n + j];
	return a;
}

/** Two populations as one, with the moments of their mixture. */
export function mixPopulations(a: Population, b: Population, shareOfB: number): Population {
	if (shareOfB === 0) return a;
	if (shareOfB === 1) return b;
	const mix = (from: Float64Array, to: Float64Array): Float64Array => from.map((v, i) => v + shareOfB * (to[i] - v));
	const mean = mix(a.numbers.mean, b.numbers.mean);
	const covariance = mix(a.numbers.covariance, b.numbers.covariance);
	const count = mean.length;
	for (let i = 0; i < count; i++) {
		for (let j = 0; j < count; j++) {
			covariance[i * count + j] +=
				shareOfB * (1 - shareOfB) * (b.numbers.mean[i] - a.numbers.mean[i]) * (b.numbers.mean[j] - a.numbers.mean[j]);
		}
	}
	return {
		numbers: { mean, covariance },
		reference: mixReferences(a.reference, b.reference, shareOfB),
		shape: mix(a.shape, b.shape),
		gain: mix(a.gain, b.gain),
		remaining: mix(a.remaining, b.remaining),
	};
}

/**
 * Covariance of the shape of people whose numbers have a covariance: law of total covariance.
 *
 * @param covariance [BODY_NUMBERS²] of the numbers: the population's own, or what observations left of it
 * @returns [SHAPE_COUNT²]
 */
export function shapeCovariance({ gain, remaining }: Population, covariance: Float64Array): Float64Array {
	const n = SURVEY_COUNT;
	const count = BODY_NUMBERS.length;
	const half = new Float64Array(SHAPE_COUNT * n);
	for (let p = 0; p < SHAPE_COUNT; p++) {
		for (let i = 0; i < n; i++) {
			const g = gain[p * n + i];
			for (let j = 0; j < n; j++) half[p * n + j] += g * covariance[i * count + j];
		}
	}
	const out = remaining.slice();
	for (let p = 0; p < SHAPE_COUNT; p++) {
		for (let q = 0; q <= p; q++) {
			let sum = 0;
			for (let j = 0; j < n; j++) sum += half[p * n + j] * gain[q * n + j];
			const value = 0.5 * (out[p * SHAPE_COUNT + q] + out[q * SHAPE_COUNT + p]) + sum;
			out[p * SHAPE_COUNT + q] = value;
			out[q * SHAPE_COUNT + p] = value;
		}
	}
	return out;
}

/** [numbers] index in BODY_QUANTITIES that each number belongs to; mean girth to the mass. */
export const QUANTITY_OF_NUMBER: readonly number[] = NUMBER_PLACES.map((place) =>
	place < 0 ? BODY_QUANTITIES.length - 1 : place,
);

/** What the survey measured, and what makes its mean girth. */
const SURVEY_PLACES: readonly number[] = QUANTITY_OF_NUMBER.slice(0, SURVEY_COUNT);
const BUILD_PLACES: readonly number[] = [QUANTITY_OF_NUMBER[STATURE_NUMBER], QUANTITY_OF_NUMBER[MEAN_GIRTH_NUMBER]];
