import type { ArticulatedPose, Articulation } from "./articulation.js";
import { JOINT_COUNT } from "./articulation.js";

/** A point skinned to a few joints: its body-frame position and each joint's share. */
export interface SkinnedPoint {
	x: number;
	y: number;
	z: number;
	count: number;
	readonly joints: Int8Array;
	readonly weights: Float64Array;
	/** [count*3] weight × T_joint(rest point) */
	readonly parts: Float64Array;
}

/** An empty point; reuse it from point to point. */
export function createSkinnedPoint(): SkinnedPoint {
	return {
		x: 0,
		y: 0,
		z: 0,
		count: 0,
		joints: new Int8Array(JOINT_COUNT),
		weights: new Float64Array(JOINT_COUNT),
		parts: new Float64Array(3 * JOINT_COUNT),
	};
}

/** Forgets the last point. */
export function beginPoint(point: SkinnedPoint): void {
	point.x = 0;
	point.y = 0;
	point.z = 0;
	point.count = 0;
}

/** Adds one joint's share of a rest point (x, y, z) in metres. */
export function addInfluence(
	point: SkinnedPoint,
	pose: ArticulatedPose,
	joint: number,
	weight: number,
	x: number,
	y: number,
	z: number,
): void {
	const { linear, translation } = pose;
	const a = 9 * joint;
	const t = 3 * joint;
	const px = weight * (linear[a] * x + linear[a + 1] * y + linear[a + 2] * z + translation[t]);
	const py = weight * (linear[a + 3] * x + linear[a + 4] * y + linear[a + 5] * z + translation[t + 1]);
	const pz = weight * (linear[a + 6] * x + linear[a + 7] * y + linear[a + 8] * z + translation[t + 2]);
	const k = point.count++;
	point.joints[k] = joint;
	point.weights[k] = weight;
	point.parts[3 * k] = px;
	point.parts[3 * k + 1] = py;
	point.parts[3 * k + 2] = pz;
	point.x += px;
	point.y += py;
	point.z += pz;
}

/** Per joint: summed position and weight of everything that the joint moves (its own share and its descendants'). */
export function accumulateMoments(moments: Float64Array, point: SkinnedPoint, articulation: Articulation): void {
	moments.fill(0);
	for (let k = 0; k < point.count; k++) {
		for (let joint = point.joints[k]; joint > 0; joint = articulation.parents[joint]) {
			const m = 4 * joint;
			moments[m] += point.parts[3 * k];
			moments[m + 1] += point.parts[3 * k + 1];
			moments[m + 2] += point.parts[3 * k + 2];
			moments[m + 3] += point.weights[k];
		}
	}
}
