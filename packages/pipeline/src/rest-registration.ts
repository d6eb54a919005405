import {
	ALL_PHENOTYPE_LABELS,
	type BodyModel,
	createShapeState,
	createShapeSubset,
	evaluateShape,
	evaluateShapeSubset,
	type PhenotypeLabel,
	phenotypeRange,
	type ShapeParameter,
	type ShapeParameters,
	type ShapeState,
	type ShapeSubset,
} from "@anny-fitter/body-model";
import { choleskyFactor, choleskySolve, multiplyRotations, rotationFromVector } from "@anny-fitter/math";
import { alignmentRotation, meanPoint, rotateAboutPoint } from "./align-points.js";

/** A mesh in Anny's topology and rest pose, brought into Anny's frame, with the joints that belong to it. */
export interface RestRegistration {
	/** [V*3] the mesh's vertices in Anny's axes, metres. */
	readonly vertices: Float64Array;
	/** [B*3] */
	readonly boneHeads: Float64Array;
	/** Angle of the rotation into Anny's frame, radians. */
	readonly turn_rad: number;
	/** Root mean square distance between the mesh and the nearest body of the model, metres. */
	readonly residual_m: number;
}

const RACES: ReadonlySet<PhenotypeLabel> = new Set(["african", "asian", "caucasian"]);
const AGE = ALL_PHENOTYPE_LABELS.indexOf("age");
/** A baby, a child and an adult: from one of them the descent finds every age. */
const START_AGES = [0, 0.33, 0.67];
const PHENOTYPE_ITERATIONS = 12;
const LOCAL_ITERATIONS = 6;
const SAMPLE_COUNT = 800;
/** Pull towards the start values, in square metres per unit², against the sum over the sample. */
const PHENOTYPE_PRIOR = 1e-4;
const LOCAL_PRIOR = 1e-6;
const LARGEST_STEP = 0.3;
const LOCAL_RANGE = [-2, 2] as const;
/** Cosine of 15°: an axis nearer to the vertical than this was meant to be vertical. */
const UPRIGHT_COSINE = 0.966;
/** Number of vertices around a joint that carry it along. */
const NEIGHBOUR_COUNT = 200;

/** What the descent varies: parameters with their bounds, prior and start. */
interface Unknown {
	readonly parameter: ShapeParameter;
	readonly range: readonly [number, number];
	readonly prior: number;
	readonly start: number;
}

/**
 * Finds the joints of a rest-pose mesh: fits phenotypes, then local changes too, to the vertices by Gauss–Newton, takes
 * the joints of the fitted body, and moves each by what is left between fitted and given surface around it.
 *
 * @param model with all phenotypes and local changes
 * @param vertices [V*3] in the model's vertex order, metres, any axes
 * @returns null when the vertices are a mirror image of a body
 */
export function registerRestMesh(model: BodyModel, vertices: Float64Array): RestRegistration | null {
	const sample = sampleVertices(model);
	const target = gather(vertices, sample);
	const subset = createShapeSubset(
		model,
		sample.map((vertex) => model.baseVertexIndices[vertex]!),
	);
	let best: { unknowns: Unknown[]; cost: number } | null = null;
	for (const age of START_AGES) {
		const unknowns = phenotypeUnknowns(age);
		const cost = descend(subset, target, unknowns, PHENOTYPE_ITERATIONS);
		if (cost === null) return null;
		if (best === null || cost < best.cost) best = { unknowns, cost };
	}
	const unknowns = [...best!.unknowns, ...localUnknowns(model)];
	const cost = descend(subset, target, unknowns, LOCAL_ITERATIONS);
	if (cost === null) return null;

	const shape = createShapeState(model);
	evaluateShape(shape, model, namedValues(unknowns));
	const rotation = alignmentRotation(shape.vertices, vertices);
	if (rotation === null) return null;
	standUpright(rotation);
	const turned = new Float64Array(vertices.length);
	rotateAboutPoint(turned, vertices, rotation, meanPoint(vertices), meanPoint(shape.vertices));
	const trace = rotation[0]! + rotation[4]! + rotation[8]!;
	return {
		vertices: turned,
		boneHeads: carryJoints(shape, turned),
		turn_rad: Math.acos(Math.min(1, Math.max(-1, (trace - 1) / 2))),
		residual_m: Math.sqrt(cost / sample.length),
	};
}

/**
 * Tilts a rotation so that the mesh axis that is nearly vertical becomes exactly vertical: whoever exported the mesh
 * chose that axis, and heights must not depend on how well the fit stands.
 */
function standUpright(rotation: Float64Array): void {
	for (let axis = 0; axis < 3; axis++) {
		const up = rotation[6 + axis]!;
		if (Math.abs(up) < UPRIGHT_COSINE) continue;
		const x = Math.sign(up) * rotation[axis]!;
		const y = Math.sign(up) * rotation[3 + axis]!;
		const sine = Math.hypot(x, y);
		if (sine === 0) return;
		const angle = Math.atan2(sine, Math.abs(up));
		const tilt = new Float64Array(9);
		rotationFromVector(tilt, [(y / sine) * angle, (-x / sine) * angle, 0]);
		multiplyRotations(rotation, tilt, rotation.slice());
		return;
	}
}

function phenotypeUnknowns(age: number): Unknown[] {
	return ALL_PHENOTYPE_LABELS.map((label, index) => ({
		parameter: { kind: "phenotype", label },
		// The three race values count only relative to one another; with all at 0 none has a direction.
		range: RACES.has(label) ? [0.01, 1] : phenotypeRange(label),
		prior: PHENOTYPE_PRIOR,
		start: index === AGE ? age : 0.5,
	}));
}

function localUnknowns(model: BodyModel): Unknown[] {
	return model.localChangeLabels.map((label) => ({
		parameter: { kind: "local", labels: [label] },
		range: LOCAL_RANGE,
		prior: LOCAL_PRIOR,
		start: 0,
	}));
}

function namedValues(unknowns: readonly Unknown[]): ShapeParameters {
	const phenotypes: Record<string, number> = {};
	const localChanges: Record<string, number> = {};
	for (const { parameter, start } of unknowns) {
		if (parameter.kind === "phenotype") phenotypes[parameter.label] = start;
		else for (const label of parameter.labels) localChanges[label] = start;
	}
	return { phenotypes, localChanges };
}

/**
 * Gauss–Newton with bounds, on points that are aligned anew in every step. Leaves the solution as the unknowns' start.
 *
 * @param target [n*3] where the subset's points should be, up to a rigid motion
 * @returns sum of squared distances at the end, or null when the target is a mirror image
 */
function descend(subset: ShapeSubset, target: Float64Array, unknowns: Unknown[], iterations: number): number | null {
	const count = unknowns.length;
	const size = target.length;
	const parameters = unknowns.map(({ parameter }) => parameter);
	const values = Float64Array.from(unknowns, ({ start }) => start);
	const points = new Float64Array(size);
	const aligned = new Float64Array(size);
	const jacobian = new Float64Array(count * size);
	const normal = new Float64Array(count * count);
	const step = new Float64Array(count);
	const alignTarget = (): boolean => {
		const rotation = alignmentRotation(points, target);
		if (rotation === null) return false;
		rotateAboutPoint(aligned, target, rotation, meanPoint(target), meanPoint(points));
		return true;
	};
	for (let iteration = 0; iteration < iterations; iteration++) {
		evaluateShapeSubset(points, jacobian, subset, parameters, values);
		if (!alignTarget()) return null;
		for (let p = 0; p < count; p++) centre(jacobian, p * size, size);
		for (let p = 0; p < count; p++) {
			const { prior, start } = unknowns[p]!;
			let descent = prior * (start - values[p]!);
			const at = p * size;
			for (let i = 0; i < size; i++) descent += jacobian[at + i]! * (aligned[i]! - points[i]!);
			step[p] = descent;
			for (let q = 0; q <= p; q++) {
				const other = q * size;
				let sum = p === q ? prior : 0;
				for (let i = 0; i < size; i++) sum += jacobian[at + i]! * jacobian[other + i]!;
				normal[p * count + q] = sum;
			}
		}
		if (!choleskyFactor(normal, count)) break;
		choleskySolve(normal, count, step);
		for (let p = 0; p < count; p++) {
			const [lowest, highest] = unknowns[p]!.range;
			const change = Math.min(LARGEST_STEP, Math.max(-LARGEST_STEP, step[p]!));
			values[p] = Math.min(highest, Math.max(lowest, values[p]! + change));
		}
	}
	evaluateShapeSubset(points, null, subset, parameters, values);
	if (!alignTarget()) return null;
	for (let p = 0; p < count; p++) unknowns[p] = { ...unknowns[p]!, start: values[p]! };
	let cost = 0;
	for (let i = 0; i < size; i++) cost += (aligned[i]! - points[i]!) ** 2;
	return cost;
}

/** Moves the joints of a shape by the weighted mean displacement of the surface around each. */
function carryJoints(shape: ShapeState, vertices: Float64Array): Float64Array {
	const heads = shape.boneHeads.slice();
	const vertexCount = vertices.length / 3;
	const distances = new Float64Array(vertexCount);
	for (let b = 0; b < heads.length; b += 3) {
		for (let v = 0; v < vertexCount; v++) {
			distances[v] = Math.hypot(
				shape.vertices[3 * v]! - shape.boneHeads[b]!,
				shape.vertices[3 * v + 1]! - shape.boneHeads[b + 1]!,
				shape.vertices[3 * v + 2]! - shape.boneHeads[b + 2]!,
			);
		}
		const reach = distances.slice().sort()[Math.min(NEIGHBOUR_COUNT, vertexCount) - 1]!;
		let sum = 0;
		const shift = [0, 0, 0];
		for (let v = 0; v < vertexCount; v++) {
			if (distances[v]! > reach) continue;
			const weight = Math.exp(-2 * (distances[v]! / reach) ** 2);
			sum += weight;
			for (let a = 0; a < 3; a++) shift[a]! += weight * (vertices[3 * v + a]! - shape.vertices[3 * v + a]!);
		}
		for (let a = 0; a < 3; a++) heads[b + a]! += shift[a]! / sum;
	}
	return heads;
}

function sampleVertices(model: BodyModel): Uint16Array {
	const stride = Math.max(1, Math.floor(model.vertexCount / SAMPLE_COUNT));
	return Uint16Array.from({ length: Math.floor(model.vertexCount / stride) }, (_, index) => index * stride);
}

function gather(points: Float64Array, indices: Uint16Array): Float64Array {
	const out = new Float64Array(3 * indices.length);
	for (const [row, index] of indices.entries()) out.set(points.subarray(3 * index, 3 * index + 3), 3 * row);
	return out;
}

/** Takes the mean point out of a run of points, so that moving the whole body is no change of shape. */
function centre(points: Float64Array, offset: number, length: number): void {
	for (let a = 0; a < 3; a++) {
		let sum = 0;
		for (let i = offset + a; i < offset + length; i += 3) sum += points[i]!;
		const mean = sum / (length / 3);
		for (let i = offset + a; i < offset + length; i += 3) points[i]! -= mean;
	}
}
