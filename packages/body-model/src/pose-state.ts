import { computeVertexNormals } from "@anny-fitter/mesh";
import { multiplyAffine, multiplyByRigidInverse, transformPoint } from "./affine.js";
import type { BodyModel } from "./body-model.js";
import { computeNormalsWithKernel, skinWithKernel } from "./pose-kernel.js";
import type { ShapeState } from "./shape-state.js";
import {
	createDualQuaternionWorkspace,
	type DualQuaternionWorkspace,
	skinDualQuaternion,
} from "./skin-dual-quaternion.js";
import { skinLinear } from "./skin-linear.js";

/**
 * What the pose parameter of the root means (all other bones turn and move relative to their rest pose):
 * - `root_relative_world`: orientation and position of the root joint in world axes; identity puts the root's head at
 *   the origin with the rest orientation of the body;
 * - `root_relative`: pose of the root bone itself;
 * - `rest_relative`: change relative to the root's rest pose, like every other bone; identity is the rest pose.
 */
export type PoseParameterization = "root_relative_world" | "root_relative" | "rest_relative";

/** A posed body: metres, world axes. */
export interface PoseState {
	/** [B*12] affine, world from bone. */
	readonly bonePoses: Float64Array;
	/** [B*12] affine, posed from rest. */
	readonly boneTransforms: Float64Array;
	/** [V*3] */
	readonly vertices: Float64Array;
	/** [V*3] unit vertex normals, weighted by area; null when the state was made without. */
	readonly normals: Float64Array | null;
	/** [B*3] */
	readonly boneHeads: Float64Array;
	/** [B*3] */
	readonly boneTails: Float64Array;
	/** @internal */
	readonly scratch: Float64Array;
	/** @internal */
	readonly dualQuaternions: DualQuaternionWorkspace;
}

/** What {@link evaluatePose} computes besides bones and vertices. */
export interface PoseStateOptions {
	/** Vertex normals of the posed mesh. Default: false. */
	readonly normals?: boolean;
}

/** Allocates a state for {@link evaluatePose}. */
export function createPoseState(model: BodyModel, options: PoseStateOptions = {}): PoseState {
	const boneCount = model.boneLabels.length;
	return {
		bonePoses: new Float64Array(boneCount * 12),
		boneTransforms: new Float64Array(boneCount * 12),
		vertices: new Float64Array(model.vertexCount * 3),
		normals: options.normals === true ? new Float64Array(model.vertexCount * 3) : null,
		boneHeads: new Float64Array(boneCount * 3),
		boneTails: new Float64Array(boneCount * 3),
		scratch: new Float64Array(24),
		dualQuaternions: createDualQuaternionWorkspace(boneCount),
	};
}

/** Identity parameters [B*12] for every bone. */
export function identityPose(model: BodyModel): Float64Array {
	const out = new Float64Array(model.boneLabels.length * 12);
	for (let at = 0; at < out.length; at += 12) {
		out[at] = 1;
		out[at + 5] = 1;
		out[at + 10] = 1;
	}
	return out;
}

/**
 * Poses a shaped body: forward kinematics, skinning, joints, normals if the state has room for them. The shape is not changed, so re-posing costs no more than
 * this call.
 *
 * @param poseParameters [B*12] affine per bone, row-major; must not be an array of `out`
 * @throws RangeError when `poseParameters` has another length
 */
export function evaluatePose(
	out: PoseState,
	model: BodyModel,
	shape: ShapeState,
	poseParameters: Float64Array,
	parameterization: PoseParameterization = "root_relative_world",
): void {
	const boneCount = model.boneLabels.length;
	if (poseParameters.length !== boneCount * 12) {
		throw new RangeError(`Pose has ${poseParameters.length} numbers, not ${boneCount * 12}`);
	}
	poseBones(out, model.boneParents, shape.restBonePoses, poseParameters, parameterization);
	for (let bone = 0; bone < boneCount; bone++) {
		transformPoint(out.boneHeads, shape.boneHeads, 3 * bone, out.boneTransforms, 12 * bone);
		transformPoint(out.boneTails, shape.boneTails, 3 * bone, out.boneTransforms, 12 * bone);
	}
	const { skinOffsets, skinBones, skinWeights, poseKernel } = model;
	if (model.options.skinning === "dqs") {
		skinDualQuaternion(
			out.vertices,
			shape.vertices,
			out.boneTransforms,
			skinOffsets,
			skinBones,
			skinWeights,
			out.dualQuaternions,
		);
		poseKernel?.posed.set(out.vertices);
	} else if (poseKernel !== null) {
		skinWithKernel(poseKernel, out.vertices, shape.vertices, out.boneTransforms);
	} else {
		skinLinear(out.vertices, shape.vertices, out.boneTransforms, skinOffsets, skinBones, skinWeights);
	}
	if (out.normals !== null && poseKernel !== null) {
		computeNormalsWithKernel(poseKernel, out.normals);
	} else if (out.normals !== null) {
		computeVertexNormals(out.normals, out.vertices, model.triangles);
	}
}

/** Forward kinematics: bone poses and transforms of all bones, parents first. @internal */
export function poseBones(
	out: Pick<PoseState, "bonePoses" | "boneTransforms" | "scratch">,
	parents: Int16Array,
	rest: Float64Array,
	parameters: Float64Array,
	parameterization: PoseParameterization,
): void {
	const { bonePoses, boneTransforms, scratch } = out;
	for (let bone = 0; bone < parents.length; bone++) {
		const at = 12 * bone;
		if (parents[bone] >= 0) {
			multiplyAffine(scratch, 0, boneTransforms, 12 * parents[bone], rest, at);
			multiplyAffine(bonePoses, at, scratch, 0, parameters, at);
		} else if (parameterization === "rest_relative") {
			multiplyAffine(bonePoses, at, rest, at, parameters, at);
		} else if (parameterization === "root_relative") {
			for (let entry = at; entry < at + 12; entry++) {
				bonePoses[entry] = parameters[entry];
			}
		} else {
			for (let entry = 0; entry < 12; entry++) {
				scratch[entry] = (entry & 3) === 3 ? 0 : rest[at + entry];
			}
			multiplyAffine(bonePoses, at, parameters, at, scratch, 0);
		}
		multiplyByRigidInverse(boneTransforms, at, bonePoses, at, rest, at);
	}
}
