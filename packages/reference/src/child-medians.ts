import type { Sex } from "./estimate.js";

/** Median measures of children that the growth charts from two years do not hold. */
export type ChildMedian = "head_girth" | "waist_girth_omphalion" | "length" | "infant_weight";

/** Ages that a median is kept for, in years. */
export interface MedianRange {
	readonly from: number;
	readonly to: number;
}

interface MedianTable {
	/** ascending */
	readonly years: readonly number[];
	readonly male: readonly number[];
	readonly female: readonly number[];
	readonly toUnit: number;
}

const INFANT_YEARS = [0, 1 / 12, 2 / 12, 0.25, 0.5, 0.75, 1, 1.5, 2];

const TABLES: Readonly<Record<ChildMedian, MedianTable>> = {
	head_girth: {
		years: [...INFANT_YEARS, 3, 4, 5, 8, 10, 12, 14, 16, 18, 20],
		male: [345, 373, 391, 405, 433, 450, 461, 474, 483, 495, 502, 507, 525, 535, 545, 557, 567, 572, 574],
		female: [339, 365, 383, 395, 422, 438, 449, 462, 472, 485, 493, 499, 518, 528, 540, 550, 556, 559, 560],
		toUnit: 1e-3,
	},
	waist_girth_omphalion: { years: [2, 18], male: [470, 790], female: [472, 792], toUnit: 1e-3 },
	length: {
		years: INFANT_YEARS,
		male: [499, 547, 584, 614, 676, 720, 757, 823, 878],
		female: [491, 537, 571, 598, 657, 701, 740, 807, 864],
		toUnit: 1e-3,
	},
	infant_weight: {
		years: INFANT_YEARS,
		male: [3.3, 4.5, 5.6, 6.4, 7.9, 8.9, 9.6, 10.9, 12.2],
		female: [3.2, 4.2, 5.1, 5.8, 7.3, 8.2, 8.9, 10.2, 11.5],
		toUnit: 1,
	},
};

/** The ages at which {@link childMedian} knows a measure. */
export function childMedianRange(measure: ChildMedian): MedianRange {
	const { years } = TABLES[measure];
	return { from: years[0], to: years[years.length - 1] };
}

/**
 * Median of a measure at an age, straight between the ages kept.
 *
 * Length (lying) and weight under two years, and head girth to five, are the WHO Child Growth Standards (2006, 2007) as
 * printed. From five to twenty years there is no public table: head girth passes to the adult medians of ANSUR II along
 * the rough course of Nellhaus' composite curves (Pediatrics 41:106, 1968), good to about 1 cm. Waists are the regression
 * lines of Fernández et al. (J Pediatr 145:439, 2004) on US children of 1988–1994, taken at the top of the hip bone.
 *
 * @returns metres or kilograms
 * @throws RangeError for an age outside {@link childMedianRange}
 */
export function childMedian(measure: ChildMedian, sex: Sex, ageYears: number): number {
	const { years, toUnit, [sex]: values } = TABLES[measure];
	const last = years.length - 1;
	if (!(ageYears >= years[0] && ageYears <= years[last])) {
		throw new RangeError(`${measure} is known from ${years[0]} to ${years[last]} years, not at ${ageYears}`);
	}
	let row = 0;
	while (row < last - 1 && years[row + 1] <= ageYears) row++;
	const t = (ageYears - years[row]) / (years[row + 1] - years[row]);
	return toUnit * (values[row] + t * (values[row + 1] - values[row]));
}
