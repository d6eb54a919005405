/** Derivatives of posed points by one shape parameter at fixed pose parameters. @internal */
import type { PoseParameterization } from "./pose-state.js";
import type { PosedSubset } from "./posed-subset.js";
import { writeRestFrameRate } from "./rest-frame-rates.js";

/** How the bones' transforms change with one parameter: dT_b x = Ω_b × (T_b x) + c_b. @internal */
export interface BoneRates {
	/** [B*3] Ω, world axes. */
	readonly turns: Float64Array;
	/** [B*3] c, metres. */
	readonly shifts: Float64Array;
	/** Scratch: direction of a bone, its rate, and the rate of its rest frame. [9] */
	readonly scratch: Float64Array;
}

/** @internal */
export function createBoneRates(boneCount: number): BoneRates {
	return {
		turns: new Float64Array(3 * boneCount),
		shifts: new Float64Array(3 * boneCount),
		scratch: new Float64Array(9),
	};
}

/**
 * Rates of all bones by parameter `plane`, parents first. With T_i = T_p · F δ F⁻¹ for the rest frame F = (R, h) that
 * turns by ω and moves by dh: Ω_i = Ω_p + T_p ω − T_i ω, the posed head moves by
 * dH = Ω_p × H + c_p + T_p (dh + ω × R d) with d the translation of δ, and c_i = dH − T_i dh − Ω_i × H.
 *
 * @internal
 */
export function writeBoneRates(
	subset: PosedSubset,
	plane: number,
	poseParameters: Float64Array,
	parameterization: PoseParameterization,
): void {
	const { model, support, restJacobian, restPoints, heads, tails, boneTransforms, bonePoses, restBonePoses } = subset;
	const { turns, shifts, scratch } = subset.rates;
	const { boneParents } = model;
	const start = plane * restPoints.length;
	for (let bone = 0; bone < boneParents.length; bone++) {
		const at = 3 * bone;
		const t = 12 * bone;
		const head = start + 3 * support.headPoints[bone];
		const tail = start + 3 * support.tailPoints[bone];
		for (let axis = 0; axis < 3; axis++) {
			scratch[axis] = tails[at + axis] - heads[at + axis];
			scratch[3 + axis] = restJacobian[tail + axis] - restJacobian[head + axis];
		}
		writeRestFrameRate(scratch, 6, scratch, 0, scratch, 3);
		const wx = scratch[6];
		const wy = scratch[7];
		const wz = scratch[8];
		const hx = restJacobian[head];
		const hy = restJacobian[head + 1];
		const hz = restJacobian[head + 2];
		const px = bonePoses[t + 3];
		const py = bonePoses[t + 7];
		const pz = bonePoses[t + 11];
		const parent = boneParents[bone];
		const absoluteRoot = parent < 0 && parameterization !== "rest_relative";
		// The frame's turn enters T_i unless the root's parameter replaces the rest frame's orientation.
		const own = parent < 0 && parameterization === "root_relative_world" ? 0 : 1;
		let dx = 0;
		let dy = 0;
		let dz = 0;
		let ox = 0;
		let oy = 0;
		let oz = 0;
		if (!absoluteRoot) {
			const mx = poseParameters[t + 3];
			const my = poseParameters[t + 7];
			const mz = poseParameters[t + 11];
			const rx = restBonePoses[t] * mx + restBonePoses[t + 1] * my + restBonePoses[t + 2] * mz;
			const ry = restBonePoses[t + 4] * mx + restBonePoses[t + 5] * my + restBonePoses[t + 6] * mz;
			const rz = restBonePoses[t + 8] * mx + restBonePoses[t + 9] * my + restBonePoses[t + 10] * mz;
			const sx = hx + wy * rz - wz * ry;
			const sy = hy + wz * rx - wx * rz;
			const sz = hz + wx * ry - wy * rx;
			if (parent < 0) {
				dx = sx;
				dy = sy;
				dz = sz;
				ox = wx;
				oy = wy;
				oz = wz;
			} else {
				const p = 12 * parent;
				const q = 3 * parent;
				dx = turns[q + 1] * pz - turns[q + 2] * py + shifts[q] + rotated(boneTransforms, p, sx, sy, sz);
				dy = turns[q + 2] * px - turns[q] * pz + shifts[q + 1] + rotated(boneTransforms, p + 4, sx, sy, sz);
				dz = turns[q] * py - turns[q + 1] * px + shifts[q + 2] + rotated(boneTransforms, p + 8, sx, sy, sz);
				ox = turns[q] + rotated(boneTransforms, p, wx, wy, wz);
				oy = turns[q + 1] + rotated(boneTransforms, p + 4, wx, wy, wz);
				oz = turns[q + 2] + rotated(boneTransforms, p + 8, wx, wy, wz);
			}
		}
		ox -= own * rotated(boneTransforms, t, wx, wy, wz);
		oy -= own * rotated(boneTransforms, t + 4, wx, wy, wz);
		oz -= own * rotated(boneTransforms, t + 8, wx, wy, wz);
		turns[at] = ox;
		turns[at + 1] = oy;
		turns[at + 2] = oz;
		shifts[at] = dx - rotated(boneTransforms, t, hx, hy, hz) - (oy * pz - oz * py);
		shifts[at + 1] = dy - rotated(boneTransforms, t + 4, hx, hy, hz) - (oz * px - ox * pz);
		shifts[at + 2] = dz - rotated(boneTransforms, t + 8, hx, hy, hz) - (ox * py - oy * px);
	}
}

/** One row of a transform's linear part times a vector. */
function rotated(transforms: Float64Array, row: number, x: number, y: number, z: number): number {
	return transforms[row] * x + transforms[row + 1] * y + transforms[row + 2] * z;
}

/** One plane of the shape Jacobian: dp = Σ w (Ω_b × T_b v + c_b) + (Σ w T_b) dv. @internal */
export function addShapeRates(subset: PosedSubset, plane: number): void {
	const { shapeJacobian, restJacobian, restPoints, blends, skinnedPoints, support, pointCount, rates } = subset;
	const { skinOffsets, skinBones, skinWeights, restRows } = support;
	const { turns, shifts } = rates;
	const start = plane * 3 * pointCount;
	const restStart = plane * restPoints.length;
	for (let point = 0; point < pointCount; point++) {
		const rest = restStart + 3 * restRows[point];
		const rx = restJacobian[rest];
		const ry = restJacobian[rest + 1];
		const rz = restJacobian[rest + 2];
		const m = 9 * point;
		let dx = blends[m] * rx + blends[m + 1] * ry + blends[m + 2] * rz;
		let dy = blends[m + 3] * rx + blends[m + 4] * ry + blends[m + 5] * rz;
		let dz = blends[m + 6] * rx + blends[m + 7] * ry + blends[m + 8] * rz;
		const end = skinOffsets[point + 1];
		for (let entry = skinOffsets[point]; entry < end; entry++) {
			const weight = skinWeights[entry];
			const b = 3 * skinBones[entry];
			const s = 3 * entry;
			const x = skinnedPoints[s];
			const y = skinnedPoints[s + 1];
			const z = skinnedPoints[s + 2];
			dx += weight * (turns[b + 1] * z - turns[b + 2] * y + shifts[b]);
			dy += weight * (turns[b + 2] * x - turns[b] * z + shifts[b + 1]);
			dz += weight * (turns[b] * y - turns[b + 1] * x + shifts[b + 2]);
		}
		const at = start + 3 * point;
		shapeJacobian[at] = dx;
		shapeJacobian[at + 1] = dy;
		shapeJacobian[at + 2] = dz;
	}
}
