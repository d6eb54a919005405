import { normalCdf, normalQuantile, Z90 } from "@anny-fitter/math";
import { ADULT_LEVELS, ADULT_TABLES } from "./adult-tables.js";
import { checkEstimate, type Estimate, type Ranged, type Sex } from "./estimate.js";

/** A measurement that the adult population is known for; `mass` in kilograms, all others in metres. */
export type AdultMeasure = keyof typeof ADULT_TABLES;

/** Measurements with a table, in reading order. */
export const ADULT_MEASURES = Object.keys(ADULT_TABLES) as readonly AdultMeasure[];

/** Whom the tables stand for. */
export const ADULT_POPULATION = {
	source: "ANSUR II (2012 Anthropometric Survey of U.S. Army Personnel)",
	people: { female: 1986, male: 4082 },
	ageYears: { from: 17, to: 58 },
	year: 2012,
} as const;

const Z_AT_LEVEL = ADULT_LEVELS.map((level) => normalQuantile(level / 100));

/** Whether a measurement of the catalogue has a table. */
export function isAdultMeasure(id: string): id is AdultMeasure {
	return Object.hasOwn(ADULT_TABLES, id);
}

function unitOf(measure: AdultMeasure): number {
	return measure === "mass" ? 1 : 0.001;
}

/**
 * Percentage of the population below a value: straight in z between the quantiles. Beyond the first and last quantile the
 * slope of the outermost fifth of the table goes on; what is beyond 0.1 and 99.9 % is not known and clamped.
 *
 * @param value metres, kilograms for `mass`
 */
export function adultPercentile(measure: AdultMeasure, sex: Sex, value: number): number {
	const quantiles = ADULT_TABLES[measure][sex];
	const inUnit = value / unitOf(measure);
	const last = quantiles.length - 1;
	let z: number;
	if (inUnit <= quantiles[0]) {
		z = extend(inUnit, quantiles, 0, 3);
	} else if (inUnit >= quantiles[last]) {
		z = extend(inUnit, quantiles, last, last - 3);
	} else {
		let row = 0;
		while (quantiles[row + 1] <= inUnit) row++;
		const t = (inUnit - quantiles[row]) / (quantiles[row + 1] - quantiles[row]);
		z = Z_AT_LEVEL[row] + t * (Z_AT_LEVEL[row + 1] - Z_AT_LEVEL[row]);
	}
	return Math.min(Math.max(100 * normalCdf(z), 0.1), 99.9);
}

function extend(value: number, quantiles: readonly number[], end: number, inner: number): number {
	const slope = (Z_AT_LEVEL[inner] - Z_AT_LEVEL[end]) / (quantiles[inner] - quantiles[end]);
	return Z_AT_LEVEL[end] + slope * (value - quantiles[end]);
}

/**
 * Percentile of an uncertain value: of the value and of the ends of its 90 % interval.
 *
 * @param estimate metres, kilograms for `mass`
 */
export function adultPercentileRange(measure: AdultMeasure, sex: Sex, estimate: Estimate): Ranged {
	checkEstimate(measure, estimate);
	const at = (value: number) => adultPercentile(measure, sex, value);
	const { value, sigma } = estimate;
	return { value: at(value), low: at(value - Z90 * sigma), high: at(value + Z90 * sigma) };
}

/**
 * Value below which a percentage of the population lies.
 *
 * @param percentile from 0.5 to 99.5: the table's reach
 * @returns metres, kilograms for `mass`
 */
export function adultValue(measure: AdultMeasure, sex: Sex, percentile: number): number {
	const last = ADULT_LEVELS.length - 1;
	if (!(percentile >= ADULT_LEVELS[0] && percentile <= ADULT_LEVELS[last])) {
		throw new RangeError(`the population is known from the 0.5th to the 99.5th percentile, not the ${percentile}th`);
	}
	const quantiles = ADULT_TABLES[measure][sex];
	const z = normalQuantile(percentile / 100);
	let row = 0;
	while (row < last - 1 && Z_AT_LEVEL[row + 1] <= z) row++;
	const t = (z - Z_AT_LEVEL[row]) / (Z_AT_LEVEL[row + 1] - Z_AT_LEVEL[row]);
	return unitOf(measure) * (quantiles[row] + t * (quantiles[row + 1] - quantiles[row]));
}

/** Where a value lies on the population's axis: quantiles for a drawing, ascending, metres (kilograms for `mass`). */
export function adultQuantiles(measure: AdultMeasure, sex: Sex): { levels: readonly number[]; values: number[] } {
	return { levels: ADULT_LEVELS, values: ADULT_TABLES[measure][sex].map((value) => value * unitOf(measure)) };
}
