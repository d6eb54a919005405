import { measureBody } from "@anny-fitter/anthropometry";
import {
	createShapeResponse,
	evaluateShape,
	evaluateShapeResponse,
	type PointGradient,
	type ShapeResponse,
} from "@anny-fitter/body-model";
import { computeVolumeGradient } from "@anny-fitter/mesh";
import { BODY_QUANTITIES } from "../body-tangent.js";
import type { PhotoFitter } from "../photo-fitter.js";
import { BODY_DENSITY_KG_M3, bodyMass } from "../quantities.js";
import { namedShape, SHAPE_COUNT, SHAPE_PARAMETERS } from "../shape-parameters.js";

/**
 * A body whose quantities are known, and how they follow its points. Quantities are taken in the scale in which they follow
 * the points best: lengths as they are, the square root of the mass.
 */
export interface ReferenceBody {
	/** [SHAPE_COUNT] */
	readonly x: Float64Array;
	/** [BODY_QUANTITIES] scaled */
	readonly values: Float64Array;
	/** Of the scaled quantities, in the order of BODY_QUANTITIES. */
	readonly response: ShapeResponse;
}

export const MASS_PLACE = BODY_QUANTITIES.length - 1;

/** Measures a body and what every shape would change in it. Some tenths of a second. Leaves the body in `fitter.shape`. */
export function takeReference(fitter: PhotoFitter, x: Float64Array): ReferenceBody {
	const { model, shape } = fitter;
	evaluateShape(shape, model, namedShape(x));
	const values = new Float64Array(BODY_QUANTITIES.length);
	const gradients: PointGradient[] = [];
	const ids = BODY_QUANTITIES.slice(0, MASS_PLACE);
	for (const { value_m, gradient } of measureBody(fitter.measurer, shape, ids, {
		gradients: true,
		left: false,
	}).values()) {
		values[gradients.length] = value_m;
		if (gradient !== null) gradients.push(gradient);
	}
	const root = Math.sqrt(bodyMass(fitter));
	values[MASS_PLACE] = root;
	const byVertex = new Float64Array(shape.vertices.length);
	computeVolumeGradient(byVertex, shape.vertices, model.triangles);
	for (let i = 0; i < byVertex.length; i++) byVertex[i] *= BODY_DENSITY_KG_M3 / (2 * root);
	const vertices = Uint32Array.from({ length: model.vertexCount }, (_, v) => v);
	gradients.push({ vertices, byVertex, joints: [], byJoint: new Float64Array(0) });
	return { x, values, response: createShapeResponse(model, SHAPE_PARAMETERS, gradients) };
}

/** Quantities and their derivatives that a reference lets expect of another shape, in their own units. */
export function followReference(
	fitter: PhotoFitter,
	reference: ReferenceBody,
	x: Float64Array,
): { values: Float64Array; jacobian: Float64Array } {
	const count = BODY_QUANTITIES.length;
	const values = new Float64Array(count);
	const jacobian = new Float64Array(count * SHAPE_COUNT);
	const there = new Float64Array(count);
	evaluateShapeResponse(there, null, fitter.model, reference.response, reference.x);
	evaluateShapeResponse(values, jacobian, fitter.model, reference.response, x);
	for (let q = 0; q < count; q++) values[q] += reference.values[q] - there[q];
	const root = values[MASS_PLACE];
	for (let p = 0; p < SHAPE_COUNT; p++) jacobian[MASS_PLACE * SHAPE_COUNT + p] *= 2 * root;
	values[MASS_PLACE] = root * root;
	return { values, jacobian };
}

/** Two references as one: between two ages, or of a person of either sex. */
export function mixReferences(a: ReferenceBody, b: ReferenceBody, shareOfB: number): ReferenceBody {
	if (shareOfB === 0 || a === b) return a;
	if (shareOfB === 1) return b;
	const mix = (from: Float64Array, to: Float64Array): Float64Array => {
		const out = new Float64Array(from.length);
		for (let i = 0; i < out.length; i++) out[i] = from[i] + shareOfB * (to[i] - from[i]);
		return out;
	};
	return {
		x: mix(a.x, b.x),
		values: mix(a.values, b.values),
		response: { ...a.response, sums: mix(a.response.sums, b.response.sums) },
	};
}
