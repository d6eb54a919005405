import { choleskyFactor, choleskySolve } from "@anny-fitter/math";
import { SHAPE_COUNT, SHAPE_PARAMETERS, type ShapePrior } from "./shape-parameters.js";

/** A covariance of shape parameters by name, as documents carry it. */
export interface NamedCovariance {
	/** Names as in {@link SHAPE_PARAMETER_NAMES}. */
	readonly parameters: readonly string[];
	/** Row-major lower triangle, diagonal included. */
	readonly lower_triangle: readonly number[];
}

/**
 * Names of {@link SHAPE_PARAMETERS} in documents, in their order: `phenotype:` and the label, or `local:` and the first
 * label of a tied group.
 */
export const SHAPE_PARAMETER_NAMES: readonly string[] = SHAPE_PARAMETERS.map((parameter) =>
	parameter.kind === "phenotype" ? `phenotype:${parameter.label}` : `local:${parameter.labels[0]}`,
);

/** What is beyond these says nothing about a body and would double the document. */
const SIGNIFICANT_DIGITS = 6;

/**
 * The covariance as documents carry it: 1326 numbers of six significant digits.
 *
 * @param covariance [SHAPE_COUNT²] symmetric
 */
export function nameCovariance(covariance: Float64Array): { parameters: string[]; lower_triangle: number[] } {
	const triangle: number[] = [];
	for (let i = 0; i < SHAPE_COUNT; i++) {
		for (let j = 0; j <= i; j++) triangle.push(Number(covariance[i * SHAPE_COUNT + j].toPrecision(SIGNIFICANT_DIGITS)));
	}
	return { parameters: [...SHAPE_PARAMETER_NAMES], lower_triangle: triangle };
}

/** Standard deviation of a local change that a document does not know. */
const UNKNOWN_LOCAL_SIGMA = 0.1;

/**
 * Reads a covariance from a document. Parameters that fits no longer have are left out, which marginalises them; local
 * changes that fits had not yet are independent, with the spread of the prior.
 *
 * @returns [SHAPE_COUNT²] symmetric
 * @throws RangeError when the triangle has another size than its names say, a number is not finite, a variance is
 *   negative, a name is listed twice, or a phenotype is missing
 */
export function readNamedCovariance({ parameters, lower_triangle }: NamedCovariance): Float64Array {
	const count = parameters.length;
	if (lower_triangle.length !== (count * (count + 1)) / 2) {
		throw new RangeError(`A covariance of ${count} parameters cannot have ${lower_triangle.length} numbers.`);
	}
	if (!lower_triangle.every(Number.isFinite)) throw new RangeError("The covariance has numbers that are not finite.");
	if (new Set(parameters).size !== count) throw new RangeError("The covariance names a parameter twice.");
	const places = SHAPE_PARAMETER_NAMES.map((name) => {
		const place = parameters.indexOf(name);
		if (place < 0 && name.startsWith("phenotype:")) {
			throw new RangeError(`The covariance lacks the parameter "${name}".`);
		}
		return place;
	});
	const out = new Float64Array(SHAPE_COUNT * SHAPE_COUNT);
	for (let i = 0; i < SHAPE_COUNT; i++) {
		if (places[i] < 0) {
			out[i * SHAPE_COUNT + i] = UNKNOWN_LOCAL_SIGMA ** 2;
			continue;
		}
		for (let j = 0; j <= i; j++) {
			if (places[j] < 0) continue;
			const row = Math.max(places[i], places[j]);
			const column = Math.min(places[i], places[j]);
			const value = lower_triangle[(row * (row + 1)) / 2 + column];
			if (i === j && value < 0) throw new RangeError(`The variance of "${SHAPE_PARAMETER_NAMES[i]}" is negative.`);
			out[i * SHAPE_COUNT + j] = value;
			out[j * SHAPE_COUNT + i] = value;
		}
	}
	return out;
}

/** What the prior alone knows: a diagonal covariance [SHAPE_COUNT²]. */
export function priorCovariance(prior: ShapePrior): Float64Array {
	const out = new Float64Array(SHAPE_COUNT * SHAPE_COUNT);
	for (let i = 0; i < SHAPE_COUNT; i++) out[i * SHAPE_COUNT + i] = prior.sigma[i] ** 2;
	return out;
}

/**
 * The covariance when some quantities are less known than it says, and everything else, given these quantities, is known
 * as well as before: Σ + Σ Aᵀ G⁻¹ C G⁻¹ A Σ with the quantities' gradients A, G = A Σ Aᵀ and C the variances added.
 *
 * @param covariance [SHAPE_COUNT²]
 * @param gradients [SHAPE_COUNT] of each quantity
 * @param sigmas standard deviation added to each
 * @returns [SHAPE_COUNT²]
 */
export function forgetQuantities(
	covariance: Float64Array,
	gradients: readonly Float64Array[],
	sigmas: readonly number[],
): Float64Array {
	const out = covariance.slice();
	const count = gradients.length;
	// Σ Aᵀ by quantity, then G⁻¹ A Σ in columns.
	const spread = gradients.map((gradient) => {
		const row = new Float64Array(SHAPE_COUNT);
		for (let p = 0; p < SHAPE_COUNT; p++) {
			for (let q = 0; q < SHAPE_COUNT; q++) row[p] += covariance[p * SHAPE_COUNT + q] * gradient[q];
		}
		return row;
	});
	const gram = new Float64Array(count * count);
	for (let i = 0; i < count; i++) {
		for (let j = 0; j <= i; j++) {
			for (let p = 0; p < SHAPE_COUNT; p++) gram[i * count + j] += gradients[i][p] * spread[j][p];
		}
		// Quantities that say the same leave G singular.
		gram[i * count + i] *= 1 + 1e-9;
	}
	if (!choleskyFactor(gram, count)) return out;
	const columns = new Float64Array(SHAPE_COUNT * count);
	for (let p = 0; p < SHAPE_COUNT; p++) for (let i = 0; i < count; i++) columns[p * count + i] = spread[i][p];
	choleskySolve(gram, count, columns, SHAPE_COUNT);
	for (let p = 0; p < SHAPE_COUNT; p++) {
		for (let q = 0; q < SHAPE_COUNT; q++) {
			for (let i = 0; i < count; i++) {
				out[p * SHAPE_COUNT + q] += columns[p * count + i] * columns[q * count + i] * sigmas[i] ** 2;
			}
		}
	}
	return out;
}
