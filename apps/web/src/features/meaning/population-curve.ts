import { type AdultMeasure, adultPercentile, adultQuantiles, type Sex } from "@anny-fitter/reference";

/** A population's distribution as a curve over the measurement's axis; both coordinates 0…1. */
export interface PopulationCurve {
	/** x and height of points from left to right. */
	readonly points: readonly { readonly x: number; readonly height: number }[];
	/** Where a value lies on the axis, kept between 0 and 1. */
	readonly place: (value: number) => number;
}

const STEPS = 64;

/**
 * Density of a population from its percentiles, smoothed over a twelfth of the axis. The axis holds the population from
 * the 0.5th to the 99.5th percentile and the given values.
 */
export function populationCurve(measure: AdultMeasure, sex: Sex, shown: readonly number[]): PopulationCurve {
	const { values } = adultQuantiles(measure, sex);
	const lowest = Math.min(values[0] ?? 0, ...shown);
	const highest = Math.max(values.at(-1) ?? 1, ...shown);
	const margin = 0.04 * (highest - lowest);
	const start = lowest - margin;
	const length = highest - lowest + 2 * margin;
	const half = length / 24;
	const densities = Array.from({ length: STEPS + 1 }, (_, i) => {
		const value = start + (i / STEPS) * length;
		return adultPercentile(measure, sex, value + half) - adultPercentile(measure, sex, value - half);
	});
	const peak = Math.max(...densities);
	return {
		points: densities.map((density, i) => ({ x: i / STEPS, height: density / peak })),
		place: (value) => Math.min(Math.max((value - start) / length, 0), 1),
	};
}
