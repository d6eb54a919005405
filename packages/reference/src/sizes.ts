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
	/** Probability that every dimension is in its size, errors taken as independent. */
	readonly probability: number;
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

function combine(group: SizeGroup, advice: readonly SizeAdvice[]): CombinedSize | null {
	const systems = COMBINED[group];
	const parts = systems.flatMap((system) => advice.find((item) => item.system === system) ?? []);
	if (parts.length === 0 || parts.length < systems.length) return null;
	const rows: number[] = [];
	const codes: string[] = [];
	let probability = 1;
	for (const part of parts) {
		if (part.best === null) return null;
		const { code } = part.best;
		const chart = SYSTEMS[group].find((item) => item.system === part.system)?.bands ?? [];
		rows.push(chart.findIndex((band) => band.code === code));
		codes.push(code);
		probability *= part.best.probability;
	}
	return {
		codes,
		dimensions: parts.map((part) => part.dimension),
		probability,
		spread: Math.max(...rows) - Math.min(...rows),
	};
}

/**
 * Sizes of clothes as probabilities. The errors are taken as normal; a size counts as right if the body's true measure
 * lies in its band. How a garment is cut, and what a brand calls a size, is not known.
 *
 * @throws RangeError for a measurement that is not positive or a sigma that is negative.
 */
export function adviseSizes(group: SizeGroup, facts: SizeFacts): SizeReport {
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
	return { group, advice, combined: combine(group, advice), missing: [...missing] };
}
