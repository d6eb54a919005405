import { viewMeasurement } from "./confidence.js";
import { LENGTH_POPULATION, type LimbLengthId } from "./population.js";
import { LANDMARK, type Vector } from "./sections.js";
import type { MeasurableView, ViewMeasurement } from "./view.js";

/** Lengths of limbs, by their landmarks on either side, right first. */
export const LIMB_LENGTHS = {
	upper_arm_length: [
		[LANDMARK.rightShoulder, LANDMARK.rightElbow],
		[LANDMARK.leftShoulder, LANDMARK.leftElbow],
	],
	forearm_length: [
		[LANDMARK.rightElbow, LANDMARK.rightWrist],
		[LANDMARK.leftElbow, LANDMARK.leftWrist],
	],
	hip_knee_length: [
		[LANDMARK.rightHip, LANDMARK.rightKnee],
		[LANDMARK.leftHip, LANDMARK.leftKnee],
	],
	knee_ankle_length: [
		[LANDMARK.rightKnee, LANDMARK.rightAnkle],
		[LANDMARK.leftKnee, LANDMARK.leftAnkle],
	],
} as const satisfies Record<LimbLengthId, readonly (readonly [number, number])[]>;

/** Error of a landmark, metres: detected within 1 % of stature, and the joint under clothes as uncertain again. */
const LANDMARK_SIGMA_M = 0.023;
/** Error of the difference in depth between a limb's ends, as a fraction of its length. */
const DEPTH_DIFFERENCE_SIGMA = 0.15;
const MIN_VISIBILITY = 0.6;
/** Limbs that point at the camera more than this are not measured: cosine with the picture's plane. */
const MIN_ACROSS = 0.5;

/**
 * Lengths between landmarks of the picture, each at the depth of its joint: foreshortening is what the two depths differ
 * by. The mean of the sides that show, weighted by their certainty.
 */
export function measureLengths(view: MeasurableView): ViewMeasurement[] {
	return Object.entries(LIMB_LENGTHS).flatMap(([id, sides]): ViewMeasurement[] => {
		let sum = 0;
		let weights = 0;
		let visibility = 0;
		for (const [from, to] of sides) {
			const seen = Math.min(view.body[5 * from + 3], view.body[5 * to + 3]);
			const a = sightedJoint(view, from);
			const b = sightedJoint(view, to);
			if (!(seen >= MIN_VISIBILITY) || a === null || b === null) continue;
			const length_m = Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
			const across = Math.hypot(a[0] - b[0], a[1] - b[1]) / length_m;
			if (!(across >= MIN_ACROSS)) continue;
			const towards = Math.sqrt(1 - across * across);
			const sigma_m = Math.hypot(Math.SQRT2 * LANDMARK_SIGMA_M * across, DEPTH_DIFFERENCE_SIGMA * length_m * towards);
			const weight = seen / sigma_m ** 2;
			sum += weight * length_m;
			weights += weight;
			visibility = Math.max(visibility, seen);
		}
		if (weights === 0) return [];
		const people = LENGTH_POPULATION[id as LimbLengthId];
		const value_m = (people.factor * sum) / weights;
		const ownSigma_m = Math.hypot(1 / Math.sqrt(weights), people.sigma * value_m);
		return [viewMeasurement(id, value_m, ownSigma_m, view.scaleSigma * value_m, visibility, false, [])];
	});
}

/** Where the line of sight of a landmark in the picture meets its joint's depth. */
function sightedJoint({ body, joints_m, width_px, height_px, focal_px }: MeasurableView, index: number): Vector | null {
	const z = joints_m[3 * index + 2];
	const [u, v] = [body[5 * index], body[5 * index + 1]];
	if (!(z > 0) || u < 0 || v < 0 || u > width_px || v > height_px) return null;
	return [((u - width_px / 2) / focal_px) * z, ((v - height_px / 2) / focal_px) * z, z];
}
