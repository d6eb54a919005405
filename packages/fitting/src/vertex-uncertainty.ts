import { MEASUREMENTS } from "@anny-fitter/anthropometry";
import { type BodyModel, createShapeSubset, evaluateShapeSubset } from "@anny-fitter/body-model";
import { choleskyFactor } from "@anny-fitter/math";
import { BODY_QUANTITIES, type BodyTangent } from "./body-tangent.js";
import { SHAPE_COUNT, SHAPE_PARAMETERS } from "./shape-parameters.js";
import { standardDeviation } from "./uncertainty.js";

/** Vertices evaluated at a time: their derivatives take 1.2 MB instead of 16. */
const CHUNK = 1024;

/**
 * How far each vertex of the resting body may be from the true one, as the covariance says: root mean square distance
 * √(tr(J Σ Jᵀ)), metres.
 *
 * @param out [vertices]
 * @param shape [SHAPE_COUNT]
 * @param covariance [SHAPE_COUNT²]
 * @param factor on every σ, see {@link errorInflation}
 */
export function vertexDeviations(
	out: Float32Array,
	model: BodyModel,
	shape: Float64Array,
	covariance: Float64Array,
	factor = 1,
): void {
	const root = squareRoot(covariance);
	for (let first = 0; first < model.vertexCount; first += CHUNK) {
		const vertices = model.baseVertexIndices.slice(first, Math.min(first + CHUNK, model.vertexCount));
		const size = 3 * vertices.length;
		const jacobian = new Float64Array(SHAPE_COUNT * size);
		const positions = new Float64Array(size);
		evaluateShapeSubset(positions, jacobian, createShapeSubset(model, vertices), SHAPE_PARAMETERS, shape);
		const variances = new Float64Array(size);
		const along = new Float64Array(size);
		for (let k = 0; k < SHAPE_COUNT; k++) {
			// Displacement along column k of the root; the variance is the sum of their squares.
			along.fill(0);
			for (let p = k; p < SHAPE_COUNT; p++) {
				const weight = root[p * SHAPE_COUNT + k];
				if (weight === 0) continue;
				for (let i = 0, at = p * size; i < size; i++) along[i] += weight * jacobian[at + i];
			}
			for (let i = 0; i < size; i++) variances[i] += along[i] * along[i];
		}
		for (let v = 0; v < vertices.length; v++) {
			out[first + v] = factor * Math.sqrt(variances[3 * v] + variances[3 * v + 1] + variances[3 * v + 2]);
		}
	}
}

/**
 * How much larger the reported errors of a body's girths are than the covariance alone makes them: the median over the
 * girths, at least 1. The covariance knows nothing of cloth, of bodies that the model cannot take and of what the population
 * allows; the reported errors do, as floors. One factor for the whole surface keeps its pattern and brings it to their size.
 *
 * @param tangent of the body
 * @param covariance [SHAPE_COUNT²]
 * @param reported measurements with their reported σ
 */
export function errorInflation(
	tangent: BodyTangent,
	covariance: Float64Array,
	reported: Readonly<Record<string, { readonly sigma_m: number }>>,
): number {
	const ratios: number[] = [];
	for (const { id, kind } of MEASUREMENTS) {
		const sigma_m = reported[id]?.sigma_m;
		if (kind !== "girth" || sigma_m === undefined) continue;
		const row = BODY_QUANTITIES.indexOf(id) * SHAPE_COUNT;
		const known = standardDeviation(covariance, tangent.jacobian.subarray(row, row + SHAPE_COUNT));
		if (known > 0 && Number.isFinite(sigma_m)) ratios.push(sigma_m / known);
	}
	ratios.sort((a, b) => a - b);
	return ratios.length === 0 ? 1 : Math.max(1, ratios[ratios.length >> 1]);
}

/** Lower triangular root of a covariance. Rounding may have left it slightly indefinite: then a little is
 * added to the variances. */
function squareRoot(covariance: Float64Array): Float64Array {
	let largest = 0;
	for (let p = 0; p < SHAPE_COUNT; p++) largest = Math.max(largest, covariance[p * SHAPE_COUNT + p]);
	for (let jitter = 0; ; jitter = jitter === 0 ? 1e-9 : 10 * jitter) {
		const root = covariance.slice();
		for (let p = 0; p < SHAPE_COUNT; p++) root[p * SHAPE_COUNT + p] += jitter * largest;
		if (choleskyFactor(root, SHAPE_COUNT)) return root;
		if (!(jitter < 1)) throw new RangeError("The covariance is none: it is far from positive definite.");
	}
}
