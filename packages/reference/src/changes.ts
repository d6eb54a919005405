import { normalCdf } from "@anny-fitter/math";
import type { Estimate } from "./estimate.js";

/** Two estimates of one quantity, and how far their errors go together. */
export interface EstimatePair {
	readonly a: Estimate;
	readonly b: Estimate;
	/** Correlation of the two errors, 0…1: what both share cancels in the difference. */
	readonly correlation: number;
	/** Share of the error budget beside the others', above 0; 1 if left out. Must not depend on the values. */
	readonly weight?: number;
}

/**
 * `changed`: more than noise, judged beside everything else that is compared. `unclear`: more than noise if this quantity
 * were the only one, but among so many some such differences turn up by chance. `not_shown`: noise explains it, which is
 * no proof that nothing changed.
 */
export type ChangeVerdict = "changed" | "unclear" | "not_shown";

/** A difference, its error and what follows. In the unit of the estimates. */
export interface Change {
	readonly a: number;
	readonly b: number;
	/** b − a */
	readonly difference: number;
	/** Standard deviation of the difference's error. */
	readonly sigma: number;
	readonly correlation: number;
	/** Probability that the true change has the sign of the difference, 0.5…1, for this quantity alone. */
	readonly probability: number;
	/** Smallest false discovery rate at which this one counts as changed, 0…1 (adjusted p). */
	readonly falseDiscoveryRate: number;
	readonly verdict: ChangeVerdict;
}

/** Alone, a quantity stands out when its change has the sign seen with this probability. */
export const CHANGE_PROBABILITY = 0.95;
/** Of everything called changed, so large a share may be noise on average. */
export const CHANGE_FALSE_DISCOVERY_RATE = 0.05;

/**
 * Judges differences of many quantities at once. Errors are normal; nothing is assumed of how large true changes are. With
 * some fifty quantities two or three would pass a test at 95 % by noise alone, so `changed` is decided by the procedure of
 * Benjamini and Hochberg (J R Stat Soc B 57, 1995) on two-sided tests, which bounds the share of noise among what is called
 * changed; errors of body measurements go together, under which the procedure still holds (Benjamini and Yekutieli, Ann Stat
 * 29, 2001, for positive dependence; a test simulates it). Weights shift the error budget to where changes are expected
 * (Genovese, Roeder and Wasserman, Biometrika 93, 2006).
 *
 * @returns one per pair, in their order
 * @throws RangeError for a value or σ that is no number, a negative σ, or a correlation outside 0…1
 */
export function judgeChanges(pairs: readonly EstimatePair[]): Change[] {
	const found = pairs.map(({ a, b, correlation, weight = 1 }) => {
		if (!(weight > 0 && weight < Infinity)) throw new RangeError(`a weight of ${weight} is not possible`);
		if (!(correlation >= 0 && correlation <= 1)) throw new RangeError(`${correlation} is no correlation from 0 to 1`);
		for (const { value, sigma } of [a, b]) {
			if (!Number.isFinite(value)) throw new RangeError(`a value of ${value} cannot be compared`);
			if (!(sigma >= 0 && sigma < Infinity)) throw new RangeError(`a sigma of ${sigma} is not possible`);
		}
		const difference = b.value - a.value;
		const variance = a.sigma ** 2 + b.sigma ** 2 - 2 * correlation * a.sigma * b.sigma;
		const sigma = Math.sqrt(Math.max(0, variance));
		// Equal values have not changed, however exact they are.
		const z = difference === 0 ? 0 : Math.abs(difference) / sigma;
		return { a: a.value, b: b.value, difference, sigma, correlation, z };
	});
	const weights = pairs.map(({ weight = 1 }) => weight);
	const mean = weights.reduce((sum, weight) => sum + weight, 0) / weights.length;
	const rates = falseDiscoveryRates(found.map(({ z }, i) => (2 * normalCdf(-z) * mean) / weights[i]));
	return found.map(({ z, ...change }, i): Change => {
		const probability = normalCdf(z);
		const falseDiscoveryRate = rates[i];
		const isChanged = falseDiscoveryRate <= CHANGE_FALSE_DISCOVERY_RATE;
		const verdict = isChanged ? "changed" : probability >= CHANGE_PROBABILITY ? "unclear" : "not_shown";
		return { ...change, probability, falseDiscoveryRate, verdict };
	});
}

/**
 * Benjamini and Hochberg's adjusted p values: the smallest false discovery rate at which each test is a discovery.
 *
 * @param p p values, those of weighted tests divided by weights of mean 1
 */
export function falseDiscoveryRates(p: readonly number[]): number[] {
	const order = [...p.keys()].sort((i, j) => p[j] - p[i]);
	const out = new Array<number>(p.length);
	let rate = 1;
	for (const [position, i] of order.entries()) {
		rate = Math.min(rate, (p[i] * p.length) / (p.length - position));
		out[i] = rate;
	}
	return out;
}
