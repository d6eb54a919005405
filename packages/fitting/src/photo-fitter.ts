import type { Measurer } from "@anny-fitter/anthropometry";
import { createMeasurer } from "@anny-fitter/anthropometry";
import type { BodyModel, PoseState, ShapeState } from "@anny-fitter/body-model";
import { createPoseState, createShapeState, evaluatePose, evaluateShape } from "@anny-fitter/body-model";
import type { MeshTopology } from "@anny-fitter/mesh";
import { createMeshTopology } from "@anny-fitter/mesh";
import type { Articulation } from "./articulation.js";
import { createArticulation, poseParametersFromArticulation } from "./articulation.js";
import { namedShape } from "./shape-parameters.js";
import type { SilhouetteSkin } from "./silhouette.js";
import { createSilhouetteSkin } from "./silhouette.js";

/** Everything about a body model that fits share: made once, reused for every person. Not safe to share between threads. */
export interface PhotoFitter {
	readonly model: BodyModel;
	readonly articulation: Articulation;
	readonly topology: MeshTopology;
	readonly skin: SilhouetteSkin;
	readonly measurer: Measurer;
	/** Scratch of the current evaluation. */
	readonly shape: ShapeState;
	readonly pose: PoseState;
	readonly poseParameters: Float64Array;
}

/**
 * @param model body model with all phenotypes and local changes, default topology
 * @throws RangeError when the model has only the basic phenotypes or no local changes
 */
export function createPhotoFitter(model: BodyModel): PhotoFitter {
	if (!model.phenotypeLabels.includes("caucasian") || model.localChangeLabels.length === 0) {
		throw new RangeError("Fitting needs a body model with all phenotypes and local changes.");
	}
	const articulation = createArticulation(model);
	return {
		model,
		articulation,
		topology: createMeshTopology(model.triangles, model.vertexCount),
		skin: createSilhouetteSkin(model, articulation),
		measurer: createMeasurer(model),
		shape: createShapeState(model),
		pose: createPoseState(model),
		poseParameters: new Float64Array(12 * model.boneLabels.length),
	};
}

/** Evaluates the resting body of a shape vector into `fitter.shape`. */
export function evaluateFitterShape(fitter: PhotoFitter, values: ArrayLike<number>): void {
	evaluateShape(fitter.shape, fitter.model, namedShape(values));
}

/**
 * Evaluates the posed body in its own frame into `fitter.pose`; `fitter.shape` must hold its shape.
 *
 * @param rotations rotation vectors of the articulated bones, read from `offset`
 */
export function evaluateFitterPose(fitter: PhotoFitter, rotations: Float64Array, offset: number): void {
	poseParametersFromArticulation(
		fitter.poseParameters,
		fitter.articulation,
		fitter.shape.restBonePoses,
		rotations,
		offset,
	);
	evaluatePose(fitter.pose, fitter.model, fitter.shape, fitter.poseParameters, "root_relative_world");
}

/** Highest and lowest vertex of a resting body. */
export function extremeVertices(vertices: Float64Array): [top: number, bottom: number] {
	let top = 0;
	let bottom = 0;
	for (let v = 1; v < vertices.length / 3; v++) {
		if (vertices[3 * v + 2] > vertices[3 * top + 2]) top = v;
		if (vertices[3 * v + 2] < vertices[3 * bottom + 2]) bottom = v;
	}
	return [top, bottom];
}

/** Stature of a resting body, metres. */
export function statureOf(vertices: Float64Array): number {
	const [top, bottom] = extremeVertices(vertices);
	return vertices[3 * top + 2] - vertices[3 * bottom + 2];
}
