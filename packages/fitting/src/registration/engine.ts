/**
 * One damped Gauss–Newton step of a posed body towards weighted targets: what registration to a mesh in Anny's topology
 * and ICP against any mesh share. Made once per model and choice of vertices; steps allocate nothing but their result.
 *
 * Cost: Σ_v [ a_v |p_v − t_v|² + b_v (n_v·(p_v − t_v))² ] + Σ_s κ_s (x_s − μ_s)² + Σ_bones κ_b |log δ_b|².
 * With a, b and κ the inverses of variances it is twice a negative log likelihood. Weights are constant within a step;
 * a robust loss is the caller's, by new weights before each step.
 */
import {
	type BodyModel,
	createPosedSubset,
	identityPose,
	type PhenotypeLabel,
	type PosedSubset,
	phenotypeAnchors,
	type ShapeParameter,
} from "@anny-fitter/body-model";
import { createSkyline, type SkylineMatrix } from "@anny-fitter/solver";

/** Root parameters are those of Anny's default. */
export const REGISTRATION_POSE = "root_relative_world";

/** Local changes stay within this range on both sides. */
export const LOCAL_CHANGE_LIMIT = 2;

export interface RegistrationEngine {
	readonly model: BodyModel;
	/** [n] model vertices that get targets. */
	readonly vertices: Uint32Array;
	/** P shape parameters: phenotypes first, then (tied) local changes. */
	readonly parameters: readonly ShapeParameter[];
	readonly phenotypeCount: number;
	/** [P] bounds of the shape parameters. */
	readonly lower: Float64Array;
	readonly upper: Float64Array;
	/** Per parameter the ends of its linear pieces, ascending, bounds included: the model has kinks there. */
	readonly anchors: readonly Float64Array[];
	/** Points after the last evaluation; see {@link PosedSubset}. */
	readonly subset: PosedSubset;
	/** [B] 1 for bones with chosen vertices on or below them. */
	readonly supportedBones: Uint8Array;

	/** Unknowns: 3 per bone from the leaves to the root, 3 of the root's translation, log scale, P of the shape. @internal */
	readonly size: number;
	/** @internal */
	readonly normal: SkylineMatrix;
	/** @internal */
	readonly factor: SkylineMatrix;
	/** Factor of the system of scale and shape that is left of `factor`; rows follow `freeTail`. @internal */
	readonly tailFactor: SkylineMatrix;
	/** [1 + P] free unknowns of scale and shape in the last solution, then −1. @internal */
	readonly freeTail: Int32Array;
	/** [size] half the gradient of the cost. @internal */
	readonly gradient: Float64Array;
	/** [size] @internal */
	readonly step: Float64Array;
	/** [size] 1 where an unknown may not move in this step. @internal */
	readonly frozen: Uint8Array;
	/** Rows of a few points: planes and weighted planes. @internal */
	readonly planes: Float64Array;
	/** @internal */
	readonly weightedPlanes: Float64Array;
	/** @internal */
	readonly trial: RegistrationState;
	/** Scratch of steps. @internal */
	readonly scratch: RegistrationScratch;
}

/** @internal */
export interface RegistrationScratch {
	/** [size] each */
	readonly rhs: Float64Array;
	readonly found: Float64Array;
	/** [1 + P] */
	readonly tailSide: Float64Array;
	/** [3] */
	readonly vector: Float64Array;
	/** [3n] points where the step began, at its end, and half way. */
	readonly startPoints: Float64Array;
	readonly straightPoints: Float64Array;
	readonly halfPoints: Float64Array;
	/** [9] each */
	readonly rotation: Float64Array;
	readonly increment: Float64Array;
	readonly turned: Float64Array;
}

/** The body that is being fitted; changed in place by steps. */
export interface RegistrationState {
	/** [P] */
	readonly values: Float64Array;
	/** [B*12] in {@link REGISTRATION_POSE}. */
	readonly pose: Float64Array;
	/** The target is the body times exp(logScale[0]). */
	readonly logScale: Float64Array;
}

/** Where the engine's vertices should be. Any weight may be 0; a target without weight is not read. */
export interface RegistrationTargets {
	/** [n*3] metres, world axes. */
	readonly positions: Float64Array;
	/** [n] weight of the distance to the position, 1/m². */
	readonly pointWeights: Float64Array;
	/** [n*3] unit normals, null without planes. */
	readonly normals: Float64Array | null;
	/** [n] weight of the distance to the plane through the position, 1/m². */
	readonly planeWeights: Float64Array | null;
}

export interface RegistrationPrior {
	/** [P] */
	readonly means: Float64Array;
	/** [P] inverse variances, 0 without a prior. */
	readonly precisions: Float64Array;
	/** [B] inverse variances of the rotation vectors about rest, rad⁻²; the root's is not read. */
	readonly bonePrecisions: Float64Array;
}

/** What a step may change. */
export interface RegistrationFreedom {
	/** [P] 1 for free parameters. */
	readonly shape: Uint8Array;
	/** [B] 1 for bones that may turn, the root included. */
	readonly bones: Uint8Array;
	readonly translation: boolean;
	readonly scale: boolean;
}

/** Number of points whose shape rows are multiplied together. @internal */
export const POINTS_PER_BLOCK = 8;

/**
 * Allocates an engine.
 *
 * @param vertices [n] model vertices
 * @param localChanges groups of tied local changes, none for phenotypes alone
 * @throws RangeError for vertices or labels that the model does not have
 */
export function createRegistrationEngine(
	model: BodyModel,
	vertices: Uint32Array,
	localChanges: readonly (readonly string[])[] = [],
): RegistrationEngine {
	const parameters: ShapeParameter[] = [
		...model.phenotypeLabels.map((label): ShapeParameter => ({ kind: "phenotype", label })),
		...localChanges.map((labels): ShapeParameter => ({ kind: "local", labels })),
	];
	const anchors = parameters.map((parameter) =>
		parameter.kind === "phenotype"
			? phenotypeAnchors(parameter.label as PhenotypeLabel)
			: Float64Array.of(-LOCAL_CHANGE_LIMIT, 0, LOCAL_CHANGE_LIMIT),
	);
	const boneCount = model.boneLabels.length;
	const subset = createPosedSubset(model, vertices, parameters);
	const supportedBones = new Uint8Array(boneCount);
	for (const bone of subset.supportBones) supportedBones[bone] = 1;
	const first = skylineRows(subset, boneCount, parameters.length);
	const normal = createSkyline(first);
	const size = first.length;
	const planeCount = parameters.length + 1;
	return {
		model,
		vertices,
		parameters,
		phenotypeCount: model.phenotypeLabels.length,
		lower: Float64Array.from(anchors, (ends) => ends[0]),
		upper: Float64Array.from(anchors, (ends) => ends[ends.length - 1]),
		anchors,
		subset,
		supportedBones,
		size,
		normal,
		factor: { ...normal, values: new Float64Array(normal.values.length) },
		tailFactor: createSkyline(new Int32Array(planeCount)),
		freeTail: new Int32Array(planeCount),
		gradient: new Float64Array(size),
		step: new Float64Array(size),
		frozen: new Uint8Array(size),
		planes: new Float64Array(3 * POINTS_PER_BLOCK * planeCount),
		weightedPlanes: new Float64Array(3 * POINTS_PER_BLOCK * planeCount),
		trial: {
			values: new Float64Array(parameters.length),
			pose: identityPose(model),
			logScale: new Float64Array(1),
		},
		scratch: {
			rhs: new Float64Array(size),
			found: new Float64Array(size),
			tailSide: new Float64Array(planeCount),
			vector: new Float64Array(3),
			startPoints: new Float64Array(3 * vertices.length),
			straightPoints: new Float64Array(3 * vertices.length),
			halfPoints: new Float64Array(3 * vertices.length),
			rotation: new Float64Array(9),
			increment: new Float64Array(9),
			turned: new Float64Array(9),
		},
	};
}

/** A body of default shape in rest pose whose root joint is at the origin. */
export function createRegistrationState(engine: RegistrationEngine): RegistrationState {
	return {
		values: Float64Array.from(engine.parameters, ({ kind }) => (kind === "phenotype" ? 0.5 : 0)),
		pose: identityPose(engine.model),
		logScale: new Float64Array(1),
	};
}

/** First unknown of a bone: children before parents. @internal */
export function boneUnknown(engine: RegistrationEngine, bone: number): number {
	return 3 * (engine.model.boneLabels.length - 1 - bone);
}

/** First unknown of the root's translation; the scale is the fourth from it, the shape follows. @internal */
export function translationUnknown(engine: RegistrationEngine): number {
	return 3 * engine.model.boneLabels.length;
}

/** Bones that move a common point are coupled: a row begins at the leaf-most of them. */
function skylineRows(subset: PosedSubset, boneCount: number, parameterCount: number): Int32Array {
	const first = new Int32Array(3 * boneCount + 4 + parameterCount);
	const leaf = Int32Array.from({ length: boneCount }, (_, bone) => bone);
	for (let point = 0; point < subset.pointCount; point++) {
		const last = subset.supportBones[subset.supportOffsets[point + 1] - 1];
		for (let entry = subset.supportOffsets[point]; entry < subset.supportOffsets[point + 1]; entry++) {
			const bone = subset.supportBones[entry];
			leaf[bone] = Math.max(leaf[bone], last);
		}
	}
	for (let bone = 0; bone < boneCount; bone++) {
		for (let axis = 0; axis < 3; axis++) first[3 * (boneCount - 1 - bone) + axis] = 3 * (boneCount - 1 - leaf[bone]);
	}
	return first;
}
