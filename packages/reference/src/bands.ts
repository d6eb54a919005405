import { normalCdf } from "@anny-fitter/math";
import type { Estimate } from "./estimate.js";

/** A stretch of a scale with a name: from `low` up to, but not including, `high`. */
export interface Band<Code extends string = string> {
	readonly code: Code;
	readonly low: number;
	readonly high: number;
}

/** A band with the probability that the true value lies in it, 0…1. */
export interface BandProbability<Code extends string = string> extends Band<Code> {
	readonly probability: number;
}

/**
 * Probability of each band for a value whose error is normal. What lies outside all bands is missing from the sum.
 *
 * @param bands ascending; gaps are allowed
 */
export function bandProbabilities<Code extends string>(
	{ value, sigma }: Estimate,
	bands: readonly Band<Code>[],
): BandProbability<Code>[] {
	if (sigma === 0) {
		return bands.map((band) => ({ ...band, probability: value >= band.low && value < band.high ? 1 : 0 }));
	}
	const below = (edge: number) => (Number.isFinite(edge) ? normalCdf((edge - value) / sigma) : edge > 0 ? 1 : 0);
	return bands.map((band) => ({ ...band, probability: below(band.high) - below(band.low) }));
}

/** Bands between ascending edges: one more than there are edges, the first and the last open. */
export function bandsBetween<Code extends string>(codes: readonly Code[], edges: readonly number[]): Band<Code>[] {
	if (codes.length !== edges.length + 1) throw new RangeError(`${codes.length} bands need ${codes.length - 1} edges`);
	return codes.map((code, i) => ({ code, low: edges[i - 1] ?? -Infinity, high: edges[i] ?? Infinity }));
}
