import {
	type BodyModel,
	type BodyModelData,
	createBodyModel,
	createPoseState,
	createShapeState,
	evaluatePose,
	evaluateShape,
	type PoseState,
	type ShapeParameters,
	type ShapeState,
} from "@anny-fitter/body-model";
import { type Articulation, createArticulation, poseParametersFromArticulation } from "@anny-fitter/fitting";

/**
 * The models of one person: the base mesh with everything that clothes refer to, and Anny's default body, which is the
 * truth. They share the shape parameters; a vertex of the default body is one of the base mesh.
 */
export interface PersonModel {
	/** 19 158 base vertices, 163 bones */
	readonly base: BodyModel;
	/** 13 348 vertices, default topology */
	readonly body: BodyModel;
	readonly articulation: Articulation;
	/** [V*3] of the base mesh before any shape, metres: what clothes were made for */
	readonly template: Float64Array;
}

export function createPersonModel(data: BodyModelData): PersonModel {
	const every = { allPhenotypes: true, localChanges: true };
	const base = createBodyModel(data, {
		...every,
		topology: "makehuman",
		eyes: true,
		tongue: true,
		removeUnattachedVertices: false,
	});
	return {
		base,
		body: createBodyModel(data, every),
		articulation: createArticulation(base),
		template: data.templateVertices.slice(0, 3 * base.vertexCount),
	};
}

/** Shapes the base mesh. */
export function shapePerson(model: PersonModel, shape: ShapeParameters): ShapeState {
	const state = createShapeState(model.base);
	evaluateShape(state, model.base, shape);
	return state;
}

/** Vertices of the default body among those of the base mesh: `[13348*3]`, a new array. */
export function bodyVertices(model: PersonModel, baseVertices: Float64Array): Float64Array {
	const out = new Float64Array(3 * model.body.vertexCount);
	for (const [v, base] of model.body.baseVertexIndices.entries()) {
		for (let k = 0; k < 3; k++) out[3 * v + k] = baseVertices[3 * base + k] ?? Number.NaN;
	}
	return out;
}

/** A person who stands somewhere. */
export interface PosedPerson {
	readonly state: PoseState;
	/** [163*12] rest_relative, the root with the place in the world */
	readonly parameters: Float64Array;
}

/**
 * Poses a person and puts them on the floor.
 *
 * @param rotations [19*3] of the articulated bones, as `poseParametersFromArticulation` takes them
 * @param yaw_rad about the vertical, 0 faces −Y, a quarter turn shows −Y the right side
 * @param sole_m height of the lowest vertex of the body: what shoes lift
 */
export function posePerson(
	model: PersonModel,
	shape: ShapeState,
	rotations: Float64Array,
	yaw_rad: number,
	sole_m: number,
): PosedPerson {
	const { base, articulation } = model;
	const parameters = new Float64Array(12 * base.boneLabels.length);
	poseParametersFromArticulation(parameters, articulation, shape.restBonePoses, rotations);
	const state = createPoseState(base);
	evaluatePose(state, base, shape, parameters, "root_relative_world");
	const posed = bodyVertices(model, state.vertices);
	// Lowest vertex to the soles' height, middle of the body over the origin.
	let low = Number.POSITIVE_INFINITY;
	for (let i = 2; i < posed.length; i += 3) low = Math.min(low, posed[i] ?? low);
	const [x = 0, y = 0] = state.boneHeads;
	const [c, s] = [Math.cos(yaw_rad), Math.sin(yaw_rad)];
	const world = Float64Array.of(c, -s, 0, -c * x + s * y, s, c, 0, -s * x - c * y, 0, 0, 1, sole_m - low);
	// root_relative_world to rest_relative: the root's own pose in the world, seen from its rest pose.
	const root = multiply(world, state.bonePoses.subarray(0, 12));
	parameters.set(multiply(rigidInverse(shape.restBonePoses.subarray(0, 12)), root));
	evaluatePose(state, base, shape, parameters, "rest_relative");
	return { state, parameters };
}

/** Product of two rigid 3×4 transforms. */
export function multiply(a: Float64Array, b: Float64Array): Float64Array {
	const out = new Float64Array(12);
	for (let row = 0; row < 3; row++) {
		for (let column = 0; column < 4; column++) {
			let sum = column === 3 ? (a[4 * row + 3] ?? 0) : 0;
			for (let k = 0; k < 3; k++) sum += (a[4 * row + k] ?? 0) * (b[4 * k + column] ?? 0);
			out[4 * row + column] = sum;
		}
	}
	return out;
}

/** Inverse of a rigid 3×4 transform. */
export function rigidInverse(m: Float64Array): Float64Array {
	const out = new Float64Array(12);
	for (let row = 0; row < 3; row++) {
		let moved = 0;
		for (let k = 0; k < 3; k++) {
			out[4 * row + k] = m[4 * k + row] ?? 0;
			moved -= (m[4 * k + row] ?? 0) * (m[4 * k + 3] ?? 0);
		}
		out[4 * row + 3] = moved;
	}
	return out;
}
