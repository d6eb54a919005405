/**
 * Years and Anny's age slider: continuous, increasing, piecewise linear with kinks at the inner anchors, extended at both
 * ends. Source: Anny's shape calibration, e31b3af, the same for both sexes.
 */
const YEARS = [0, 1, 4, 11, 16, 18, 64, 110];
const SLIDER = [0, 0.05, 0.215, 0.415, 0.67, 0.77, 0.83, 1];

/** Anny age (0 baby … 1 old) of a person of `years`. Negative years reach towards the newborn end. */
export function annyAgeFromYears(years: number): number {
	return interpolate(YEARS, SLIDER, years);
}

/** Inverse of {@link annyAgeFromYears}. */
export function yearsFromAnnyAge(age: number): number {
	return interpolate(SLIDER, YEARS, age);
}

function interpolate(from: readonly number[], to: readonly number[], value: number): number {
	let segment = 0;
	while (segment < from.length - 2 && value >= from[segment + 1]) {
		segment++;
	}
	const fraction = (value - from[segment]) / (from[segment + 1] - from[segment]);
	return to[segment] + fraction * (to[segment + 1] - to[segment]);
}
