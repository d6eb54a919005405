/** A normal distribution in three dimensions, ready to be evaluated. */
export interface Gaussian {
	/** Share of the samples. */
	readonly weight: number;
	/** [3] */
	readonly mean: Float64Array;
	/** [6] upper triangle of the inverse covariance: 00, 01, 02, 11, 12, 22 */
	readonly inverse: Float64Array;
	/** ln of weight / sqrt(det covariance), without the constant of the dimension */
	readonly logScale: number;
}

/**
 * Weighted mean and covariance of samples.
 *
 * @param samples [n * 3]
 * @param weights [n] at `offset + k * stride`, or null for equal ones
 * @param floor [3] variance added to each coordinate
 * @param total weight of all samples, which makes this one's a share
 * @returns null without weight
 */
function fitGaussian(
	samples: Float32Array,
	weights: Float64Array | null,
	offset: number,
	stride: number,
	floor: readonly [number, number, number],
	total: number,
): Gaussian | null {
	let sum = 0;
	const s = new Float64Array(9);
	for (let k = 0, i = 0; i < samples.length; k++, i += 3) {
		const w = weights === null ? 1 : weights[offset + k * stride];
		const x = samples[i];
		const y = samples[i + 1];
		const z = samples[i + 2];
		sum += w;
		s[0] += w * x;
		s[1] += w * y;
		s[2] += w * z;
		s[3] += w * x * x;
		s[4] += w * x * y;
		s[5] += w * x * z;
		s[6] += w * y * y;
		s[7] += w * y * z;
		s[8] += w * z * z;
	}
	if (!(sum > 1e-9)) return null;
	for (let k = 0; k < 9; k++) s[k] /= sum;
	return createGaussian(
		Float64Array.of(s[0], s[1], s[2]),
		Float64Array.of(
			s[3] - s[0] * s[0] + floor[0],
			s[4] - s[0] * s[1],
			s[5] - s[0] * s[2],
			s[6] - s[1] * s[1] + floor[1],
			s[7] - s[1] * s[2],
			s[8] - s[2] * s[2] + floor[2],
		),
		sum / total,
	);
}

/** @param covariance [6] upper triangle, positive definite */
function createGaussian(mean: Float64Array, covariance: Float64Array, weight: number): Gaussian {
	const [a, b, c, d, e, f] = covariance;
	const i00 = d * f - e * e;
	const i01 = c * e - b * f;
	const i02 = b * e - c * d;
	const det = a * i00 + b * i01 + c * i02;
	const inverse = Float64Array.of(i00, i01, i02, a * f - c * c, b * c - a * e, a * d - b * b);
	for (let k = 0; k < 6; k++) inverse[k] /= det;
	return { weight, mean, inverse, logScale: Math.log(weight) - 0.5 * Math.log(det) };
}

/** Squared Mahalanobis distance of a point. */
export function squaredDistance({ mean, inverse }: Gaussian, x: number, y: number, z: number): number {
	const a = x - mean[0];
	const b = y - mean[1];
	const c = z - mean[2];
	return (
		a * (inverse[0] * a + 2 * (inverse[1] * b + inverse[2] * c)) +
		b * (inverse[3] * b + 2 * inverse[4] * c) +
		c * inverse[5] * c
	);
}

const CLUSTERING_ROUNDS = 6;
const MIXTURE_ROUNDS = 6;

/**
 * Gaussian mixture by expectation and maximisation, begun with k-means from points far from each other; equal samples
 * give equal results.
 *
 * @param samples [n * 3]
 * @param spread [3] standard deviations that make the coordinates comparable
 * @param floor [3] variance added to each coordinate
 */
export function fitMixture(
	samples: Float32Array,
	count: number,
	spread: readonly [number, number, number],
	floor: readonly [number, number, number],
): Gaussian[] {
	const n = samples.length / 3;
	if (n === 0) return [];
	const weights = new Float64Array(n * count);
	const centres = spreadCentres(samples, count, spread);
	for (let round = 0; round < CLUSTERING_ROUNDS; round++) {
		weights.fill(0);
		for (let i = 0; i < n; i++) weights[i * count + nearestCentre(samples, i, centres, spread)] = 1;
		for (let k = 0; k < count; k++) moveCentre(centres, samples, weights, k, count);
	}
	let mixture: (Gaussian | null)[] = [];
	for (let round = 0; round < MIXTURE_ROUNDS; round++) {
		mixture = Array.from({ length: count }, (_, k) => fitGaussian(samples, weights, k, count, floor, n));
		if (round === MIXTURE_ROUNDS - 1) break;
		expect(weights, samples, mixture);
	}
	return mixture.filter((component) => component !== null);
}

function spreadCentres(samples: Float32Array, count: number, spread: readonly [number, number, number]): Float64Array {
	const n = samples.length / 3;
	const centres = new Float64Array(3 * count);
	for (let i = 0; i < samples.length; i++) centres[i % 3] += samples[i] / n;
	// The mean only serves to find the first centre: the sample farthest from it.
	const farthest = new Float64Array(n).fill(Infinity);
	for (let k = 0; k < count; k++) {
		let best = 0;
		for (let i = 0; i < n; i++) {
			const d = centreDistance(samples, i, centres, Math.max(0, k - 1), spread);
			if (k < 2) farthest[i] = d;
			else if (d < farthest[i]) farthest[i] = d;
			if (farthest[i] > farthest[best]) best = i;
		}
		for (let c = 0; c < 3; c++) centres[3 * k + c] = samples[3 * best + c];
	}
	return centres;
}

function centreDistance(
	samples: Float32Array,
	i: number,
	centres: Float64Array,
	k: number,
	spread: readonly [number, number, number],
): number {
	const a = (samples[3 * i] - centres[3 * k]) / spread[0];
	const b = (samples[3 * i + 1] - centres[3 * k + 1]) / spread[1];
	const c = (samples[3 * i + 2] - centres[3 * k + 2]) / spread[2];
	return a * a + b * b + c * c;
}

function nearestCentre(
	samples: Float32Array,
	i: number,
	centres: Float64Array,
	spread: readonly [number, number, number],
): number {
	let best = 0;
	let least = Infinity;
	for (let k = 0; k < centres.length / 3; k++) {
		const d = centreDistance(samples, i, centres, k, spread);
		if (d < least) {
			least = d;
			best = k;
		}
	}
	return best;
}

function moveCentre(centres: Float64Array, samples: Float32Array, weights: Float64Array, k: number, count: number) {
	let sum = 0;
	let x = 0;
	let y = 0;
	let z = 0;
	for (let i = 0; i < samples.length / 3; i++) {
		if (weights[i * count + k] === 0) continue;
		sum++;
		x += samples[3 * i];
		y += samples[3 * i + 1];
		z += samples[3 * i + 2];
	}
	if (sum === 0) return;
	centres[3 * k] = x / sum;
	centres[3 * k + 1] = y / sum;
	centres[3 * k + 2] = z / sum;
}

/** Shares of the components in every sample. */
function expect(weights: Float64Array, samples: Float32Array, mixture: readonly (Gaussian | null)[]): void {
	const count = mixture.length;
	for (let i = 0; i < samples.length / 3; i++) {
		let sum = 1e-300;
		for (let k = 0; k < count; k++) {
			const component = mixture[k];
			let p = 0;
			if (component) {
				const d = squaredDistance(component, samples[3 * i], samples[3 * i + 1], samples[3 * i + 2]);
				p = Math.exp(component.logScale - 0.5 * d);
			}
			weights[i * count + k] = p;
			sum += p;
		}
		for (let k = 0; k < count; k++) weights[i * count + k] /= sum;
	}
}
