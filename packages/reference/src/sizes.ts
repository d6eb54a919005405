import { normalBoxProbability } from "@anny-fitter/math";
import { type Band, type BandProbability, bandProbabilities } from "./bands.js";
import { checkEstimate, type Estimate } from "./estimate.js";
import {
	CHILDREN_HEIGHT,
	COLLAR,
	customNumber,
	MEN_CHEST,
	MEN_LETTERS,
	MEN_WAIST,
	type SizeGroup,
	TROUSER_HEM_M,
	TROUSER_LEG,
	TROUSER_WAIST,
	WOMEN_BUST,
	WOMEN_HIP,
	WOMEN_LETTERS,
	WOMEN_WAIST,
} from "./size-charts.js";

/** What sizes are chosen by: ids of the measurement catalogue. */
export type SizeDimension =
	| "stature"
	| "chest_girth"
	| "waist_girth"
	| "hip_girth"
	| "neck_girth"
	| "inside_leg_height";

/** Body measurements in metres. */
export type SizeFacts = Partial<Readonly<Record<SizeDimension, Estimate | undefined>>>;

/** Stable name of a size system. */
export type SizeSystem =
	| "letter"
	| "chest"
	| "waist"
	| "hip"
	| "collar"
	| "trouser_waist_inches"
	| "trouser_leg_inches"
	| "height";

/** One size system's answer for one body dimension. */
export interface SizeAdvice {
	readonly system: SizeSystem;
	readonly dimension: SizeDimension;
	/** Whether the steps are those of EN 13402-3 or a custom of the trade. */
	readonly isStandard: boolean;
	/** Sizes with a probability of at least 1 %, ascending in size; bounds in metres. */
	readonly sizes: readonly SizeProbability[];
	/** Probability that the chart has no size for this body. */
	readonly outside: number;
	/** The likeliest size; null if the body is more likely outside the chart. */
	readonly best: SizeProbability | null;
	/** As few sizes as hold the true one with 90 %, ascending: one is certain enough, two are worth trying both. */
	readonly likely: readonly SizeProbability[];
}

/** A size with the probability that it is the right one; bounds in metres. */
export interface SizeProbability extends BandProbability {
	/** Number on labels that follow the German count, where the custom has one. */
	readonly customNumber: number | null;
}

/** One size across several dimensions: bust, waist and hip of a dress, chest and waist of a suit. */
export interface CombinedSize {
	/** Codes in the order of `dimensions`, as 88–72–96. */
	readonly codes: readonly string[];
	readonly dimensions: readonly SizeDimension[];
	/** Probability that every dimension is in its size. */
	readonly probability: number;
	/** Whether it follows from how the errors go together; otherwise they are taken as independent. */
	readonly isJoint: boolean;
	/** How many sizes the largest dimension is above the smallest; 0: one size of the chart fits all. */
	readonly spread: number;
}

/** What {@link adviseSizes} answers. */
export interface SizeReport {
	readonly group: SizeGroup;
	readonly advice: readonly SizeAdvice[];
	readonly combined: CombinedSize | null;
	/** Measurements without which a system is left out. */
	readonly missing: readonly SizeDimension[];
}

/** Correlation of the errors of two measurements, −1…1. */
export type SizeCorrelation = (a: SizeDimension, b: SizeDimension) => number;

interface System {
	readonly system: SizeSystem;
	readonly dimension: SizeDimension;
	readonly bands: readonly Band[];
	readonly isStandard: boolean;
	readonly numbers?: "women" | "men";
}

const TROUSERS: readonly System[] = [
	{ system: "trouser_waist_inches", dimension: "waist_girth", bands: TROUSER_WAIST, isStandard: false },
	{ system: "trouser_leg_inches", dimension: "inside_leg_height", bands: TROUSER_LEG, isStandard: false },
];

const SYSTEMS: Record<SizeGroup, readonly System[]> = {
	women: [
		{ system: "letter", dimension: "chest_girth", bands: WOMEN_LETTERS, isStandard: true },
		{ system: "chest", dimension: "chest_girth", bands: WOMEN_BUST, isStandard: true, numbers: "women" },
		{ system: "waist", dimension: "waist_girth", bands: WOMEN_WAIST, isStandard: true },
		{ system: "hip", dimension: "hip_girth", bands: WOMEN_HIP, isStandard: true },
		...TROUSERS,
	],
	men: [
		{ system: "letter", dimension: "chest_girth", bands: MEN_LETTERS, isStandard: true },
		{ system: "chest", dimension: "chest_girth", bands: MEN_CHEST, isStandard: true, numbers: "men" },
		{ system: "waist", dimension: "waist_girth", bands: MEN_WAIST, isStandard: true },
		{ system: "collar", dimension: "neck_girth", bands: COLLAR, isStandard: true },
		...TROUSERS,
	],
	children: [{ system: "height", dimension: "stature", bands: CHILDREN_HEIGHT, isStandard: true }],
};

/** Charts of one size run, in which the same row is one garment. */
const COMBINED: Record<SizeGroup, readonly SizeSystem[]> = {
	women: ["chest", "waist", "hip"],
	men: ["chest", "waist"],
	children: [],
};

/** Below this probability a size is not worth telling. */
const TOLD = 0.01;
/** Sizes that may be right hold the true one with this probability. */
const CERTAIN = 0.9;

function advise({ system, dimension, bands, isStandard, numbers }: System, measured: Estimate): SizeAdvice {
	const value = system === "trouser_leg_inches" ? measured.value - TROUSER_HEM_M : measured.value;
	const all = bandProbabilities({ value, sigma: measured.sigma }, bands).map((band) => ({
		...band,
		customNumber: numbers === undefined ? null : customNumber(numbers, Number(band.code)),
	}));
	const ranked = [...all].sort((a, b) => b.probability - a.probability);
	const outside = Math.max(0, 1 - all.reduce((sum, size) => sum + size.probability, 0));
	const best = ranked[0].probability > outside ? ranked[0] : null;
	const likely = new Set<SizeProbability>();
	let held = outside;
	for (const size of ranked) {
		if (held >= CERTAIN) break;
		likely.add(size);
		held += size.probability;
	}
	return {
		system,
		dimension,
		isStandard,
		sizes: all.filter((size) => size.probability >= TOLD),
		outside,
		best,
		likely: best === null ? [] : all.filter((size) => likely.has(size)),
	};
}

/** The combination of sizes, one per dimension, that most probably all fit together. */
function combine(
	group: SizeGroup,
	advice: readonly SizeAdvice[],
	facts: SizeFacts,
	correlation: SizeCorrelation | null,
): CombinedSize | null {
	const systems = COMBINED[group];
	const parts = systems.flatMap((system) => advice.find((item) => item.system === system) ?? []);
	if (parts.length === 0 || parts.length < systems.length) return null;
	if (parts.some(({ best }) => best === null)) return null;
	const dimensions = parts.map(({ dimension }) => dimension);
	const joint = correlation === null ? null : jointProbability(dimensions, facts, correlation);
	let best: { readonly sizes: readonly SizeProbability[]; readonly probability: number } | null = null;
	for (const sizes of combinations(parts.map((part) => part.sizes))) {
		const apart = sizes.reduce((product, size) => product * size.probability, 1);
		// No combination is likelier than the least likely of its sizes.
		const most = Math.min(...sizes.map((size) => size.probability));
		if (best !== null && most <= best.probability) continue;
		const probability = joint === null ? apart : joint(sizes);
		if (best === null || probability > best.probability) best = { sizes, probability };
	}
	if (best === null) return null;
	const rows = best.sizes.map(({ code }, i) => {
		const chart = SYSTEMS[group].find((item) => item.system === parts[i].system)?.bands ?? [];
		return chart.findIndex((band) => band.code === code);
	});
	return {
		codes: best.sizes.map(({ code }) => code),
		dimensions,
		probability: best.probability,
		isJoint: joint !== null,
		spread: Math.max(...rows) - Math.min(...rows),
	};
}

function combinations(lists: readonly (readonly SizeProbability[])[]): SizeProbability[][] {
	return lists.reduce<SizeProbability[][]>(
		(all, list) => all.flatMap((before) => list.map((size) => [...before, size])),
		[[]],
	);
}

/** Probability that every dimension lies in its band; null where a measurement has no error, which nothing goes together with. */
function jointProbability(
	dimensions: readonly SizeDimension[],
	facts: SizeFacts,
	correlation: SizeCorrelation,
): ((sizes: readonly Band[]) => number) | null {
	const estimates = dimensions.flatMap((dimension) => facts[dimension] ?? []);
	if (estimates.some(({ sigma }) => sigma === 0)) return null;
	const covariance = dimensions.flatMap((a, i) =>
		dimensions.map((b, j) => estimates[i].sigma * estimates[j].sigma * (i === j ? 1 : correlation(a, b))),
	);
	const mean = estimates.map(({ value }) => value);
	return (sizes) =>
		normalBoxProbability(
			mean,
			covariance,
			sizes.map(({ low }) => low),
			sizes.map(({ high }) => high),
		);
}

/**
 * Sizes of clothes as probabilities. The errors are taken as normal; a size counts as right if the body's true measure
 * lies in its band. How a garment is cut, and what a brand calls a size, is not known.
 *
 * @param correlation of the measurements' errors: a garment that several measurements choose fits by their joint
 *   distribution. Left out, the errors are taken as independent, which makes a common size look less likely than it is when
 *   they go together, as girths' errors do
 * @throws RangeError for a measurement that is not positive, a sigma that is negative, or correlations that no errors have.
 */
export function adviseSizes(
	group: SizeGroup,
	facts: SizeFacts,
	correlation: SizeCorrelation | null = null,
): SizeReport {
	const missing = new Set<SizeDimension>();
	const advice: SizeAdvice[] = [];
	for (const system of SYSTEMS[group]) {
		const measured = facts[system.dimension];
		if (measured === undefined) {
			missing.add(system.dimension);
			continue;
		}
		checkEstimate(system.dimension, measured);
		advice.push(advise(system, measured));
	}
	return { group, advice, combined: combine(group, advice, facts, correlation), missing: [...missing] };
}
