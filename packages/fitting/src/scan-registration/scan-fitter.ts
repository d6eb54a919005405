import {
	type BodyModel,
	createPoseState,
	createShapeState,
	evaluatePose,
	evaluateShape,
	type PoseState,
	type ShapeState,
} from "@anny-fitter/body-model";
import { computeVertexNormals, createTriangleTree, refitTriangleTree, type TriangleTree } from "@anny-fitter/mesh";
import { ARTICULATED_BONES, type Articulation, createArticulation, JOINT_COUNT } from "../articulation.js";
import { LOCAL_CHANGES } from "../local-changes.js";
import { createRegistrationEngine, REGISTRATION_POSE, type RegistrationEngine } from "../registration/engine.js";
import { namedShape } from "../shape-parameters.js";
import { createScanTemplates, type ScanTemplate } from "./scan-templates.js";
import { pickSurfaceSample, type SurfaceSample } from "./surface-sample.js";
import { findVisibleVertices } from "./visible-vertices.js";

/** How finely a body is looked at: the vertices that get targets and the solver that moves them. */
export interface FitLevel {
	readonly sample: SurfaceSample;
	readonly engine: RegistrationEngine;
}

/** Everything about a body model that scans share: made once, reused for every scan. Not safe to share between threads. */
export interface ScanFitter {
	readonly model: BodyModel;
	readonly articulation: Articulation;
	readonly templates: readonly ScanTemplate[];
	/** [V] 1 for vertices that can be seen from outside */
	readonly visible: Uint8Array;
	readonly coarse: FitLevel;
	readonly fine: FitLevel;
	/** Bones that may turn: the articulated ones and the root. [B] */
	readonly movingBones: Uint8Array;
	/** The body under way: shape, pose, normals and tree of its surface. */
	readonly shape: ShapeState;
	readonly pose: PoseState;
	readonly normals: Float64Array;
	/** Of the visible triangles; `triangleVertices` names their vertices. */
	readonly tree: TriangleTree;
}

const COARSE_VERTICES = 350;
const FINE_VERTICES = 1600;

/** @param model with all phenotypes and local changes, linear blend skinning */
export function createScanFitter(model: BodyModel): ScanFitter {
	const articulation = createArticulation(model);
	const shape = createShapeState(model);
	evaluateShape(shape, model, { phenotypes: {} });
	const visible = findVisibleVertices({ vertices: shape.vertices, triangles: model.triangles });
	const level = (count: number): FitLevel => {
		const sample = pickSurfaceSample(shape.vertices, model.triangles, visible, count);
		const engine = createRegistrationEngine(
			model,
			sample.vertices,
			LOCAL_CHANGES.map(([labels]) => labels),
		);
		return { sample, engine };
	};
	const movingBones = new Uint8Array(model.boneLabels.length);
	for (let joint = 0; joint < JOINT_COUNT; joint++) movingBones[articulation.bones[joint]] = 1;
	const outside = model.triangles.filter((_, i) => {
		const t = 3 * Math.floor(i / 3);
		return [0, 1, 2].every((k) => visible[model.triangles[t + k]] === 1);
	});
	return {
		model,
		articulation,
		templates: createScanTemplates(model),
		visible,
		coarse: level(COARSE_VERTICES),
		fine: level(FINE_VERTICES),
		movingBones,
		shape,
		pose: createPoseState(model),
		normals: new Float64Array(3 * model.vertexCount),
		tree: createTriangleTree(shape.vertices, outside),
	};
}

/** Brings shape, pose, normals and tree of the fitter to a body. */
export function evaluateScannedBody(fitter: ScanFitter, values: Float64Array, pose: Float64Array): void {
	evaluateShape(fitter.shape, fitter.model, namedShape(values));
	evaluatePose(fitter.pose, fitter.model, fitter.shape, pose, REGISTRATION_POSE);
	computeVertexNormals(fitter.normals, fitter.pose.vertices, fitter.model.triangles);
	refitTriangleTree(fitter.tree, fitter.pose.vertices);
}

/** Inverse variances of the turns of articulated bones about rest, rad⁻². [B] */
export function posePrecisions(fitter: ScanFitter): Float64Array {
	const out = new Float64Array(fitter.model.boneLabels.length);
	for (const [index, label] of ARTICULATED_BONES.entries()) {
		const sigma = TURN_SIGMA_RAD[label.replace(/\.[LR]$/, "")];
		out[fitter.articulation.bones[index + 1]] = 1 / (sigma * sigma);
	}
	return out;
}

/** How far people turn their joints when they are scanned standing. */
const TURN_SIGMA_RAD: Readonly<Record<string, number>> = {
	spine05: 0.1,
	spine03: 0.12,
	spine01: 0.12,
	neck01: 0.2,
	head: 0.2,
	clavicle: 0.15,
	upperarm01: 0.7,
	lowerarm01: 0.5,
	wrist: 0.4,
	upperleg01: 0.3,
	lowerleg01: 0.25,
	foot: 0.2,
};
