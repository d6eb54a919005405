import { rotationFromCorrelation } from "@anny-fitter/math";
import { writeRotation } from "./assemble.js";
import type { RegistrationEngine, RegistrationPrior, RegistrationState, RegistrationTargets } from "./engine.js";
import { registrationCost } from "./step.js";

/** How far, in metres, a bone's points must reach for it to leave its parent's rotation. */
const REACH_M = 0.004;

/**
 * Pose of a shaped body that brings every bone nearest to its targets: one rigid alignment per bone over the points on
 * which it has weight, from the root down. A bone whose points do not determine its turn follows its parent: the parent's
 * rotation is added to the correlation with a small weight. Places the root so that mean residual is zero.
 *
 * Needs no start; shape is kept. Point weights count, planes do not.
 *
 * @param turningBones [B] 1 for bones that may leave their parent's rotation; the root takes all points when no other may
 */
export function alignBones(
	engine: RegistrationEngine,
	state: RegistrationState,
	targets: RegistrationTargets,
	prior: RegistrationPrior,
	turningBones: Uint8Array,
): void {
	const { subset, model } = engine;
	registrationCost(engine, state, targets, prior); // brings rest points and rest frames to the shape
	const boneCount = model.boneLabels.length;
	const turns = new Float64Array(9 * boneCount);
	const correlations = correlateBones(engine, targets);
	const rigid = !turningBones.includes(1, 1);
	const turn = new Float64Array(9);
	const local = new Float64Array(9);
	for (let bone = 0; bone < boneCount; bone++) {
		const parent = model.boneParents[bone];
		const { correlation, weight } = correlations[bone];
		const pull = weight * REACH_M ** 2;
		for (let entry = 0; entry < 9; entry++) {
			const above = parent < 0 ? correlations[boneCount].turn[entry] : turns[9 * parent + entry];
			turn[entry] = above;
			correlation[entry] += pull * above;
		}
		if (weight > 0 && turningBones[bone] === 1) {
			rotationFromCorrelation(turn, rigid ? correlations[boneCount].correlation : correlation);
		}
		turns.set(turn, 9 * bone);
		localRotation(local, turns, model.boneParents[bone], bone, subset.restBonePoses);
		writeRotation(state.pose, bone, local);
	}
	centreRoot(engine, state, targets, prior);
}

interface BoneCorrelation {
	readonly correlation: Float64Array;
	readonly weight: number;
	readonly turn: Float64Array;
}

/** Per bone Σ w (t − t̄)(v − v̄)ᵀ over its points, w = point weight × squared skin weight; at the end that of all points. */
function correlateBones(engine: RegistrationEngine, targets: RegistrationTargets): BoneCorrelation[] {
	const { subset, model } = engine;
	const { skinOffsets, skinBones, skinWeights } = subset.support;
	const boneCount = model.boneLabels.length;
	const sums = Array.from({ length: boneCount + 1 }, () => new Float64Array(16));
	const rest = subset.restPoints;
	const add = (sum: Float64Array, weight: number, at: number): void => {
		sum[0] += weight;
		for (let a = 0; a < 3; a++) {
			sum[1 + a] += weight * targets.positions[at + a];
			sum[4 + a] += weight * rest[at + a];
			for (let b = 0; b < 3; b++) sum[7 + 3 * a + b] += weight * targets.positions[at + a] * rest[at + b];
		}
	};
	for (let point = 0; point < subset.pointCount; point++) {
		const weight = targets.pointWeights[point];
		if (weight === 0) continue;
		for (let entry = skinOffsets[point]; entry < skinOffsets[point + 1]; entry++) {
			add(sums[skinBones[entry]], weight * skinWeights[entry] ** 2, 3 * point);
		}
		add(sums[boneCount], weight, 3 * point);
	}
	return sums.map((sum) => {
		const correlation = new Float64Array(9);
		for (let a = 0; a < 3 && sum[0] > 0; a++) {
			for (let b = 0; b < 3; b++) correlation[3 * a + b] = sum[7 + 3 * a + b] - (sum[1 + a] * sum[4 + b]) / sum[0];
		}
		const turn = new Float64Array(9);
		rotationFromCorrelation(turn, correlation);
		return { correlation, weight: sum[0], turn };
	});
}

/** Bone parameter Rᵀ G_pᵀ G R of world turns G; the root's is G itself. */
function localRotation(
	out: Float64Array,
	turns: Float64Array,
	parent: number,
	bone: number,
	restBonePoses: Float64Array,
): void {
	const g = 9 * bone;
	const p = 9 * parent;
	const r = 12 * bone;
	for (let row = 0; row < 3; row++) {
		for (let column = 0; column < 3; column++) {
			if (parent < 0) {
				out[3 * row + column] = turns[g + 3 * row + column];
				continue;
			}
			let sum = 0;
			for (let a = 0; a < 3; a++) {
				for (let b = 0; b < 3; b++) {
					let relative = 0;
					for (let k = 0; k < 3; k++) relative += turns[p + 3 * k + a] * turns[g + 3 * k + b];
					sum += restBonePoses[r + 4 * a + row] * relative * restBonePoses[r + 4 * b + column];
				}
			}
			out[3 * row + column] = sum;
		}
	}
}

function centreRoot(
	engine: RegistrationEngine,
	state: RegistrationState,
	targets: RegistrationTargets,
	prior: RegistrationPrior,
): void {
	registrationCost(engine, state, targets, prior);
	const { points, pointCount } = engine.subset;
	const shrink = Math.exp(-state.logScale[0]);
	let weight = 0;
	const shift = [0, 0, 0];
	for (let point = 0; point < pointCount; point++) {
		const w = targets.pointWeights[point];
		if (w === 0) continue;
		weight += w;
		for (let a = 0; a < 3; a++) shift[a] += w * (shrink * targets.positions[3 * point + a] - points[3 * point + a]);
	}
	for (let a = 0; a < 3 && weight > 0; a++) state.pose[4 * a + 3] += shift[a] / weight;
}

/**
 * Whether the targets are a mirror image of a body: bones' correlations then have negative determinants. Each bone counts
 * by its size; flat ones hardly count.
 */
export function isMirrored(
	engine: RegistrationEngine,
	state: RegistrationState,
	targets: RegistrationTargets,
	prior: RegistrationPrior,
): boolean {
	registrationCost(engine, state, targets, prior);
	let evidence = 0;
	for (const { correlation: m } of correlateBones(engine, targets).slice(0, -1)) {
		const determinant =
			m[0] * (m[4] * m[8] - m[5] * m[7]) - m[1] * (m[3] * m[8] - m[5] * m[6]) + m[2] * (m[3] * m[7] - m[4] * m[6]);
		evidence += Math.cbrt(determinant);
	}
	return evidence < 0;
}
