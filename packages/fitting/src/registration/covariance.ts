import { evaluatePosedSubset } from "@anny-fitter/body-model";
import { invertPositiveDefinite } from "@anny-fitter/math";
import { factorSkyline } from "@anny-fitter/solver";
import { assembleNormalEquations } from "./assemble.js";
import { REGISTRATION_POSE, translationUnknown } from "./engine.js";
import type { ReweightedFit } from "./reweighted-fit.js";

/**
 * Covariance of the shape parameters at a settled fit, pose and place unknown: the inverse of the shape's Schur
 * complement, which is the last block of the Cholesky factor times its transpose. In units of the residuals' own spread,
 * so a body outside the model gets wide margins; residuals count as independent, hence it is a lower bound where they
 * are smooth.
 *
 * @returns [P*P] symmetric, or null when the shape is not determined
 */
export function registrationCovariance(fit: ReweightedFit): Float64Array | null {
	const { engine, state, targets, prior } = fit;
	const { normal, factor, parameters, subset } = engine;
	const count = parameters.length;
	evaluatePosedSubset(subset, state.values, state.pose, REGISTRATION_POSE, count);
	assembleNormalEquations(engine, state, targets, prior, count);
	factor.values.set(normal.values);
	const scale = translationUnknown(engine) + 3;
	for (let row = 0; row < engine.size; row++) {
		const diagonal = normal.starts[row + 1] - 1;
		// Unknowns without data or prior, such as bones without vertices, are held; so is the scale.
		if (normal.values[diagonal] === 0 || row === scale) {
			factor.values.fill(0, normal.starts[row], diagonal);
			factor.values[diagonal] = 1;
		}
		if (row > scale) factor.values[normal.starts[row] + scale - normal.first[row]] = 0;
	}
	if (!factorSkyline(factor)) return null;
	const information = new Float64Array(count * count);
	const at = (p: number, q: number): number => factor.values[normal.starts[scale + 1 + p] + scale + 1 + q];
	for (let p = 0; p < count; p++) {
		for (let q = 0; q <= p; q++) {
			let sum = 0;
			for (let k = 0; k <= q; k++) sum += at(p, k) * at(q, k);
			information[p * count + q] = sum;
			information[q * count + p] = sum;
		}
	}
	const covariance = new Float64Array(count * count);
	return invertPositiveDefinite(covariance, information, count) ? covariance : null;
}
