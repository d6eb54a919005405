import { identityRotation, leftJacobian, multiplyRotations, rotationFromVector } from "@anny-fitter/math";

/**
 * The reduced skeleton that photos can determine: 19 bones of Anny rotate about their rest joints, in rest axes,
 * every other bone follows its nearest articulated ancestor. Joint 0 is the body itself and never rotates: where
 * the body stands is the camera's business, so a view's world frame is the body's own.
 *
 * Transform of joint b: T_b(x) = T_parent(R_b (x − h_b) + h_b), with h_b the rest head and R_b = exp(r_b).
 */
export const ARTICULATED_BONES = [
	"spine05",
	"spine03",
	"spine01",
	"neck01",
	"head",
	"clavicle.L",
	"upperarm01.L",
	"lowerarm01.L",
	"wrist.L",
	"clavicle.R",
	"upperarm01.R",
	"lowerarm01.R",
	"wrist.R",
	"upperleg01.L",
	"lowerleg01.L",
	"foot.L",
	"upperleg01.R",
	"lowerleg01.R",
	"foot.R",
] as const;

export type ArticulatedBone = (typeof ARTICULATED_BONES)[number];

/** Joints of the reduced skeleton, the fixed one included. */
export const JOINT_COUNT = ARTICULATED_BONES.length + 1;

/** Rotation parameters of one articulated pose. */
export const ROTATION_COUNT = 3 * ARTICULATED_BONES.length;

/** How a body model's bones map onto the reduced skeleton. */
export interface Articulation {
	/** [JOINT_COUNT] model bone of each joint (joint 0: the root) */
	readonly bones: Int16Array;
	/** [JOINT_COUNT] parent joint, −1 for joint 0; parents precede children */
	readonly parents: Int8Array;
	/** [model bones] joint that moves each model bone */
	readonly jointOfBone: Int8Array;
}

/**
 * @throws RangeError when the model lacks one of the bones
 */
export function createArticulation(model: {
	readonly boneLabels: readonly string[];
	readonly boneParents: ArrayLike<number>;
}): Articulation {
	const bones = new Int16Array(JOINT_COUNT);
	const jointOfBone = new Int8Array(model.boneLabels.length);
	const jointByBone = new Map<number, number>();
	ARTICULATED_BONES.forEach((label, i) => {
		const bone = model.boneLabels.indexOf(label);
		if (bone < 0) throw new RangeError(`The body model has no bone "${label}".`);
		bones[i + 1] = bone;
		jointByBone.set(bone, i + 1);
	});
	for (let bone = 0; bone < jointOfBone.length; bone++) {
		const parent = model.boneParents[bone];
		jointOfBone[bone] = jointByBone.get(bone) ?? (parent < 0 ? 0 : jointOfBone[parent]);
	}
	const parents = new Int8Array(JOINT_COUNT);
	parents[0] = -1;
	for (let j = 1; j < JOINT_COUNT; j++) {
		const above = model.boneParents[bones[j]];
		parents[j] = above < 0 ? 0 : jointOfBone[above];
		if (parents[j] >= j) throw new RangeError("Articulated bones must be listed parents first.");
	}
	return { bones, parents, jointOfBone };
}

/** Transforms of one articulated pose and what their derivatives need. Buffers are reused between evaluations. */
export interface ArticulatedPose {
	/** [joints*9] linear part A of each joint's transform */
	readonly linear: Float64Array;
	/** [joints*3] translation t of each joint's transform */
	readonly translation: Float64Array;
	/** [joints*3] posed position of each joint's head */
	readonly heads: Float64Array;
	/** [joints*9] columns: rotation axes in the body frame for unit rates of the joint's rotation vector */
	readonly axes: Float64Array;
	/** [shape parameters * joints*3] derivative of `translation` with respect to the shape, plane per parameter */
	readonly translationByShape: Float64Array;
}

export function createArticulatedPose(shapeParameterCount: number): ArticulatedPose {
	return {
		linear: new Float64Array(JOINT_COUNT * 9),
		translation: new Float64Array(JOINT_COUNT * 3),
		heads: new Float64Array(JOINT_COUNT * 3),
		axes: new Float64Array(JOINT_COUNT * 9),
		translationByShape: new Float64Array(shapeParameterCount * JOINT_COUNT * 3),
	};
}

const rotation = new Float64Array(9);
const jacobian = new Float64Array(9);

/**
 * Evaluates the joints' transforms.
 *
 * @param out buffers of {@link createArticulatedPose}
 * @param restHeads [joints*3] rest heads of the joints, metres
 * @param rotations rotation vectors of joints 1…, read from `offset`
 * @param restHeadsByShape [P * joints*3] derivatives of the rest heads, or null when no derivatives are wanted
 */
export function evaluateArticulation(
	out: ArticulatedPose,
	articulation: Articulation,
	restHeads: Float64Array,
	rotations: Float64Array,
	offset: number,
	restHeadsByShape: Float64Array | null,
): void {
	const { linear, translation, heads, axes, translationByShape } = out;
	identityRotation(linear);
	translation.fill(0, 0, 3);
	for (let k = 0; k < 3; k++) heads[k] = restHeads[k];
	const plane = JOINT_COUNT * 3;
	const parameterCount = restHeadsByShape ? restHeadsByShape.length / plane : 0;
	for (let p = 0; p < parameterCount; p++) translationByShape.fill(0, p * plane, p * plane + 3);
	for (let j = 1; j < JOINT_COUNT; j++) {
		const parent = articulation.parents[j];
		const a = 9 * j;
		const ap = 9 * parent;
		rotationFromVector(rotation, rotations, offset + 3 * (j - 1));
		multiplyRotations(linear, linear, rotation, a, ap, 0);
		const hx = restHeads[3 * j];
		const hy = restHeads[3 * j + 1];
		const hz = restHeads[3 * j + 2];
		for (let row = 0; row < 3; row++) {
			const p = ap + 3 * row;
			const c = a + 3 * row;
			const head = linear[p] * hx + linear[p + 1] * hy + linear[p + 2] * hz + translation[3 * parent + row];
			heads[3 * j + row] = head;
			translation[3 * j + row] = head - (linear[c] * hx + linear[c + 1] * hy + linear[c + 2] * hz);
		}
		if (!restHeadsByShape) continue;
		leftJacobian(jacobian, rotations, offset + 3 * (j - 1));
		multiplyRotations(axes, linear, jacobian, a, ap, 0);
		for (let q = 0; q < parameterCount; q++) {
			const at = q * plane + 3 * j;
			const above = q * plane + 3 * parent;
			const dx = restHeadsByShape[at];
			const dy = restHeadsByShape[at + 1];
			const dz = restHeadsByShape[at + 2];
			for (let row = 0; row < 3; row++) {
				const p = ap + 3 * row;
				const c = a + 3 * row;
				translationByShape[at + row] =
					translationByShape[above + row] +
					(linear[p] - linear[c]) * dx +
					(linear[p + 1] - linear[c + 1]) * dy +
					(linear[p + 2] - linear[c + 2]) * dz;
			}
		}
	}
}

/**
 * Anny's pose parameters (root_relative_world) of an articulated pose: each articulated bone's delta is the same
 * rotation seen in the bone's rest axes, all others are the identity. The root stays where it is at rest (in this
 * parameterization the identity would move it to the origin).
 *
 * @param out [bones*12] row-major 3×4
 * @param restBonePoses [bones*12] rest poses, bone to world
 */
export function poseParametersFromArticulation(
	out: Float64Array,
	articulation: Articulation,
	restBonePoses: Float64Array,
	rotations: Float64Array,
	offset = 0,
): void {
	for (let b = 0; b < articulation.jointOfBone.length; b++) {
		out.fill(0, 12 * b, 12 * b + 12);
		out[12 * b] = 1;
		out[12 * b + 5] = 1;
		out[12 * b + 10] = 1;
	}
	const root = 12 * articulation.bones[0];
	for (let row = 0; row < 3; row++) out[root + 4 * row + 3] = restBonePoses[root + 4 * row + 3];
	for (let j = 1; j < JOINT_COUNT; j++) {
		const base = 12 * articulation.bones[j];
		rotationFromVector(rotation, rotations, offset + 3 * (j - 1));
		for (let row = 0; row < 3; row++) {
			for (let column = 0; column < 3; column++) {
				let sum = 0;
				for (let k = 0; k < 3; k++) {
					for (let l = 0; l < 3; l++) {
						sum += restBonePoses[base + 4 * k + row] * rotation[3 * k + l] * restBonePoses[base + 4 * l + column];
					}
				}
				out[base + 4 * row + column] = sum;
			}
		}
	}
}
