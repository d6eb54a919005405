/**
 * The linear system of a registration step. Pose and place are eliminated once per damping; what is left is a small
 * system of scale and shape, which alone is solved again when a shape parameter is held at an anchor.
 */
import { eliminateSkyline, factorSkyline, reduceRightSide, substituteBack } from "@anny-fitter/solver";
import {
	boneUnknown,
	type RegistrationEngine,
	type RegistrationFreedom,
	type RegistrationState,
	translationUnknown,
} from "./engine.js";

/** How far below an anchor a parameter lands that crosses it downwards; at the anchor itself the piece above counts. */
const ACROSS = 1e-7;
/** Share of the mean diagonal that damping adds to unknowns without data. */
const DIAGONAL_FLOOR = 1e-9;
const HOLDING_ROUNDS = 4;

/**
 * Solves for `engine.step` from the last assembly. Bounds of shape parameters are kept, and so are the ends of the linear
 * pieces, by holding there what would cross them and solving again for the rest.
 *
 * @returns false when the matrix is not positive definite
 * @internal
 */
export function solveStep(
	engine: RegistrationEngine,
	state: RegistrationState,
	freedom: RegistrationFreedom,
	planeCount: number,
	damping: number,
): boolean {
	const { step, frozen, lower, upper, gradient, factor, scratch } = engine;
	const shape = translationUnknown(engine) + 4;
	const tail = shape - 1;
	const size = shape + planeCount;
	markFrozen(engine, freedom, planeCount);
	for (let p = 0; p < planeCount; p++) {
		const outward = gradient[shape + p] > 0 ? state.values[p] <= lower[p] : state.values[p] >= upper[p];
		if (outward) frozen[shape + p] = 1;
	}
	prepareFactor(engine, size, damping);
	if (!eliminateSkyline(factor, tail, size)) return false;
	const reduced = scratch.rhs;
	for (let i = 0; i < size; i++) reduced[i] = i < tail && frozen[i] === 1 ? 0 : -gradient[i];
	reduceRightSide(factor, reduced, tail, size);
	step.fill(0);
	for (let round = 0; round < HOLDING_ROUNDS; round++) {
		if (!factorTail(engine, size)) return false;
		solveTail(engine, reduced, step, size);
		let crossing = false;
		for (let p = 0; p < planeCount; p++) {
			if (frozen[shape + p] === 1) continue;
			const moved = state.values[p] + step[shape + p];
			const held = holdAtAnchor(engine.anchors[p], state.values[p], moved);
			if (held === moved) continue;
			frozen[shape + p] = 1;
			step[shape + p] = held - state.values[p];
			crossing = true;
		}
		if (!crossing) break;
	}
	for (let i = 0; i < tail; i++) step[i] = reduced[i];
	substituteBack(factor, step, tail, size);
	for (let i = 0; i < size; i++) if (!Number.isFinite(step[i])) return false;
	return true;
}

/**
 * Solves the system of the last step for another right side; unknowns that were held stay 0.
 *
 * @param b [≥ size] becomes the solution
 * @internal
 */
export function solveAgain(engine: RegistrationEngine, b: Float64Array, planeCount: number): void {
	const { frozen, factor } = engine;
	const tail = translationUnknown(engine) + 3;
	const size = tail + 1 + planeCount;
	for (let i = 0; i < tail; i++) if (frozen[i] === 1) b[i] = 0;
	reduceRightSide(factor, b, tail, size);
	const { found } = engine.scratch;
	found.fill(0);
	solveTail(engine, b, found, size);
	for (let i = tail; i < size; i++) b[i] = frozen[i] === 1 ? 0 : found[i];
	substituteBack(factor, b, tail, size);
}

/**
 * Where a parameter ends up that wants to move: not beyond the end of its linear piece, which is all the derivatives know
 * about, but just across it, so that the next step sees the neighbouring piece. At a bound it ends exactly there.
 *
 * @internal
 */
export function holdAtAnchor(anchors: Float64Array, value: number, moved: number): number {
	const last = anchors.length - 1;
	let piece = 0;
	while (piece < last - 1 && value >= anchors[piece + 1] - ACROSS / 2) piece++;
	if (moved < anchors[piece]) return piece === 0 ? anchors[0] : anchors[piece] - ACROSS;
	if (moved > anchors[piece + 1]) return anchors[piece + 1];
	return moved;
}

function markFrozen(engine: RegistrationEngine, freedom: RegistrationFreedom, planeCount: number): void {
	const { frozen, supportedBones } = engine;
	for (let bone = 0; bone < freedom.bones.length; bone++) {
		const at = boneUnknown(engine, bone);
		const held = freedom.bones[bone] === 1 && supportedBones[bone] === 1 ? 0 : 1;
		frozen.fill(held, at, at + 3);
	}
	const t = translationUnknown(engine);
	frozen.fill(freedom.translation ? 0 : 1, t, t + 3);
	frozen[t + 3] = freedom.scale ? 0 : 1;
	for (let p = 0; p < planeCount; p++) frozen[t + 4 + p] = freedom.shape[p] === 1 ? 0 : 1;
}

/** Damped copy of the normal matrix in which held unknowns of pose and place stand apart. */
function prepareFactor(engine: RegistrationEngine, size: number, damping: number): void {
	const { normal, factor, frozen } = engine;
	const { first, starts } = normal;
	const { values } = factor;
	const tail = translationUnknown(engine) + 3;
	values.set(normal.values);
	const heldLead = frozen.indexOf(1);
	if (heldLead >= 0 && heldLead < tail) {
		for (let i = 0; i < size; i++) {
			const row = starts[i] - first[i];
			const end = Math.min(i, tail);
			if (i < tail && frozen[i] === 1) values.fill(0, starts[i], row + end);
			else for (let j = first[i]; j < end; j++) if (frozen[j] === 1) values[row + j] = 0;
		}
	}
	const floor = DIAGONAL_FLOOR * meanDiagonal(engine, size) * (damping + 1e-3);
	for (let i = 0; i < size; i++) {
		const diagonal = starts[i + 1] - 1;
		values[diagonal] = i < tail && frozen[i] === 1 ? 1 : values[diagonal] * (1 + damping) + floor;
	}
}

function meanDiagonal({ normal }: RegistrationEngine, size: number): number {
	let sum = 0;
	for (let i = 0; i < size; i++) sum += normal.values[normal.starts[i + 1] - 1];
	return sum / size;
}

/** Factors the Schur complement of the free unknowns of scale and shape; notes which they are. */
function factorTail(engine: RegistrationEngine, size: number): boolean {
	const { factor, frozen, tailFactor, freeTail } = engine;
	const tail = translationUnknown(engine) + 3;
	let count = 0;
	for (let i = tail; i < size; i++) {
		if (frozen[i] === 1) continue;
		freeTail[count] = i;
		const row = factor.starts[i];
		const out = tailFactor.starts[count];
		for (let column = 0; column <= count; column++)
			tailFactor.values[out + column] = factor.values[row + freeTail[column]];
		count++;
	}
	freeTail.fill(-1, count);
	return factorSkyline(tailFactor, count);
}

/** Free unknowns of scale and shape, `x`'s other entries as given, from a reduced right side. */
function solveTail(engine: RegistrationEngine, reduced: Float64Array, x: Float64Array, size: number): void {
	const { factor, tailFactor, freeTail, scratch } = engine;
	const { tailSide } = scratch;
	const tail = translationUnknown(engine) + 3;
	let count = 0;
	while (count < freeTail.length && freeTail[count] >= 0) x[freeTail[count++]] = 0;
	for (let k = 0; k < count; k++) {
		const i = freeTail[k];
		let sum = reduced[i];
		for (let j = tail; j < size; j++) {
			if (x[j] !== 0) sum -= factor.values[j < i ? factor.starts[i] + j : factor.starts[j] + i] * x[j];
		}
		tailSide[k] = sum;
	}
	reduceRightSide(tailFactor, tailSide, count, count);
	substituteBack(tailFactor, tailSide, count, count);
	for (let k = 0; k < count; k++) x[freeTail[k]] = tailSide[k];
}
