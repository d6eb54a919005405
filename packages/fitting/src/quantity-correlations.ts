import { BODY_QUANTITIES, type BodyTangent } from "./body-tangent.js";
import { SHAPE_COUNT } from "./shape-parameters.js";

/**
 * How the errors of a body's quantities go together, as the covariance of its shape says: correlations of J Σ Jᵀ. What
 * their reported errors hold beyond that (cloth, what the model cannot take) is not in it.
 *
 * @param tangent of the body
 * @param covariance [SHAPE_COUNT²]
 * @param quantities names among BODY_QUANTITIES
 * @returns [n²] row-major, 1 on the diagonal; 0 beside a quantity that does not vary
 * @throws RangeError for a quantity that does not exist
 */
export function quantityCorrelations(
	tangent: Pick<BodyTangent, "jacobian">,
	covariance: Float64Array,
	quantities: readonly string[],
): Float64Array {
	const count = quantities.length;
	const rows = quantities.map((name) => {
		const q = BODY_QUANTITIES.indexOf(name);
		if (q < 0) throw new RangeError(`There is no measurement "${name}".`);
		return tangent.jacobian.subarray(q * SHAPE_COUNT, (q + 1) * SHAPE_COUNT);
	});
	const out = new Float64Array(count * count);
	const spread = new Float64Array(SHAPE_COUNT);
	for (let i = 0; i < count; i++) {
		for (let p = 0; p < SHAPE_COUNT; p++) {
			let sum = 0;
			for (let r = 0; r < SHAPE_COUNT; r++) sum += covariance[p * SHAPE_COUNT + r] * rows[i][r];
			spread[p] = sum;
		}
		for (let j = 0; j < count; j++) {
			let sum = 0;
			for (let p = 0; p < SHAPE_COUNT; p++) sum += rows[j][p] * spread[p];
			out[i * count + j] = sum;
		}
	}
	const sigmas = Float64Array.from(quantities, (_, i) => Math.sqrt(Math.max(0, out[i * count + i])));
	for (let i = 0; i < count; i++) {
		for (let j = 0; j < count; j++) {
			const scale = sigmas[i] * sigmas[j];
			out[i * count + j] = i === j ? 1 : scale > 0 ? Math.min(1, Math.max(-1, out[i * count + j] / scale)) : 0;
		}
	}
	return out;
}
