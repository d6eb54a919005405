import { multiplyRotations, rotationBetweenFrames, rotationFromVector, vectorFromRotation } from "@anny-fitter/math";
import { ARTICULATED_BONES, type ArticulatedBone, ROTATION_COUNT } from "./articulation.js";

/** A resting body's skeleton. */
export interface RestSkeleton {
	readonly boneLabels: readonly string[];
	/** [bones*3] rest positions where bones begin, metres */
	readonly boneHeads: ArrayLike<number>;
}

/** Of the hand's turn about the arm, what upper arm and forearm take over: twisted all at the wrist, skin would collapse. */
const UPPER_ARM_SHARE = 1 / 3;
const FOREARM_SHARE = 2 / 3;

/**
 * The T-pose of a body: arms straight and horizontal to the sides, palms down, everything else at rest. From the body's own
 * bones, because the resting arms of bodies differ.
 *
 * @returns [ROTATION_COUNT] rotation vectors of the articulated bones, for `poseParametersFromArticulation`
 */
export function tPoseRotations(skeleton: RestSkeleton): Float64Array {
	const out = new Float64Array(ROTATION_COUNT);
	for (const side of ["L", "R"] as const) raiseArm(out, skeleton, side);
	return out;
}

function raiseArm(out: Float64Array, { boneLabels, boneHeads }: RestSkeleton, side: "L" | "R"): void {
	const head = (bone: string): number[] => {
		const b = boneLabels.indexOf(`${bone}.${side}`);
		if (b < 0) throw new RangeError(`The rig has no bone "${bone}.${side}".`);
		return [boneHeads[3 * b], boneHeads[3 * b + 1], boneHeads[3 * b + 2]];
	};
	const [shoulder, elbow, wrist] = [head("upperarm01"), head("lowerarm01"), head("wrist")];
	const [index, little] = [head("finger2-1"), head("finger5-1")];
	const outwards = [side === "L" ? 1 : -1, 0, 0];
	const knuckles = [0, 1, 2].map((k) => (index[k] + little[k]) / 2);
	const across = cross(subtract(little, wrist), subtract(index, wrist));
	const palm = side === "L" ? across : across.map((v) => -v);

	// Every part on its own: straight out from where the part above brings it.
	const upper = leadTo(subtract(elbow, shoulder), outwards, IDENTITY);
	const fore = leadTo(subtract(wrist, elbow), outwards, upper);
	const hand = leadTo(subtract(knuckles, wrist), outwards, fore);
	// What is left to turn about the arm until the palm looks down.
	const [, y, z] = apply(hand, palm);
	const toDown = Math.atan2(-y, -z);
	const turned = (rotation: Float64Array, share: number): Float64Array => {
		const turn = new Float64Array(9);
		rotationFromVector(turn, [share * toDown, 0, 0]);
		return multiply(turn, rotation);
	};
	const parts: readonly (readonly [ArticulatedBone, Float64Array])[] = [
		[`upperarm01.${side}`, turned(upper, UPPER_ARM_SHARE)],
		[`lowerarm01.${side}`, turned(fore, FOREARM_SHARE)],
		[`wrist.${side}`, turned(hand, 1)],
	];
	let above: Float64Array = IDENTITY;
	for (const [bone, world] of parts) {
		vectorFromRotation(out, multiply(transpose(above), world), 3 * ARTICULATED_BONES.indexOf(bone));
		above = world;
	}
}

const IDENTITY = Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1);

/** The smallest rotation after `before` that leads a rest direction to another. */
function leadTo(direction: readonly number[], to: readonly number[], before: Float64Array): Float64Array {
	const from = apply(before, direction);
	// The axis of the turn stays; any will do where there is none.
	const axis = cross(from, to);
	const length = Math.hypot(...axis);
	const fixed = length > 1e-9 * Math.hypot(...from) ? axis : [0, 0, 1];
	const turn = new Float64Array(9);
	rotationBetweenFrames(turn, from, fixed, to, fixed);
	return multiply(turn, before);
}

function multiply(a: Float64Array, b: Float64Array): Float64Array {
	const out = new Float64Array(9);
	multiplyRotations(out, a, b);
	return out;
}

function transpose(m: Float64Array): Float64Array {
	return Float64Array.of(m[0], m[3], m[6], m[1], m[4], m[7], m[2], m[5], m[8]);
}

function apply(m: Float64Array, v: readonly number[]): number[] {
	return [0, 3, 6].map((row) => m[row] * v[0] + m[row + 1] * v[1] + m[row + 2] * v[2]);
}

function subtract(a: readonly number[], b: readonly number[]): number[] {
	return a.map((value, k) => value - b[k]);
}

function cross(a: readonly number[], b: readonly number[]): number[] {
	return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}
