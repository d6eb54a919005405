import { normalCdf, normalQuantile } from "@anny-fitter/math";
import type { Sex } from "./estimate.js";
import { BMI_LMS, type LmsTables, STATURE_LMS, WEIGHT_LMS } from "./growth-tables.js";

/** What the growth charts are kept for: metres, kilograms, kg/m². */
export type GrowthMeasure = "stature" | "weight" | "bmi";

/** Ages that the charts cover, in years. */
export const GROWTH_AGE_YEARS = { from: 2, below: 20 } as const;

/** Whose charts they are, for citing. */
export const GROWTH_SOURCE =
	"CDC Growth Charts: United States (2000); BMI above the 95th percentile: CDC Extended BMI-for-Age Growth Charts (2022)";

interface Lms {
	readonly l: number;
	readonly m: number;
	readonly s: number;
}

const TABLES: Record<GrowthMeasure, { tables: LmsTables; toUnit: number }> = {
	stature: { tables: STATURE_LMS, toUnit: 0.01 },
	weight: { tables: WEIGHT_LMS, toUnit: 1 },
	bmi: { tables: BMI_LMS, toUnit: 1 },
};

/** Whether the charts cover the age: from the second to below the twentieth birthday. */
export function isGrowthAge(ageYears: number): boolean {
	return ageYears >= GROWTH_AGE_YEARS.from && ageYears < GROWTH_AGE_YEARS.below;
}

/** L, M, S at an age: straight between the table's ages, carried on by at most half a month at the ends. */
function lmsAt(measure: GrowthMeasure, sex: Sex, ageYears: number): Lms {
	if (!isGrowthAge(ageYears)) throw new RangeError(`the growth charts cover ages 2 to 20, not ${ageYears}`);
	const { tables, toUnit } = TABLES[measure];
	const table = tables[sex];
	const months = 12 * ageYears;
	let row = 0;
	while (row + 8 < table.length && table[row + 4] <= months) row += 4;
	const t = (months - table[row]) / (table[row + 4] - table[row]);
	const at = (offset: number) => table[row + offset] + t * (table[row + 4 + offset] - table[row + offset]);
	return { l: at(1), m: toUnit * at(2), s: at(3) };
}

function boxCoxZ({ l, m, s }: Lms, value: number): number {
	return Math.abs(l) < 1e-6 ? Math.log(value / m) / s : ((value / m) ** l - 1) / (l * s);
}

function boxCoxValue({ l, m, s }: Lms, z: number): number {
	if (Math.abs(l) < 1e-6) return m * Math.exp(s * z);
	// Beyond the reach of the Box–Cox curve (some 6 SD) there is no value; its end is the nearest.
	return m * Math.max(1 + l * s * z, 1e-9) ** (1 / l);
}

/** Scale of the half-normal distribution of BMI above the 95th percentile (Wei R et al., Ann Hum Biol 47, 2020). */
function extendedBmiSigma(sex: Sex, ageYears: number): number {
	return sex === "male"
		? 0.3728 + 0.5196 * ageYears - 0.0091 * ageYears ** 2
		: 0.8334 + 0.3712 * ageYears - 0.0011 * ageYears ** 2;
}

const Z95 = normalQuantile(0.95);

/**
 * Percentage of children of the same age and sex in the reference population below a value.
 *
 * BMI above the 95th percentile follows the extended charts.
 *
 * @param value metres, kilograms or kg/m²
 * @returns 0…100
 * @throws RangeError for an age outside the charts or a value that is not positive.
 */
export function growthPercentile(measure: GrowthMeasure, sex: Sex, ageYears: number, value: number): number {
	if (!(value > 0)) throw new RangeError(`a ${measure} of ${value} is not possible`);
	const lms = lmsAt(measure, sex, ageYears);
	if (measure === "bmi") {
		const p95 = boxCoxValue(lms, Z95);
		if (value > p95) return 90 + 10 * normalCdf((value - p95) / extendedBmiSigma(sex, ageYears));
	}
	return 100 * normalCdf(boxCoxZ(lms, value));
}

/**
 * z-score of a value by the Box–Cox transformation; for BMI above the 95th percentile from the extended percentile, at
 * most 8.21 as in the CDC's own programs.
 *
 * @throws RangeError as {@link growthPercentile}
 */
export function growthZ(measure: GrowthMeasure, sex: Sex, ageYears: number, value: number): number {
	const percentile = growthPercentile(measure, sex, ageYears, value);
	if (measure === "bmi" && percentile > 95) return Math.min(normalQuantile(percentile / 100), 8.21);
	return boxCoxZ(lmsAt(measure, sex, ageYears), value);
}

/**
 * Value below which a percentage of children of an age and sex lies.
 *
 * @param percentile above 0 and below 100
 * @returns metres, kilograms or kg/m²
 */
export function growthValue(measure: GrowthMeasure, sex: Sex, ageYears: number, percentile: number): number {
	if (!(percentile > 0 && percentile < 100)) throw new RangeError(`${percentile} is no percentile`);
	const lms = lmsAt(measure, sex, ageYears);
	if (measure === "bmi" && percentile > 95) {
		const above = normalQuantile((percentile - 90) / 10);
		return boxCoxValue(lms, Z95) + above * extendedBmiSigma(sex, ageYears);
	}
	return boxCoxValue(lms, normalQuantile(percentile / 100));
}
