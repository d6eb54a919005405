import type { BodyModel } from "./body-model.js";
import { writeBoneRestPose } from "./bone-rest-pose.js";
import { DEFAULT_PHENOTYPE, evaluateComponents } from "./phenotypes.js";
import { localChangeIndex, phenotypeIndex } from "./shape-parameters.js";
import { sumShapes } from "./shape-sum.js";
import { foldCoefficients, localCoefficients, MACRO_COUNT, macroCoefficients } from "./shape-weights.js";

/** Shape of a person. A missing phenotype is 0.5, a missing local change 0. */
export interface ShapeParameters {
	/** By label, usually 0…1; age −1/3 (newborn) … 1 (old). The model's labels only. */
	readonly phenotypes: Readonly<Record<string, number>>;
	/** By label, roughly −1…1, not clamped. */
	readonly localChanges?: Readonly<Record<string, number>>;
}

/** A shaped body at rest: metres, world axes. */
export interface ShapeState {
	/** [624], or [624 + 512] with local changes: Anny's blend shape coefficients. */
	readonly coefficients: Float64Array;
	/** [V*3] rest positions. */
	readonly vertices: Float64Array;
	/** [N*3] rest positions of the base vertices that the model needs; others are 0. */
	readonly baseVertices: Float64Array;
	/** [B*3] */
	readonly boneHeads: Float64Array;
	/** [B*3] */
	readonly boneTails: Float64Array;
	/** [B*12] affine, world from bone. */
	readonly restBonePoses: Float64Array;
}

/** Allocates a state for {@link evaluateShape}. */
export function createShapeState(model: BodyModel): ShapeState {
	const boneCount = model.boneLabels.length;
	return {
		coefficients: new Float64Array(MACRO_COUNT + 2 * model.localChangeLabels.length),
		vertices: new Float64Array(model.vertexCount * 3),
		baseVertices: new Float64Array(model.data.vertexCount * 3),
		boneHeads: new Float64Array(boneCount * 3),
		boneTails: new Float64Array(boneCount * 3),
		restBonePoses: new Float64Array(boneCount * 12),
	};
}

/**
 * Shapes the body: rest vertices, joints and rest poses. Only shapes with a weight are touched.
 *
 * @throws RangeError for a label that the model does not have, or a value that is not finite
 */
export function evaluateShape(out: ShapeState, model: BodyModel, parameters: ShapeParameters): void {
	const { workspace, data } = model;
	readPhenotypes(workspace.phenotypes, model, parameters.phenotypes);
	readLocalChanges(workspace.localChanges, model, parameters.localChanges);
	evaluateComponents(workspace.components, null, workspace.phenotypes, model.options.extrapolatePhenotypes);
	macroCoefficients(workspace.coefficients, workspace.components);
	localCoefficients(workspace.coefficients, workspace.localChanges);
	foldCoefficients(workspace.weights, workspace.coefficients, 1);
	for (let index = 0; index < out.coefficients.length; index++) {
		out.coefficients[index] = workspace.coefficients[index];
	}
	sumShapes(out.baseVertices, data.templateVertices, data.shapes, workspace.weights, model.sumRanges);
	gatherPoints(out.vertices, out.baseVertices, model.baseVertexIndices);
	averagePoints(out.boneHeads, out.baseVertices, model.boneHeadOffsets, model.boneHeadVertices);
	averagePoints(out.boneTails, out.baseVertices, model.boneTailOffsets, model.boneTailVertices);
	for (let bone = 0; bone < model.boneRolls.length; bone++) {
		writeBoneRestPose(out.restBonePoses, 12 * bone, out.boneHeads, out.boneTails, bone, model.boneRolls[bone]);
	}
}

/** Writes all 11 phenotypes in order. */
function readPhenotypes(out: Float64Array, model: BodyModel, phenotypes: Readonly<Record<string, number>>): void {
	out.fill(DEFAULT_PHENOTYPE);
	for (const label in phenotypes) {
		out[phenotypeIndex(model, label)] = requireFinite(phenotypes[label], label);
	}
}

function readLocalChanges(
	out: Float64Array,
	model: BodyModel,
	localChanges: Readonly<Record<string, number>> | undefined,
): void {
	out.fill(0);
	if (localChanges === undefined) {
		return;
	}
	for (const label in localChanges) {
		out[localChangeIndex(model, label)] = requireFinite(localChanges[label], label);
	}
}

function requireFinite(value: number, label: string): number {
	if (!Number.isFinite(value)) {
		throw new RangeError(`${label} is ${value}`);
	}
	return value;
}

function gatherPoints(out: Float64Array, points: Float64Array, indices: Uint16Array): void {
	for (let vertex = 0, at = 0; vertex < indices.length; vertex++, at += 3) {
		const from = 3 * indices[vertex];
		out[at] = points[from];
		out[at + 1] = points[from + 1];
		out[at + 2] = points[from + 2];
	}
}

function averagePoints(out: Float64Array, points: Float64Array, offsets: Uint32Array, vertices: Uint16Array): void {
	for (let row = 0; row + 1 < offsets.length; row++) {
		let x = 0;
		let y = 0;
		let z = 0;
		for (let entry = offsets[row]; entry < offsets[row + 1]; entry++) {
			const from = 3 * vertices[entry];
			x += points[from];
			y += points[from + 1];
			z += points[from + 2];
		}
		const count = offsets[row + 1] - offsets[row];
		out[3 * row] = x / count;
		out[3 * row + 1] = y / count;
		out[3 * row + 2] = z / count;
	}
}
