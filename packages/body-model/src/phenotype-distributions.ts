/**
 * How phenotypes are spread among people of an age and sex, after Anny's calibration (github.com/naver/anny, e31b3af), and
 * people drawn from it.
 *
 * Upstream asks its tables of weight, muscle and proportions, which stand at years, for Anny's age (0…1): whoever is
 * sampled there has the build of an infant in the first year of life. Here ages are years throughout. The old behaviour
 * is that of `phenotypeBeta(label, sex, annyAge)`.
 */
import { annyAgeFromYears } from "./age.js";
import { ALL_PHENOTYPE_LABELS, type PhenotypeLabel } from "./phenotypes.js";
import { type BetaAnchors, PHENOTYPE_ANCHORS } from "./tables/phenotype-anchors.js";

/** Beta distribution on 0…1, density ∝ x^(alpha − 1) (1 − x)^(beta − 1). */
export interface BetaDistribution {
	readonly alpha: number;
	readonly beta: number;
}

/** A stream of random numbers, such as `createRandom` of `@anny-fitter/math` makes. */
export interface RandomNumbers {
	/** Uniform in [0, 1). */
	uniform(): number;
	/** Standard normal. */
	normal(): number;
}

/** Phenotypes whose distribution depends on age; proportions are uniform at every age. */
export type DistributedPhenotype = "height" | "weight" | "muscle" | "proportions";

/** Ages of sampled people whose age is not given: uniform. */
const SAMPLED_YEARS = 90;

/**
 * Distribution of a phenotype in Anny's calibration.
 *
 * Weight and muscle are U-shaped at most ages (alpha and beta below 1): their means are of use, their tails are not those
 * of people.
 *
 * @param age_years years; the nearest anchor's distribution outside the tables
 */
export function phenotypeBeta(
	label: DistributedPhenotype,
	sex: "male" | "female",
	age_years: number,
): BetaDistribution {
	if (label === "proportions") return { alpha: 1, beta: 1 };
	const anchors = PHENOTYPE_ANCHORS[sex][label];
	return { alpha: valueAt(anchors, anchors.alpha, age_years), beta: valueAt(anchors, anchors.beta, age_years) };
}

/** Mean and standard deviation of a Beta distribution: the Gaussian with its first two moments. */
export function betaMoments({ alpha, beta }: BetaDistribution): { mean: number; sigma: number } {
	const sum = alpha + beta;
	return { mean: alpha / sum, sigma: Math.sqrt((alpha * beta) / (sum + 1)) / sum };
}

/**
 * Draws a number from a Beta distribution, also for parameters near 0, where nearly everything lies at the ends.
 *
 * @returns 0…1
 */
export function sampleBeta({ alpha, beta }: BetaDistribution, random: RandomNumbers): number {
	const a = sampleLogGamma(alpha, random);
	const b = sampleLogGamma(beta, random);
	return 1 / (1 + Math.exp(b - a));
}

/** What is known of the people to draw; what is missing is drawn too. */
export interface SampleOptions {
	readonly age_years?: number;
	readonly sex?: "male" | "female";
}

/**
 * Draws the phenotypes of a person, by the rules of Anny's calibration with ages in years: height, weight and muscle from
 * {@link phenotypeBeta}; gender uniform in its sex's half; everything else uniform. The stream gives the same people on
 * every machine.
 *
 * @returns values of all eleven phenotypes
 * @throws RangeError for an age that is negative or not finite
 */
export function samplePhenotypes(random: RandomNumbers, options: SampleOptions = {}): Record<PhenotypeLabel, number> {
	const age_years = options.age_years ?? SAMPLED_YEARS * random.uniform();
	if (!(age_years >= 0 && age_years < Infinity)) throw new RangeError(`${age_years} is no age in years`);
	const sex = options.sex ?? (random.uniform() < 0.5 ? "male" : "female");
	const drawn = (label: DistributedPhenotype): number => sampleBeta(phenotypeBeta(label, sex, age_years), random);
	const person = Object.fromEntries(ALL_PHENOTYPE_LABELS.map((label) => [label, random.uniform()])) as Record<
		PhenotypeLabel,
		number
	>;
	person.gender = (sex === "male" ? 0 : 0.5) + 0.5 * person.gender;
	person.age = Math.min(1, annyAgeFromYears(age_years));
	for (const label of ["height", "weight", "muscle"] as const) person[label] = drawn(label);
	return person;
}

/** Straight between anchors, level outside. */
function valueAt({ years }: BetaAnchors, values: readonly number[], age_years: number): number {
	const last = years.length - 1;
	const age = Math.min(Math.max(age_years, years[0]), years[last]);
	let segment = 0;
	while (segment < last - 1 && age >= years[segment + 1]) segment++;
	const fraction = (age - years[segment]) / (years[segment + 1] - years[segment]);
	return values[segment] + fraction * (values[segment + 1] - values[segment]);
}

/** Logarithm of a number from a Gamma distribution of scale 1 (Marsaglia & Tsang 2000), never −∞ for small shapes. */
function sampleLogGamma(shape: number, random: RandomNumbers): number {
	if (shape < 1) return sampleLogGamma(shape + 1, random) + Math.log(1 - random.uniform()) / shape;
	const d = shape - 1 / 3;
	const c = 1 / Math.sqrt(9 * d);
	for (;;) {
		const x = random.normal();
		const v = (1 + c * x) ** 3;
		if (v > 0 && Math.log(1 - random.uniform()) < 0.5 * x * x + d * (1 - v + Math.log(v))) {
			return Math.log(d * v);
		}
	}
}
