import { Z90 } from "@anny-fitter/math";

/** Sex for which a reference or formula is stated. */
export type Sex = "female" | "male";

/** A value with the standard deviation of its error, in the unit of the value. */
export interface Estimate {
	readonly value: number;
	readonly sigma: number;
}

/** A value and the interval that holds it with a probability of 90 %. */
export interface Ranged {
	readonly value: number;
	readonly low: number;
	readonly high: number;
}

/** @throws RangeError for a value that is no positive number or a sigma that is negative or no number. */
export function checkEstimate(name: string, { value, sigma }: Estimate): void {
	if (!(value > 0 && value < Infinity)) throw new RangeError(`${name} of ${value}: a positive number is needed`);
	if (!(sigma >= 0 && sigma < Infinity)) throw new RangeError(`${name}: a sigma of ${sigma} is not possible`);
}

/**
 * A formula's value and the interval that follows from the errors of its inputs, by the delta method: the slope in each
 * input (central differences over its sigma) times that sigma, summed as squares. Covariances of the inputs are ignored:
 * errors that move together, as the scale of a photo moves all lengths, may widen or narrow the true interval.
 *
 * @param extraSigma error of the formula itself (its standard error of estimate), in the unit of its result
 */
export function propagate(
	inputs: readonly Estimate[],
	formula: (...values: number[]) => number,
	extraSigma = 0,
): Ranged & Estimate {
	const centre = inputs.map((input) => input.value);
	let variance = extraSigma ** 2;
	inputs.forEach((input, index) => {
		if (input.sigma === 0) return;
		const shifted = (by: number) => formula(...centre.map((value, i) => (i === index ? value + by : value)));
		// Half a sigma to each side, but never so far that a length loses its sign.
		const step = Math.min(0.5 * input.sigma, 0.25 * Math.abs(input.value));
		const slope = (shifted(step) - shifted(-step)) / (2 * step);
		variance += (slope * input.sigma) ** 2;
	});
	const value = formula(...centre);
	const sigma = Math.sqrt(variance);
	return { value, sigma, low: value - Z90 * sigma, high: value + Z90 * sigma };
}
