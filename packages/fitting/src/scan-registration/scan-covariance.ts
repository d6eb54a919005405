import { invertPositiveDefinite } from "@anny-fitter/math";
import { boneUnknown, type RegistrationEngine, translationUnknown } from "../registration/engine.js";
import { SHAPE_COUNT } from "../shape-parameters.js";

/**
 * Posterior covariance of the shape, pose marginalised out, from the normal equations of the engine's last step.
 *
 * @param movingBones [B] 1 for bones that were free
 * @param inflation factor on all variances: how much worse the scan is met than the weights assumed
 * @returns [SHAPE_COUNT²], or the identity times the inflation when the scan leaves the shape open
 */
export function scanShapeCovariance(
	engine: RegistrationEngine,
	movingBones: Uint8Array,
	inflation: number,
): Float64Array {
	const { values, starts, first } = engine.normal;
	const unknowns: number[] = [];
	const translation = translationUnknown(engine);
	for (let p = 0; p < SHAPE_COUNT; p++) unknowns.push(translation + 4 + p);
	for (let a = 0; a < 3; a++) unknowns.push(translation + a);
	for (let bone = 0; bone < movingBones.length; bone++) {
		if (movingBones[bone] === 0 || engine.supportedBones[bone] === 0) continue;
		for (let a = 0; a < 3; a++) unknowns.push(boneUnknown(engine, bone) + a);
	}
	const count = unknowns.length;
	const entry = (row: number, column: number): number => {
		const [low, high] = row < column ? [row, column] : [column, row];
		return low < first[high] ? 0 : values[starts[high] + low - first[high]];
	};
	const matrix = Float64Array.from({ length: count * count }, (_, i) =>
		entry(unknowns[Math.floor(i / count)], unknowns[i % count]),
	);
	const inverse = new Float64Array(count * count);
	const out = new Float64Array(SHAPE_COUNT * SHAPE_COUNT);
	const known = invertPositiveDefinite(inverse, matrix, count);
	for (let i = 0; i < SHAPE_COUNT; i++) {
		for (let j = 0; j < SHAPE_COUNT; j++) {
			out[i * SHAPE_COUNT + j] = inflation * (known ? inverse[i * count + j] : i === j ? 1 : 0);
		}
	}
	return out;
}
