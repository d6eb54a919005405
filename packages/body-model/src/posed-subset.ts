/**
 * Posed positions of chosen vertices and bone heads with analytic derivatives: what registration evaluates in every step.
 *
 * Linear blend skinning: a point is Σ w_b T_b v with T_i = T_parent · rest_i · δ_i · rest_i⁻¹. A turn of bone i moves all
 * bones below it rigidly about its posed head H_i, so its effect on a point is one lever: ∂p/∂ω_i · ω = ω × l_i with
 * l_i = Σ over bones b at or below i of w_b (T_b v − H_i). Levers are kept for the bones that a point hangs on (its
 * support) only, about a dozen per point. Dual quaternion skinning has no derivatives here.
 */
import type { BodyModel } from "./body-model.js";
import { writeBoneRestPose } from "./bone-rest-pose.js";
import { type PoseParameterization, poseBones } from "./pose-state.js";
import { addShapeRates, type BoneRates, createBoneRates, writeBoneRates } from "./posed-subset-rates.js";
import { createPointSupport, type PointSupport } from "./posed-subset-support.js";
import type { ShapeParameter } from "./shape-parameters.js";
import { createShapeSubset, evaluateShapeSubset, type ShapeSubset } from "./shape-subset.js";

/** Chosen points of one model with room for their positions and derivatives. Points: the vertices, then the bone heads. */
export interface PosedSubset {
	readonly model: BodyModel;
	/** [n] model vertices. */
	readonly vertices: Uint32Array;
	/** [m] bones whose heads follow the vertices as points. */
	readonly bones: Uint8Array;
	readonly parameters: readonly ShapeParameter[];
	/** N = n + m. */
	readonly pointCount: number;
	/** [N+1] point q hangs on the bones `supportBones[supportOffsets[q] … supportOffsets[q + 1])`, ancestors first. */
	readonly supportOffsets: Uint32Array;
	readonly supportBones: Uint8Array;

	/** [N*3] posed points, metres, world axes. */
	readonly points: Float64Array;
	/** [3 per support entry] lever l: a turn of the bone by a small rotation vector ω (world axes) moves the point by ω × l. */
	readonly levers: Float64Array;
	/** [B*9] world from increment: the turn δ_i ← exp(θ) δ_i of a bone's parameter is ω = `axes`·θ in world axes. */
	readonly boneAxes: Float64Array;
	/** [9] a change t of the translation in the root's parameter moves every point by `rootAxes`·t. */
	readonly rootAxes: Float64Array;
	/** [P * N*3] one plane per shape parameter, at fixed pose parameters. */
	readonly shapeJacobian: Float64Array;
	/** [B*12] posed from rest. */
	readonly boneTransforms: Float64Array;
	/** [B*12] world from bone. */
	readonly bonePoses: Float64Array;
	/** [B*12] rest poses, world from bone. */
	readonly restBonePoses: Float64Array;
	/** @internal */
	readonly restSubset: ShapeSubset;
	/** @internal */
	readonly support: PointSupport;
	/** [(n + joints)*3] rest positions of the vertices, then of the distinct joints. @internal */
	readonly restPoints: Float64Array;
	/** [P * (n + joints)*3] @internal */
	readonly restJacobian: Float64Array;
	/** Views of `restJacobian` by number of planes. @internal */
	readonly restPlanes: Map<number, Float64Array>;
	/** [B*3] rest heads and tails. @internal */
	readonly heads: Float64Array;
	/** @internal */
	readonly tails: Float64Array;
	/** [3 per skin entry] T_b v. @internal */
	readonly skinnedPoints: Float64Array;
	/** [N*9] blended linear parts. @internal */
	readonly blends: Float64Array;
	/** [support of one point] weights at or below a bone. @internal */
	readonly shares: Float64Array;
	/** @internal */
	readonly rates: BoneRates;
	/** @internal */
	readonly scratch: Float64Array;
}

/**
 * Allocates everything that {@link evaluatePosedSubset} needs.
 *
 * @param vertices [n] model vertices
 * @param parameters shape parameters that get derivatives; others keep their defaults
 * @param bones bones whose heads are points too
 * @throws RangeError for a vertex or bone that the model does not have, or for dual quaternion skinning
 */
export function createPosedSubset(
	model: BodyModel,
	vertices: Uint32Array,
	parameters: readonly ShapeParameter[],
	bones: Uint8Array = new Uint8Array(0),
): PosedSubset {
	if (model.options.skinning !== "lbs") {
		throw new RangeError("Posed points have derivatives for linear blend skinning only");
	}
	const boneCount = model.boneLabels.length;
	const support = createPointSupport(model, vertices, bones);
	const baseVertices = Uint16Array.from(vertices, (vertex) => model.baseVertexIndices[vertex]);
	const restSubset = createShapeSubset(model, baseVertices, support.joints);
	const pointCount = vertices.length + bones.length;
	const root = new Float64Array(9);
	return {
		model,
		vertices,
		bones,
		parameters,
		pointCount,
		supportOffsets: support.offsets,
		supportBones: support.bones,
		points: new Float64Array(3 * pointCount),
		levers: new Float64Array(3 * support.bones.length),
		boneAxes: new Float64Array(9 * boneCount),
		rootAxes: root,
		shapeJacobian: new Float64Array(3 * pointCount * parameters.length),
		boneTransforms: new Float64Array(12 * boneCount),
		bonePoses: new Float64Array(12 * boneCount),
		restBonePoses: new Float64Array(12 * boneCount),
		restSubset,
		support,
		restPoints: new Float64Array(3 * restSubset.pointCount),
		restJacobian: new Float64Array(3 * restSubset.pointCount * parameters.length),
		restPlanes: new Map(),
		heads: new Float64Array(3 * boneCount),
		tails: new Float64Array(3 * boneCount),
		skinnedPoints: new Float64Array(3 * support.skinBones.length),
		blends: new Float64Array(9 * pointCount),
		shares: new Float64Array(boneCount),
		rates: createBoneRates(boneCount),
		scratch: new Float64Array(24),
	};
}

/**
 * Posed points and, if asked for, their derivatives, written into the subset's arrays. Nothing is allocated after a first
 * call with the same number of planes.
 *
 * Derivatives by shape are one-sided at anchors and 0 outside clamped ranges, like {@link evaluateShapeSubset}; they
 * contain the turn of the bones' rest frames, except that a bone along ±Y keeps its frame. Rotations are differentiated by
 * increments, which are regular at every angle. For a full rotation vector r with δ = exp(r) the increment is
 * θ = J(r)·dr with the left Jacobian J of `@anny-fitter/math`, regular but at |r| = 2π, 4π, …
 *
 * @param values [P]
 * @param poseParameters [B*12] rotations and translations; other affine parameters have no derivatives here
 * @param shapePlanes number K of leading shape parameters to differentiate by; −1: positions only, no levers
 * @throws RangeError for wrong lengths
 */
export function evaluatePosedSubset(
	subset: PosedSubset,
	values: Float64Array,
	poseParameters: Float64Array,
	parameterization: PoseParameterization,
	shapePlanes: number,
): void {
	const { model, parameters, restPoints, restSubset, restBonePoses, heads, tails, support } = subset;
	const boneCount = model.boneLabels.length;
	if (poseParameters.length !== 12 * boneCount || shapePlanes > parameters.length) {
		throw new RangeError(`Expected ${12 * boneCount} pose parameters and at most ${parameters.length} planes`);
	}
	evaluateShapeSubset(restPoints, restPlanes(subset, shapePlanes), restSubset, parameters, values);
	for (let bone = 0; bone < boneCount; bone++) {
		copyPoint(heads, 3 * bone, restPoints, 3 * support.headPoints[bone]);
		copyPoint(tails, 3 * bone, restPoints, 3 * support.tailPoints[bone]);
		writeBoneRestPose(restBonePoses, 12 * bone, heads, tails, bone, model.boneRolls[bone]);
	}
	poseBones(subset, model.boneParents, restBonePoses, poseParameters, parameterization);
	skinPoints(subset);
	if (shapePlanes < 0) return;
	writeLevers(subset);
	writeAxes(subset, parameterization);
	for (let plane = 0; plane < shapePlanes; plane++) {
		writeBoneRates(subset, plane, poseParameters, parameterization);
		addShapeRates(subset, plane);
	}
}

function restPlanes(subset: PosedSubset, planes: number): Float64Array | null {
	if (planes <= 0) return null;
	const known = subset.restPlanes.get(planes);
	if (known !== undefined) return known;
	const view = subset.restJacobian.subarray(0, planes * subset.restPoints.length);
	subset.restPlanes.set(planes, view);
	return view;
}

function copyPoint(out: Float64Array, at: number, points: Float64Array, from: number): void {
	out[at] = points[from];
	out[at + 1] = points[from + 1];
	out[at + 2] = points[from + 2];
}

/** Points, T_b v of every skin entry, and blended linear parts. */
function skinPoints(subset: PosedSubset): void {
	const { points, skinnedPoints, blends, boneTransforms, restPoints, support, pointCount } = subset;
	const { skinOffsets, skinBones, skinWeights, restRows } = support;
	blends.fill(0);
	for (let point = 0; point < pointCount; point++) {
		const from = 3 * restRows[point];
		const x = restPoints[from];
		const y = restPoints[from + 1];
		const z = restPoints[from + 2];
		let px = 0;
		let py = 0;
		let pz = 0;
		const b = 9 * point;
		const end = skinOffsets[point + 1];
		for (let entry = skinOffsets[point]; entry < end; entry++) {
			const weight = skinWeights[entry];
			const m = 12 * skinBones[entry];
			for (let row = 0; row < 3; row++) {
				const t = m + 4 * row;
				skinnedPoints[3 * entry + row] =
					boneTransforms[t] * x + boneTransforms[t + 1] * y + boneTransforms[t + 2] * z + boneTransforms[t + 3];
				blends[b + 3 * row] += weight * boneTransforms[t];
				blends[b + 3 * row + 1] += weight * boneTransforms[t + 1];
				blends[b + 3 * row + 2] += weight * boneTransforms[t + 2];
			}
			px += weight * skinnedPoints[3 * entry];
			py += weight * skinnedPoints[3 * entry + 1];
			pz += weight * skinnedPoints[3 * entry + 2];
		}
		points[3 * point] = px;
		points[3 * point + 1] = py;
		points[3 * point + 2] = pz;
	}
}

/** Sums weights and weighted points up the support's tree, then takes the bones' heads off. */
function writeLevers(subset: PosedSubset): void {
	const { levers, shares, skinnedPoints, bonePoses, support, pointCount } = subset;
	const { offsets, bones, parents, skinOffsets, skinSlots, skinWeights } = support;
	levers.fill(0);
	for (let point = 0; point < pointCount; point++) {
		const start = offsets[point];
		const end = offsets[point + 1];
		shares.fill(0, 0, end - start);
		for (let entry = skinOffsets[point]; entry < skinOffsets[point + 1]; entry++) {
			const slot = skinSlots[entry];
			const weight = skinWeights[entry];
			shares[slot] += weight;
			const at = 3 * (start + slot);
			levers[at] += weight * skinnedPoints[3 * entry];
			levers[at + 1] += weight * skinnedPoints[3 * entry + 1];
			levers[at + 2] += weight * skinnedPoints[3 * entry + 2];
		}
		for (let slot = end - start - 1; slot >= 0; slot--) {
			const at = 3 * (start + slot);
			if (slot > 0) {
				const up = parents[start + slot];
				shares[up] += shares[slot];
				levers[3 * (start + up)] += levers[at];
				levers[3 * (start + up) + 1] += levers[at + 1];
				levers[3 * (start + up) + 2] += levers[at + 2];
			}
			const head = 12 * bones[start + slot] + 3;
			levers[at] -= shares[slot] * bonePoses[head];
			levers[at + 1] -= shares[slot] * bonePoses[head + 4];
			levers[at + 2] -= shares[slot] * bonePoses[head + 8];
		}
	}
}

/** World axes of the bones' increments: parent's turn times rest frame; for an absolute root the world's own. */
function writeAxes(subset: PosedSubset, parameterization: PoseParameterization): void {
	const { boneAxes, rootAxes, boneTransforms, restBonePoses, model } = subset;
	for (let bone = 0; bone < model.boneParents.length; bone++) {
		const parent = model.boneParents[bone];
		for (let row = 0; row < 3; row++) {
			for (let column = 0; column < 3; column++) {
				const out = 9 * bone + 3 * row + column;
				const r = 12 * bone + column;
				if (parent >= 0) {
					const t = 12 * parent + 4 * row;
					boneAxes[out] =
						boneTransforms[t] * restBonePoses[r] +
						boneTransforms[t + 1] * restBonePoses[r + 4] +
						boneTransforms[t + 2] * restBonePoses[r + 8];
				} else if (parameterization === "rest_relative") {
					boneAxes[out] = restBonePoses[r + 4 * row];
				} else {
					boneAxes[out] = row === column ? 1 : 0;
				}
			}
		}
	}
	for (let entry = 0; entry < 9; entry++) rootAxes[entry] = boneAxes[entry];
}
