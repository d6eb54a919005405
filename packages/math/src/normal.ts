/** Half the width of a 90 % interval in standard deviations. */
export const Z90 = 1.6448536269514722;

/**
 * Share of a standard normal distribution below z.
 *
 * The complementary error function by its continued fraction in the tails and its series near zero; absolute error below
 * 1e−14.
 */
export function normalCdf(z: number): number {
	const x = Math.abs(z) / Math.SQRT2;
	const half = 0.5 * (x < 2.5 ? 1 - erfSeries(x) : erfcFraction(x));
	return z < 0 ? half : 1 - half;
}

function erfSeries(x: number): number {
	let term = x;
	let sum = x;
	for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
		term *= (-x * x) / n;
		sum += term / (2 * n + 1);
	}
	return (2 / Math.sqrt(Math.PI)) * sum;
}

function erfcFraction(x: number): number {
	let fraction = 0;
	for (let k = 60; k > 0; k--) fraction = (0.5 * k) / (x + fraction);
	return Math.exp(-x * x) / (Math.sqrt(Math.PI) * (x + fraction));
}

/**
 * z below which the share p of a standard normal distribution lies.
 *
 * @param p between 0 and 1; the ends give ±Infinity
 */
export function normalQuantile(p: number): number {
	if (!(p >= 0 && p <= 1)) throw new RangeError(`a share of ${p} is not between 0 and 1`);
	if (p === 0 || p === 1) return p === 0 ? -Infinity : Infinity;
	// Newton steps in the lower half, where small shares keep their digits; the start overshoots towards the tail.
	const share = Math.min(p, 1 - p);
	let z = -Math.sqrt(Math.max(-2 * Math.log(2 * share), 0));
	for (let iteration = 0; iteration < 100; iteration++) {
		const density = Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI);
		const step = (normalCdf(z) - share) / density;
		// Halley's correction keeps the steps short in the tail.
		const change = step / (1 + 0.5 * z * step);
		z -= change;
		if (Math.abs(change) < 1e-13) break;
	}
	return p < 0.5 ? z : -z;
}

/**
 * Probability that a normal error is no larger than a limit.
 *
 * @param limit at least 0, in the unit of sigma
 */
export function normalWithin(limit: number, sigma: number): number {
	return 2 * normalCdf(limit / sigma) - 1;
}

/** 90 % interval about a value with a normal error, of a quantity that is never below zero. */
export function interval90(value: number, sigma: number): [number, number] {
	return [Math.max(0, value - Z90 * sigma), value + Z90 * sigma];
}
