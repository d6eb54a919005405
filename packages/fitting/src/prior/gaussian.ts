import { choleskyFactor, choleskySolve } from "@anny-fitter/math";

/** A normal distribution of several numbers. */
export interface Gaussian {
	/** [n] */
	readonly mean: Float64Array;
	/** [n*n] symmetric */
	readonly covariance: Float64Array;
}

/** A linear combination of the numbers that was observed with an independent error. */
export interface LinearObservation {
	/** [n] */
	readonly weights: Float64Array;
	readonly value: number;
	readonly sigma: number;
}

/** A distribution after observations, and how each of them agrees with all others. */
export interface ConditionedGaussian extends Gaussian {
	/** [observations] what the others let expect of an observation, and by how much it may differ from that */
	readonly expected: Float64Array;
	readonly expectedSigma: Float64Array;
	/** −ln of the density of the observations, up to the same constant for the same number of observations */
	readonly surprise: number;
	/** Squared Mahalanobis distance of all observations from what was believed before */
	readonly distance2: number;
}

/**
 * Conditions a distribution on observations (Gaussian conditioning, as in kriging). Expectations of each observation from
 * the others come from the inverse of the observations' covariance K: residual (K⁻¹ r)ᵢ / K⁻¹ᵢᵢ, variance 1 / K⁻¹ᵢᵢ.
 *
 * @throws RangeError when observations say the same without any error
 */
export function conditionGaussian(prior: Gaussian, observations: readonly LinearObservation[]): ConditionedGaussian {
	const n = prior.mean.length;
	const count = observations.length;
	/** Σ wᵢ, one row per observation. */
	const spread = new Float64Array(count * n);
	const gram = new Float64Array(count * count);
	const residual = new Float64Array(count);
	for (let i = 0; i < count; i++) {
		const { weights, value, sigma } = observations[i];
		residual[i] = value;
		for (let p = 0; p < n; p++) {
			if (weights[p] === 0) continue;
			residual[i] -= weights[p] * prior.mean[p];
			for (let q = 0; q < n; q++) spread[i * n + q] += weights[p] * prior.covariance[p * n + q];
		}
		for (let j = 0; j <= i; j++) {
			let sum = i === j ? sigma * sigma : 0;
			for (let q = 0; q < n; q++) sum += spread[i * n + q] * observations[j].weights[q];
			gram[i * count + j] = sum;
		}
	}
	if (!choleskyFactor(gram, count)) throw new RangeError("Observations say the same without any error.");
	const weighted = residual.slice();
	choleskySolve(gram, count, weighted);
	const inverse = new Float64Array(count * count);
	for (let i = 0; i < count; i++) inverse[i * count + i] = 1;
	choleskySolve(gram, count, inverse, count);
	// K⁻¹ times the spread, per column of the numbers.
	const gain = new Float64Array(n * count);
	for (let q = 0; q < n; q++) for (let i = 0; i < count; i++) gain[q * count + i] = spread[i * n + q];
	choleskySolve(gram, count, gain, n);

	const mean = prior.mean.slice();
	const covariance = prior.covariance.slice();
	for (let p = 0; p < n; p++) {
		for (let i = 0; i < count; i++) mean[p] += spread[i * n + p] * weighted[i];
		for (let q = 0; q < n; q++) {
			for (let i = 0; i < count; i++) covariance[p * n + q] -= spread[i * n + p] * gain[q * count + i];
		}
	}
	let surprise = 0;
	let distance2 = 0;
	const expected = new Float64Array(count);
	const expectedSigma = new Float64Array(count);
	for (let i = 0; i < count; i++) {
		surprise += 0.5 * residual[i] * weighted[i] + Math.log(gram[i * count + i]);
		distance2 += residual[i] * weighted[i];
		const variance = 1 / inverse[i * count + i];
		expected[i] = observations[i].value - weighted[i] * variance;
		expectedSigma[i] = Math.sqrt(variance);
	}
	return { mean, covariance, expected, expectedSigma, surprise, distance2 };
}
