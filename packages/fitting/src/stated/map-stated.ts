import { annyAgeFromYears } from "@anny-fitter/body-model";
import { BODY_QUANTITIES, evaluateQuantities, MASS } from "../body-tangent.js";
import type { StatedBody } from "../observation.js";
import type { PhotoFitter } from "../photo-fitter.js";
import { childShape } from "../prior/child-prior.js";
import { type ConditionedGaussian, conditionGaussian, type LinearObservation } from "../prior/gaussian.js";
import {
	mixPopulations,
	type Population,
	populationOf,
	QUANTITY_OF_NUMBER,
	SHAPE_SIGMA,
	shapeCovariance,
	UNKNOWN_AGE_SIGMA_YEARS,
} from "../prior/population.js";
import { BODY_NUMBERS, MEAN_GIRTH_NUMBER, meanGirth, STATURE_NUMBER, SURVEY_COUNT } from "../prior/survey-vector.js";
import { namedShape, phenotypeIndex, shapePrior } from "../shape-parameters.js";
import { type EmbedTask, embedBody } from "./embed-body.js";

/** A stated value that the others do not let expect. */
export interface Disagreement {
	/** Name among BODY_QUANTITIES. */
	readonly quantity: string;
	/** Metres, kilograms for the mass. */
	readonly stated: number;
	/** What everything else that was stated lets expect, and the standard deviation of that. */
	readonly expected: number;
	readonly sigma: number;
}

/** The most plausible body of stated values, and how sure it is. */
export interface MappedBody {
	/** [SHAPE_COUNT] */
	readonly shape: Float64Array;
	/** [SHAPE_COUNT²] */
	readonly covariance: Float64Array;
	/** [BODY_QUANTITIES] of this body, and their standard deviations for the person */
	readonly values: Float64Array;
	readonly sigmas: Float64Array;
	/** Age that was stated or taken, years. */
	readonly age_years: number;
	/** Probability that the person is a woman. */
	readonly femaleShare: number;
	/** Squared Mahalanobis distance of the stated values from people of that age and sex, per value. */
	readonly rarity: number;
	/** Most surprising first. */
	readonly disagreements: readonly Disagreement[];
	/** Bodies that were measured on the way. */
	readonly iterations: number;
	readonly cost: number;
	/** Whether the work ended early. */
	readonly isAborted: boolean;
}

/** A stated stature is nearly exact: a person measured against a wall. */
const STATURE_SIGMA_M = 0.002;
/** A stated weight holds to about half a kilogram. */
const massSigma_kg = (mass_kg: number): number => Math.min(0.5, 0.01 * mass_kg);
/** Trained hands repeat a tape measure about so well, beyond what the survey's own hands did. */
const tapeSigma_m = (value_m: number): number => Math.min(0.003, 0.003 * value_m);

/** Stated values that are further than this from what the others let expect disagree, standard deviations. */
const DISAGREES_FROM = 5;
/** Tapes that are further than this, in standard deviations and as a share, are mistakes: the body does not follow them. */
const MISTAKEN_FROM = 8;
const MISTAKEN_SHARE = 0.2;

/** Age of adults who do not say. */
const ADULT_YEARS = 35;
const CHILD_YEARS = [2, 14] as const;

/** How closely the body takes a value: stated, or only expected; metres. */
const STATED_TOLERANCE_M = 0.0008;
const STATED_STATURE_TOLERANCE_M = 0.0004;
const EXPECTED_TOLERANCE_M = 0.002;
/** Where the survey's measurement is not quite the mesh's, and where posture changes it. */
const LOOSE_STATED_TOLERANCE_M = 0.003;
const LOOSE_TOLERANCE_M = 0.008;
const FOLLOWING_STATED_TOLERANCE_M = 0.006;
const STATED_MASS_TOLERANCE_KG = 0.1;
const EXPECTED_MASS_TOLERANCE_KG = 0.6;
/** Expected values that the body need not take: what the arms' posture changes, and what others determine. */
const FOLLOWING = /^(sleeve_length|span|shoulder_girth|neck_base_girth|crotch_length|arm_length|back_waist_length)$/;
const LOOSE =
	/_(breadth|depth)$|^(acromial|chest|hip|inside_leg)_height$|_length$|^(lower_thigh|upper_arm|forearm)_girth$/;
/** How much more freely than the population the shape may vary to take the values. */
const EMBED_FREEDOM = 2.5;

/**
 * The most plausible body of any of stature, mass, age, sex and tape measures, each with its standard deviation.
 *
 * What people measure is jointly normal, given age and sex (ANSUR II, growth charts); stated values condition that
 * distribution, as linear regression would, and the body is the one nearest to the average that has the expected
 * measurements. Measurements are those of the catalogue, as the mesh has them. Where the sex is not stated, both are mixed by how well they explain the values; where the age is not, a
 * small stature or mass is taken for a child's.
 *
 * A tape that everything else contradicts beyond what bodies do is taken for a mistake: it is named among the disagreements
 * and the body meets the others.
 *
 * About 25 to 50 ms once the fitter has seen people of that sex and about that age; some tenths of a second more the first time.
 * The same input gives the same output. Leaves the body in `fitter.shape`.
 *
 * @throws RangeError for a measurement that does not exist
 */
export function mapStated(
	fitter: PhotoFitter,
	stated: StatedBody,
	options: { readonly signal?: { readonly aborted: boolean } } = {},
): MappedBody {
	const age_years = stated.age_years ?? assumedAge(fitter, stated);
	const { population, femaleShare } = populationFor(fitter, stated, age_years);
	const everything = observe(population, stated);
	const { distance2 } = conditionGaussian(population.numbers, everything.rows);
	const { believed, doubted } = withoutMistakes(population, stated);
	const observations = observe(population, believed);
	const posterior = conditionGaussian(population.numbers, observations.rows);
	const task = embedTask(population, posterior, believed, age_years);
	const body = embedBody(fitter, task, population.reference, options.signal);
	const values = new Float64Array(BODY_QUANTITIES.length);
	evaluateQuantities(values, fitter, namedShape(body.x));
	const sigmas = deviations(posterior, values);
	for (const { quantity, stated: value } of doubted) {
		const q = BODY_QUANTITIES.indexOf(quantity);
		sigmas[q] = Math.hypot(sigmas[q], values[q] - value);
	}
	return {
		shape: body.x,
		covariance: shapeCovariance(population, posterior.covariance),
		values,
		sigmas,
		age_years,
		femaleShare,
		rarity: everything.rows.length === 0 ? 0 : distance2 / everything.rows.length,
		disagreements: [...doubted, ...disagreementsOf(observations, posterior)],
		iterations: body.iterations,
		cost: body.cost,
		isAborted: options.signal?.aborted === true,
	};
}

/** Stated values as observations of the population's numbers. */
interface Observations {
	readonly rows: readonly LinearObservation[];
	/** Per row: the quantity, its stated value, and quantities per unit of the row's value. */
	readonly stated: readonly { readonly quantity: string; readonly value: number; readonly scale: number }[];
}

function observe(population: Population, stated: StatedBody): Observations {
	const { mean } = population.numbers;
	const rows: LinearObservation[] = [];
	const about: { quantity: string; value: number; scale: number }[] = [];
	const add = (weights: Float64Array, value: number, sigma: number, quantity: string, own: number, scale: number) => {
		rows.push({ weights, value, sigma });
		about.push({ quantity, value: own, scale });
	};
	const unit = (i: number): Float64Array => {
		const out = new Float64Array(mean.length);
		out[i] = 1;
		return out;
	};
	const { stature_m, mass_kg } = stated;
	if (stature_m !== null) {
		const sigma = stated.sigmas?.stature ?? STATURE_SIGMA_M;
		add(unit(STATURE_NUMBER), stature_m, sigma, "stature", stature_m, 1);
	}
	if (mass_kg !== null) {
		const sigma = stated.sigmas?.[MASS] ?? massSigma_kg(mass_kg);
		// ln mass = 2 ln girth + ln stature, about the stature that is stated or expected of this mass.
		const stature =
			stature_m ?? mean[STATURE_NUMBER] * (mass_kg / (mean[MEAN_GIRTH_NUMBER] ** 2 * mean[STATURE_NUMBER])) ** 0.2;
		const girth = meanGirth(mass_kg, stature);
		const weights = unit(MEAN_GIRTH_NUMBER);
		const slope = (0.5 * girth) / stature;
		if (stature_m === null) weights[STATURE_NUMBER] = slope;
		const value = girth + (stature_m === null ? slope * stature : 0);
		add(weights, value, (0.5 * girth * sigma) / mass_kg, MASS, mass_kg, (2 * mass_kg) / girth);
	}
	// In the catalogue's order, so that the order of stating changes nothing, not even the last digit.
	for (const id of Object.keys(stated.measures_m)) {
		if (!BODY_NUMBERS.includes(id)) throw new RangeError(`There is no measurement "${id}".`);
	}
	for (const [i, id] of BODY_NUMBERS.entries()) {
		const value = stated.measures_m[id];
		if (value === undefined || i === STATURE_NUMBER) continue;
		add(unit(i), value, stated.sigmas?.[id] ?? tapeSigma_m(value), id, value, 1);
	}
	return { rows, stated: about };
}

/** People of the stated sex and age, or of both sexes by how well they explain the values. */
function populationFor(
	fitter: PhotoFitter,
	stated: StatedBody,
	age_years: number,
): { population: Population; femaleShare: number } {
	const spread = (population: Population, other: Population | null): Population =>
		other === null ? population : mixPopulations(population, other, 0.5);
	const of = (sex: "male" | "female"): Population => {
		const here = populationOf(fitter, sex, age_years);
		if (stated.age_years !== null || age_years < 26) return here;
		// Two ages at one standard deviation have the moments of all.
		return spread(
			populationOf(fitter, sex, age_years - 0.7 * UNKNOWN_AGE_SIGMA_YEARS),
			populationOf(fitter, sex, age_years + UNKNOWN_AGE_SIGMA_YEARS),
		);
	};
	if (stated.sex !== "unspecified") return { population: of(stated.sex), femaleShare: stated.sex === "female" ? 1 : 0 };
	const male = of("male");
	const female = of("female");
	const surprise = (population: Population): number =>
		conditionGaussian(population.numbers, observe(population, stated).rows).surprise;
	const femaleShare = 1 / (1 + Math.exp(surprise(female) - surprise(male)));
	return { population: mixPopulations(male, female, femaleShare), femaleShare };
}

/** Adults, unless the person is so small that only a child is: then the age at which that is average. */
function assumedAge(fitter: PhotoFitter, { stature_m, mass_kg, sex }: StatedBody): number {
	const isSmall = stature_m === null ? mass_kg !== null && mass_kg < 35 : stature_m < 1.4;
	if (!isSmall) return ADULT_YEARS;
	const quantities = [BODY_QUANTITIES.indexOf(stature_m === null ? MASS : "stature")];
	const wanted = stature_m ?? mass_kg ?? 0;
	const value = new Float64Array(1);
	let [young, old]: [number, number] = [...CHILD_YEARS];
	for (let step = 0; step < 6; step++) {
		const middle = (young + old) / 2;
		const { mean } = childShape(sex === "female" ? 1 : sex === "male" ? 0 : 0.5, middle);
		evaluateQuantities(value, fitter, namedShape(mean), quantities);
		if (value[0] < wanted) young = middle;
		else old = middle;
	}
	return (young + old) / 2;
}

function embedTask(
	population: Population,
	posterior: ConditionedGaussian,
	stated: StatedBody,
	age_years: number,
): EmbedTask {
	const prior = shapePrior(stated.sex, annyAgeFromYears(age_years), 0.01);
	const quantities: number[] = [];
	const targets: number[] = [];
	const tolerances: number[] = [];
	const { mean } = posterior;
	for (const [i, name] of BODY_NUMBERS.entries()) {
		const isMass = i === MEAN_GIRTH_NUMBER;
		const isStated = isMass
			? stated.mass_kg !== null
			: i === STATURE_NUMBER
				? stated.stature_m !== null
				: stated.measures_m[name] !== undefined;
		if (!isStated && (i >= SURVEY_COUNT || FOLLOWING.test(name))) continue;
		quantities.push(QUANTITY_OF_NUMBER[i]);
		targets.push(isMass ? mean[i] ** 2 * mean[STATURE_NUMBER] : mean[i]);
		if (isMass) tolerances.push(isStated ? STATED_MASS_TOLERANCE_KG : EXPECTED_MASS_TOLERANCE_KG);
		else tolerances.push(tolerance_m(name, isStated));
	}
	const shapeMean = population.shape.slice();
	shapeMean[phenotypeIndex("age")] = annyAgeFromYears(age_years);
	const shapeSigma = SHAPE_SIGMA.map((s) => EMBED_FREEDOM * s);
	shapeSigma[phenotypeIndex("age")] = SHAPE_SIGMA[phenotypeIndex("age")];
	return {
		quantities,
		targets: Float64Array.from(targets),
		tolerances: Float64Array.from(tolerances),
		shapeMean,
		shapeSigma,
		lower: prior.lower,
		upper: prior.upper,
	};
}

function tolerance_m(name: string, isStated: boolean): number {
	if (FOLLOWING.test(name)) return FOLLOWING_STATED_TOLERANCE_M;
	if (LOOSE.test(name)) return isStated ? LOOSE_STATED_TOLERANCE_M : LOOSE_TOLERANCE_M;
	if (name === "stature" && isStated) return STATED_STATURE_TOLERANCE_M;
	return isStated ? STATED_TOLERANCE_M : EXPECTED_TOLERANCE_M;
}

/** σ of every quantity: what is not known of the person, and what the body misses of what is expected. */
function deviations({ mean, covariance }: ConditionedGaussian, values: Float64Array): Float64Array {
	const count = BODY_NUMBERS.length;
	const out = new Float64Array(BODY_QUANTITIES.length);
	for (const [i, q] of QUANTITY_OF_NUMBER.entries()) {
		const at = (j: number): number => covariance[i * count + j];
		if (i !== MEAN_GIRTH_NUMBER) {
			out[q] = Math.hypot(Math.sqrt(Math.max(0, at(i))), values[q] - mean[i]);
			continue;
		}
		const stature = mean[STATURE_NUMBER];
		const byGirth = 2 * mean[i] * stature;
		const byStature = mean[i] ** 2;
		const variance =
			byGirth ** 2 * at(i) +
			2 * byGirth * byStature * at(STATURE_NUMBER) +
			byStature ** 2 * covariance[STATURE_NUMBER * count + STATURE_NUMBER];
		out[q] = Math.hypot(Math.sqrt(Math.max(0, variance)), values[q] - byStature * stature);
	}
	return out;
}

/** Leaves out tapes that all others contradict beyond what bodies do, the worst first. Stature and mass are believed. */
function withoutMistakes(
	population: Population,
	stated: StatedBody,
): { readonly believed: StatedBody; readonly doubted: readonly Disagreement[] } {
	const doubted: Disagreement[] = [];
	let believed = stated;
	for (;;) {
		const observations = observe(population, believed);
		const found = disagreementsOf(observations, conditionGaussian(population.numbers, observations.rows));
		const worst = found.find(
			({ quantity, stated: value, expected, sigma }) =>
				believed.measures_m[quantity] !== undefined &&
				Math.abs(value - expected) > Math.max(MISTAKEN_FROM * sigma, MISTAKEN_SHARE * expected),
		);
		if (worst === undefined) return { believed, doubted };
		doubted.push(worst);
		const measures = Object.entries(believed.measures_m).filter(([id]) => id !== worst.quantity);
		believed = { ...believed, measures_m: Object.fromEntries(measures) };
	}
}

/** Stated values that the others contradict. Stature and mass alone never do: rare builds exist. */
function disagreementsOf({ rows, stated }: Observations, posterior: ConditionedGaussian): Disagreement[] {
	const isTaped = stated.some(({ quantity }) => quantity !== "stature" && quantity !== MASS);
	if (!isTaped || rows.length < 2) return [];
	return stated
		.map(({ quantity, value, scale }, i) => ({
			quantity,
			stated: value,
			expected: value + scale * (posterior.expected[i] - rows[i].value),
			sigma: scale * posterior.expectedSigma[i],
		}))
		.filter((d) => Math.abs(d.stated - d.expected) > DISAGREES_FROM * d.sigma)
		.sort((a, b) => Math.abs(b.stated - b.expected) / b.sigma - Math.abs(a.stated - a.expected) / a.sigma);
}
