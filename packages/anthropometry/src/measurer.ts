import { createMeshTopology } from "@anny-fitter/mesh";
import { type BodyFrame, createBodyFrame, updateBodyFrame } from "./body-frame.js";
import {
	type BodySide,
	type LandmarkName,
	landmarkPosition,
	type ResolvedLandmarks,
	resolveLandmarks,
} from "./landmarks.js";
import type { MeasurableModel, MeasurableShape } from "./model.js";
import { type BodyRegions, createBodyRegions, invalidateRegions } from "./regions.js";
import {
	addJointGradient,
	addVertexGradient,
	clearGradient,
	createGradientBuilder,
	type GradientBuilder,
	type SurfaceGradient,
	takeGradient,
} from "./surface-gradient.js";
import { createTape, type Tape } from "./tape.js";

/** Everything that can be prepared once per body model, and the memory measuring works in. Not for concurrent use. */
export interface Measurer {
	readonly topologyHash: string;
	readonly vertexCount: number;
	readonly landmarks: ResolvedLandmarks;
	readonly regions: BodyRegions;
	readonly joints: Record<JointName, Record<BodySide, number>>;
	readonly tape: Tape;
	readonly frame: BodyFrame;
	readonly gradientBuilder: GradientBuilder;
	/** Where a measuring function leaves the derivatives of its value; null when nobody asks for them. */
	gradient: GradientBuilder | null;
	/** The body being measured. */
	vertices: Float64Array;
	boneHeads: Float64Array;
}

/** Joints that carry measuring planes, each the head of a bone. */
const JOINT_BONES = {
	hip: ["upperleg01.L", "upperleg01.R"],
	knee: ["lowerleg01.L", "lowerleg01.R"],
	ankle: ["foot.L", "foot.R"],
	shoulder: ["upperarm01.L", "upperarm01.R"],
	elbow: ["lowerarm01.L", "lowerarm01.R"],
	wrist: ["wrist.L", "wrist.R"],
	neck: ["neck01", "neck01"],
	skull: ["head", "head"],
} as const;

/** Name of a joint. */
export type JointName = keyof typeof JOINT_BONES;

/**
 * Prepare measuring on a body model.
 *
 * @throws RangeError if its topology lacks a landmark, or its rig a bone, that a measurement needs.
 */
export function createMeasurer(model: MeasurableModel): Measurer {
	const boneIndex = (label: string): number => {
		const index = model.boneLabels.indexOf(label);
		if (index < 0) throw new RangeError(`the rig lacks bone ${label}`);
		return index;
	};
	const joints = {} as Record<JointName, Record<BodySide, number>>;
	for (const name of Object.keys(JOINT_BONES) as JointName[]) {
		const [left, right] = JOINT_BONES[name];
		joints[name] = { left: boneIndex(left), right: boneIndex(right) };
	}
	return {
		topologyHash: model.topologyHash,
		vertexCount: model.vertexCount,
		landmarks: resolveLandmarks(model),
		regions: createBodyRegions(model),
		joints,
		tape: createTape(createMeshTopology(model.triangles, model.vertexCount)),
		frame: createBodyFrame(),
		gradientBuilder: createGradientBuilder(model.vertexCount, model.boneLabels.length),
		gradient: null,
		vertices: new Float64Array(0),
		boneHeads: new Float64Array(0),
	};
}

/**
 * Take up a body: the following measurements are its.
 *
 * @throws RangeError if the body does not fit the measurer's model or has coordinates that are not finite.
 */
export function takeUpBody(measurer: Measurer, shape: MeasurableShape): void {
	if (shape.vertices.length !== 3 * measurer.vertexCount) {
		throw new RangeError(
			`the body has ${shape.vertices.length / 3} vertices, the measurer's model ${measurer.vertexCount}`,
		);
	}
	measurer.vertices = shape.vertices;
	measurer.boneHeads = shape.boneHeads;
	invalidateRegions(measurer.regions);
	const { hip } = measurer.joints;
	updateBodyFrame(measurer.frame, shape.vertices, shape.boneHeads, hip.left, hip.right);
}

/** Position of a landmark on the body taken up. @param out `[3]`. */
export function placeLandmark(out: Float64Array, measurer: Measurer, name: LandmarkName, side: BodySide): void {
	landmarkPosition(out, measurer.vertices, measurer.landmarks[name][side]);
}

/** Pull back a landmark's position. @param x derivative of the value by its x. @param y see x. @param z see x. */
export function pullLandmark(
	gradient: GradientBuilder,
	measurer: Measurer,
	name: LandmarkName,
	side: BodySide,
	x: number,
	y: number,
	z: number,
): void {
	const indices = measurer.landmarks[name][side];
	const n = indices.length;
	for (let i = 0; i < n; i++) addVertexGradient(gradient, indices[i], x / n, y / n, z / n);
}

/**
 * Derivatives of a landmark's position along a direction, as those of a measurement: for solvers that know where a landmark
 * should be.
 *
 * @param x direction. @param y see x. @param z see x.
 */
export function landmarkGradient(
	measurer: Measurer,
	name: LandmarkName,
	side: BodySide,
	x: number,
	y: number,
	z: number,
): SurfaceGradient {
	const { gradientBuilder } = measurer;
	clearGradient(gradientBuilder);
	pullLandmark(gradientBuilder, measurer, name, side, x, y, z);
	return takeGradient(gradientBuilder);
}

/** Height coordinate of a landmark, the mean of both sides. */
export function landmarkLevel(measurer: Measurer, name: LandmarkName): number {
	const { left, right } = measurer.landmarks[name];
	return (meanLevel(measurer.vertices, left) + meanLevel(measurer.vertices, right)) / 2;
}

/** Pull back {@link landmarkLevel}. @param weight derivative of the value by it. */
export function pullLandmarkLevel(
	gradient: GradientBuilder,
	measurer: Measurer,
	name: LandmarkName,
	weight: number,
): void {
	pullLandmark(gradient, measurer, name, "left", 0, 0, weight / 2);
	pullLandmark(gradient, measurer, name, "right", 0, 0, weight / 2);
}

/** Lowest vertex of a landmark on either side. */
export function lowestLandmarkVertex(measurer: Measurer, name: LandmarkName): number {
	const { vertices } = measurer;
	const { left, right } = measurer.landmarks[name];
	let lowest = left[0];
	for (let i = 1; i < left.length; i++) if (vertices[3 * left[i] + 2] < vertices[3 * lowest + 2]) lowest = left[i];
	for (let i = 0; i < right.length; i++) if (vertices[3 * right[i] + 2] < vertices[3 * lowest + 2]) lowest = right[i];
	return lowest;
}

function meanLevel(vertices: Float64Array, indices: Uint32Array): number {
	let sum = 0;
	for (let i = 0; i < indices.length; i++) sum += vertices[3 * indices[i] + 2];
	return sum / indices.length;
}

/** Position of a joint on the body taken up. @param out `[3]`. */
export function placeJoint(out: Float64Array, measurer: Measurer, name: JointName, side: BodySide): void {
	const b = 3 * measurer.joints[name][side];
	out[0] = measurer.boneHeads[b];
	out[1] = measurer.boneHeads[b + 1];
	out[2] = measurer.boneHeads[b + 2];
}

/** Pull back a joint's position. @param x derivative of the value by its x. @param y see x. @param z see x. */
export function pullJoint(
	gradient: GradientBuilder,
	measurer: Measurer,
	name: JointName,
	side: BodySide,
	x: number,
	y: number,
	z: number,
): void {
	addJointGradient(gradient, measurer.joints[name][side], x, y, z);
}
