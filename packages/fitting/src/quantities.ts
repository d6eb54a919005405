import { measureBody } from "@anny-fitter/anthropometry";
import { pullBackShapeGradient } from "@anny-fitter/body-model";
import { computeSignedVolume, computeVolumeGradient } from "@anny-fitter/mesh";
import type { PhotoFitter } from "./photo-fitter.js";
import { evaluateFitterShape } from "./photo-fitter.js";
import type { StatedQuantity } from "./photo-problem.js";
import { SHAPE_COUNT, SHAPE_PARAMETERS } from "./shape-parameters.js";

/** Mean density of the living body with the air in its lungs, kg/m³: a scale weighs mesh volume × this. */
export const BODY_DENSITY_KG_M3 = 1010;

/** Step of the finite differences of tape measures in a shape parameter; Anny is piecewise linear in most. */
const MEASURE_STEP = 0.02;

/** Mass of the body in `fitter.shape`, kg. */
export function bodyMass(fitter: PhotoFitter): number {
	return BODY_DENSITY_KG_M3 * computeSignedVolume(fitter.shape.vertices, fitter.model.triangles);
}

/**
 * ln(mass) of the body as the solver sees it. Every evaluation shapes the whole body (about 3 ms, 9 ms with
 * derivatives) into `fitter.shape`.
 *
 * @param mass_kg stated mass
 */
export function logMassQuantity(fitter: PhotoFitter, mass_kg: number, sigma_kg: number): StatedQuantity {
	const { model, shape } = fitter;
	const byVertex = new Float64Array(shape.vertices.length);
	return {
		target: Math.log(mass_kg),
		sigma: sigma_kg / mass_kg,
		evaluate: (values, gradient) => {
			evaluateFitterShape(fitter, values);
			const volume = computeSignedVolume(shape.vertices, model.triangles);
			if (gradient) {
				computeVolumeGradient(byVertex, shape.vertices, model.triangles);
				pullBackShapeGradient(gradient, model, SHAPE_PARAMETERS, values.subarray(0, SHAPE_COUNT), byVertex);
				for (let i = 0; i < SHAPE_COUNT; i++) gradient[i] /= volume;
			}
			return Math.log(BODY_DENSITY_KG_M3 * volume);
		},
	};
}

/**
 * A tape measure: its value is exact at every evaluation (2 to 10 ms, leaving the body in `fitter.shape`), its gradient
 * the one given, for as long as the solver stays near where that was taken.
 */
export function tapeQuantity(
	fitter: PhotoFitter,
	id: string,
	gradient: Float64Array,
	target_m: number,
	sigma_m: number,
): StatedQuantity {
	return {
		target: target_m,
		sigma: sigma_m,
		evaluate: (values, out) => {
			evaluateFitterShape(fitter, values);
			out?.set(gradient);
			for (const { value_m } of measureBody(fitter.measurer, fitter.shape, [id]).values()) return value_m;
			throw new RangeError(`The measurer has no "${id}".`);
		},
	};
}

/** A quantity known by its value and gradient at one shape, for as long as the solver stays near. */
export function tangentQuantity(
	value: number,
	gradient: Float64Array,
	at: Float64Array,
	target: number,
	sigma: number,
): StatedQuantity {
	const origin = at.slice(0, SHAPE_COUNT);
	return {
		target,
		sigma,
		evaluate: (values, out) => {
			let sum = value;
			for (let i = 0; i < SHAPE_COUNT; i++) sum += gradient[i] * (values[i] - origin[i]);
			out?.set(gradient);
			return sum;
		},
	};
}

/** Freezes a quantity at a shape. */
export function tangentOf(quantity: StatedQuantity, at: Float64Array): StatedQuantity {
	const gradient = new Float64Array(SHAPE_COUNT);
	const value = quantity.evaluate(at, gradient);
	return tangentQuantity(value, gradient, at, quantity.target, quantity.sigma);
}

/**
 * Values and derivatives of tape measures with respect to the shape, by one-sided differences towards the inside of the
 * bounds. Leaves the shape itself in `fitter.shape`.
 *
 * @param signal aborting leaves the derivatives that are not taken yet at 0
 * @returns per measurement id: value in metres and gradient [P]
 */
export function differentiateMeasures(
	fitter: PhotoFitter,
	values: Float64Array,
	upper: Float64Array,
	ids?: readonly string[],
	signal?: { readonly aborted: boolean },
): Map<string, { value_m: number; gradient: Float64Array }> {
	const point = values.slice(0, SHAPE_COUNT);
	const measure = (): Map<string, { readonly value_m: number }> => {
		evaluateFitterShape(fitter, point);
		return measureBody(fitter.measurer, fitter.shape, ids);
	};
	const out = new Map<string, { value_m: number; gradient: Float64Array }>();
	for (const [id, { value_m }] of measure()) out.set(id, { value_m, gradient: new Float64Array(SHAPE_COUNT) });
	for (let p = 0; p < SHAPE_COUNT && !signal?.aborted; p++) {
		const step = values[p] + MEASURE_STEP <= upper[p] ? MEASURE_STEP : -MEASURE_STEP;
		point[p] = values[p] + step;
		for (const [id, { value_m }] of measure()) {
			const here = out.get(id);
			if (here) here.gradient[p] = (value_m - here.value_m) / step;
		}
		point[p] = values[p];
	}
	evaluateFitterShape(fitter, point);
	return out;
}
