/** One Levenberg–Marquardt step of registration. */
import { evaluatePosedSubset } from "@anny-fitter/body-model";
import { multiplyRotations, rotationFromVector } from "@anny-fitter/math";
import { assembleNormalEquations, boneVector, pullBackResiduals, readRotation, writeRotation } from "./assemble.js";
import {
	boneUnknown,
	REGISTRATION_POSE,
	type RegistrationEngine,
	type RegistrationFreedom,
	type RegistrationPrior,
	type RegistrationState,
	type RegistrationTargets,
	translationUnknown,
} from "./engine.js";
import { holdAtAnchor, solveAgain, solveStep } from "./solve-step.js";

export interface RegistrationStep {
	/** Cost before and after; equal when no step helped. */
	readonly costBefore: number;
	readonly cost: number;
	/** Damping for the next step. */
	readonly damping: number;
	/** False when no damping tried gave a lower cost: the state is unchanged. */
	readonly moved: boolean;
}

const ATTEMPTS = 8;
const LARGEST_TURN_RAD = 1;
/** A step that leaves less than this share of the cost needs no correction. */
const GOOD_STEP = 0.1;
/** Largest correction of second order, relative to the step: beyond, the series does not help. */
const LARGEST_BEND = 1.5;
const SMALLEST_DAMPING = 1e-9;

/**
 * Cost of a state, without derivatives. Leaves the points of that state in `engine.subset`.
 *
 * @throws RangeError for wrong lengths
 */
export function registrationCost(
	engine: RegistrationEngine,
	state: RegistrationState,
	targets: RegistrationTargets,
	prior: RegistrationPrior,
): number {
	evaluatePosedSubset(engine.subset, state.values, state.pose, REGISTRATION_POSE, -1);
	return costOfPoints(engine, state, targets, prior);
}

/**
 * Takes one step: normal equations at the state, then growing damping until the cost falls. Bounds of shape parameters are
 * kept, and so are the ends of the linear pieces. Leaves the points of the new state in `engine.subset`.
 *
 * @param state moved in place when a step helps
 * @param damping relative to the diagonal; 1e-3 to begin with, then what the last step returned
 */
export function takeRegistrationStep(
	engine: RegistrationEngine,
	state: RegistrationState,
	targets: RegistrationTargets,
	prior: RegistrationPrior,
	freedom: RegistrationFreedom,
	damping: number,
): RegistrationStep {
	let planeCount = freedom.shape.length;
	while (planeCount > 0 && freedom.shape[planeCount - 1] === 0) planeCount--;
	evaluatePosedSubset(engine.subset, state.values, state.pose, REGISTRATION_POSE, planeCount);
	const costBefore = costOfPoints(engine, state, targets, prior);
	assembleNormalEquations(engine, state, targets, prior, planeCount);
	engine.scratch.startPoints.set(engine.subset.points);
	let current = damping;
	let growth = 4;
	for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
		if (solveStep(engine, state, freedom, planeCount, current)) {
			const cost = tryStep(engine, state, targets, prior, planeCount, costBefore);
			if (cost < costBefore) {
				state.values.set(engine.trial.values);
				state.pose.set(engine.trial.pose);
				state.logScale[0] = engine.trial.logScale[0];
				return { costBefore, cost, damping: Math.max(current / 10, SMALLEST_DAMPING), moved: true };
			}
		}
		current *= growth;
		growth *= 2;
	}
	engine.subset.points.set(engine.scratch.startPoints);
	return { costBefore, cost: costBefore, damping: current, moved: false };
}

/**
 * Goes along `engine.step`, then bends the way: the second derivative of the residuals along the step gives a correction
 * of second order (geodesic acceleration, Transtrum & Sethna 2012, arXiv:1201.5885). Without it steps crawl along the
 * curved valleys of this model, where age, height and weight scale one another. Leaves the better of both in
 * `engine.trial` and returns its cost.
 */
function tryStep(
	engine: RegistrationEngine,
	state: RegistrationState,
	targets: RegistrationTargets,
	prior: RegistrationPrior,
	planeCount: number,
	costBefore: number,
): number {
	const { subset, scratch, trial, step } = engine;
	const { startPoints, halfPoints, straightPoints, rhs } = scratch;
	moveState(engine, state, 1);
	const straight = registrationCost(engine, trial, targets, prior);
	if (straight < GOOD_STEP * costBefore) return straight;
	straightPoints.set(subset.points);
	const second = halfPoints;
	for (let at = 0; at < second.length; at++) second[at] = startPoints[at] + straightPoints[at];
	moveState(engine, state, 0.5);
	evaluatePosedSubset(subset, trial.values, trial.pose, REGISTRATION_POSE, -1);
	for (let at = 0; at < second.length; at++) second[at] = 4 * (second[at] - 2 * subset.points[at]);
	pullBackResiduals(engine, state, targets, second, planeCount, rhs);
	const size = translationUnknown(engine) + 4 + planeCount;
	for (let i = 0; i < size; i++) rhs[i] = -rhs[i];
	solveAgain(engine, rhs, planeCount);
	let along = 0;
	let bend = 0;
	for (let i = 0; i < size; i++) {
		const weight = engine.normal.values[engine.normal.starts[i + 1] - 1];
		along += weight * step[i] * step[i];
		bend += weight * rhs[i] * rhs[i];
	}
	if (bend <= LARGEST_BEND ** 2 * along) {
		const shape = translationUnknown(engine) + 4;
		for (let i = 0; i < size; i++) step[i] += 0.5 * rhs[i];
		for (let p = 0; p < planeCount; p++) {
			const value = state.values[p];
			step[shape + p] = holdAtAnchor(engine.anchors[p], value, value + step[shape + p]) - value;
		}
		moveState(engine, state, 1);
		const bent = registrationCost(engine, trial, targets, prior);
		if (bent < straight) return bent;
		for (let i = 0; i < size; i++) step[i] -= 0.5 * rhs[i];
	}
	moveState(engine, state, 1);
	subset.points.set(straightPoints);
	return straight;
}

function costOfPoints(
	engine: RegistrationEngine,
	state: RegistrationState,
	targets: RegistrationTargets,
	prior: RegistrationPrior,
): number {
	const { points, pointCount } = engine.subset;
	const { positions, normals, pointWeights, planeWeights } = targets;
	const shrink = Math.exp(-state.logScale[0]);
	let cost = 0;
	for (let point = 0, at = 0; point < pointCount; point++, at += 3) {
		const a = pointWeights[point];
		const b = planeWeights === null ? 0 : planeWeights[point];
		if (a === 0 && b === 0) continue;
		const x = points[at] - shrink * positions[at];
		const y = points[at + 1] - shrink * positions[at + 1];
		const z = points[at + 2] - shrink * positions[at + 2];
		cost += a * (x * x + y * y + z * z);
		if (b !== 0 && normals !== null) {
			const along = normals[at] * x + normals[at + 1] * y + normals[at + 2] * z;
			cost += b * along * along;
		}
	}
	for (let p = 0; p < state.values.length; p++) {
		cost += prior.precisions[p] * (state.values[p] - prior.means[p]) ** 2;
	}
	for (let bone = 1; bone < prior.bonePrecisions.length; bone++) {
		if (prior.bonePrecisions[bone] === 0) continue;
		const vector = boneVector(engine, state.pose, bone);
		cost += prior.bonePrecisions[bone] * (vector[0] ** 2 + vector[1] ** 2 + vector[2] ** 2);
	}
	return cost;
}

/** Writes the state moved by a share of `engine.step` to `engine.trial`. */
function moveState(engine: RegistrationEngine, state: RegistrationState, share: number): void {
	const { step, trial, subset, lower, upper, model } = engine;
	const { vector, rotation, increment, turned } = engine.scratch;
	const t = translationUnknown(engine);
	trial.pose.set(state.pose);
	trial.logScale[0] = state.logScale[0] + share * step[t + 3];
	for (let p = 0; p < trial.values.length; p++) {
		trial.values[p] = Math.min(Math.max(state.values[p] + share * step[t + 4 + p], lower[p]), upper[p]);
	}
	for (let axis = 0; axis < 3; axis++) trial.pose[4 * axis + 3] += share * step[t + axis];
	for (let bone = 0; bone < model.boneLabels.length; bone++) {
		const at = boneUnknown(engine, bone);
		const length = Math.hypot(step[at], step[at + 1], step[at + 2]);
		if (length === 0) continue;
		const scale = share * Math.min(1, LARGEST_TURN_RAD / length);
		for (let column = 0; column < 3; column++) {
			let sum = 0;
			for (let row = 0; row < 3; row++) sum += subset.boneAxes[9 * bone + 3 * row + column] * step[at + row];
			vector[column] = scale * sum;
		}
		rotationFromVector(increment, vector);
		readRotation(rotation, state.pose, bone);
		multiplyRotations(turned, increment, rotation);
		writeRotation(trial.pose, bone, turned);
	}
}
