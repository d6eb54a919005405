import { measureBody } from "@anny-fitter/anthropometry";
import {
	ALL_PHENOTYPE_LABELS,
	phenotypeAnchors,
	pullBackPointGradients,
	pullBackShapeGradient,
	type ShapeParameter,
} from "@anny-fitter/body-model";
import { computeSignedVolume, computeVolumeGradient } from "@anny-fitter/mesh";
import type { StatedBody } from "./observation.js";
import type { PhotoFitter } from "./photo-fitter.js";
import { evaluateFitterShape } from "./photo-fitter.js";
import type { StatedQuantities } from "./photo-problem.js";
import { SHAPE_COUNT, SHAPE_PARAMETERS } from "./shape-parameters.js";

/** Name of the mass among a body's quantities; all others are measurements. */
export const MASS = "mass";

/** Mean density of the living body with the air in its lungs, kg/m³: a scale weighs mesh volume × this. */
export const BODY_DENSITY_KG_M3 = 1010;

/** A stated weight holds to about a kilogram. */
const massSigma = (mass_kg: number): number => Math.min(1, 0.015 * mass_kg);
/** A stated tape measure is to be met, about as well as trained hands repeat it, as a fraction of the girth. */
const STATED_MEASURE_SIGMA = 0.005;

/** Mass of the body in `fitter.shape`, kg. */
export function bodyMass(fitter: PhotoFitter): number {
	return BODY_DENSITY_KG_M3 * computeSignedVolume(fitter.shape.vertices, fitter.model.triangles);
}

/**
 * Derivatives of the mass of the body in `fitter.shape`, kg.
 *
 * @param out [P]
 * @param parameters parameters and their values [P], which made the body
 */
export function differentiateMass(
	out: Float64Array,
	fitter: PhotoFitter,
	parameters: readonly ShapeParameter[],
	values: Float64Array,
): void {
	const { model, shape } = fitter;
	const byVertex = new Float64Array(shape.vertices.length);
	computeVolumeGradient(byVertex, shape.vertices, model.triangles);
	pullBackShapeGradient(out, model, parameters, values, byVertex);
	for (let i = 0; i < out.length; i++) out[i] *= BODY_DENSITY_KG_M3;
}

/**
 * Derivatives of ln(mass) by the shape. Leaves the shape in `fitter.shape`.
 *
 * @param out [SHAPE_COUNT]
 * @param values [SHAPE_COUNT] shape vector (may be longer)
 * @returns ln(mass / kg)
 */
export function differentiateLogMass(out: Float64Array, fitter: PhotoFitter, values: Float64Array): number {
	evaluateFitterShape(fitter, values);
	const mass = bodyMass(fitter);
	differentiateMass(out, fitter, SHAPE_PARAMETERS, values.subarray(0, SHAPE_COUNT));
	for (let i = 0; i < out.length; i++) out[i] /= mass;
	return Math.log(mass);
}

/**
 * Tape measures of the body in `fitter.shape`.
 *
 * @param out [measures] metres
 * @param jacobian [measures*P] their derivatives, exact, of the side that `pullBackPointGradients` names; null to skip
 * @param ids what to measure
 * @param parameters parameters and their values [P], which made the body
 */
export function measureShape(
	out: Float64Array,
	jacobian: Float64Array | null,
	fitter: PhotoFitter,
	ids: readonly string[],
	parameters: readonly ShapeParameter[],
	values: Float64Array,
): void {
	const measured = measureBody(fitter.measurer, fitter.shape, ids, { gradients: jacobian !== null, left: false });
	let q = 0;
	const gradients = [];
	for (const { value_m, gradient } of measured.values()) {
		out[q++] = value_m;
		if (gradient !== null) gradients.push(gradient);
	}
	if (jacobian !== null) pullBackPointGradients(jacobian, fitter.model, parameters, values, gradients);
}

/**
 * ln(mass) and tape measures that were stated, as the solver sees them; null when none were. Every evaluation shapes and
 * measures the whole body, in `fitter.shape`.
 */
export function statedQuantities(
	fitter: PhotoFitter,
	{ mass_kg, measures_m, sigmas: statedSigmas = {} }: Pick<StatedBody, "mass_kg" | "measures_m" | "sigmas">,
): StatedQuantities | null {
	const ids = Object.keys(measures_m);
	const targets = ids.map((id) => measures_m[id]);
	const sigmas = ids.map((id) => statedSigmas[id] ?? STATED_MEASURE_SIGMA * measures_m[id]);
	if (mass_kg !== null) {
		targets.push(Math.log(mass_kg));
		sigmas.push((statedSigmas[MASS] ?? massSigma(mass_kg)) / mass_kg);
	}
	if (targets.length === 0) return null;
	const tapes = new Float64Array(ids.length);
	return {
		targets: Float64Array.from(targets),
		sigmas: Float64Array.from(sigmas),
		evaluate: (out, jacobian, shape) => {
			const tapeRows = ids.length * SHAPE_COUNT;
			if (mass_kg !== null && jacobian !== null) {
				out[ids.length] = differentiateLogMass(jacobian.subarray(tapeRows), fitter, shape);
			} else {
				evaluateFitterShape(fitter, shape);
				if (mass_kg !== null) out[ids.length] = Math.log(bodyMass(fitter));
			}
			if (ids.length === 0) return;
			const rows = jacobian === null ? null : jacobian.subarray(0, tapeRows);
			measureShape(tapes, rows, fitter, ids, SHAPE_PARAMETERS, shape.subarray(0, SHAPE_COUNT));
			out.set(tapes);
		},
	};
}

/** Quantities followed along their tangents at a shape, for as long as the solver stays near. */
export function tangentQuantities(quantities: StatedQuantities, at: Float64Array): StatedQuantities {
	const { targets, sigmas } = quantities;
	const origin = at.slice(0, SHAPE_COUNT);
	const values = new Float64Array(targets.length);
	const slopes = new Float64Array(targets.length * SHAPE_COUNT);
	quantities.evaluate(values, slopes, origin);
	return {
		targets,
		sigmas,
		evaluate: (out, jacobian, shape) => {
			for (let q = 0; q < values.length; q++) {
				let sum = values[q];
				for (let i = 0; i < SHAPE_COUNT; i++) sum += slopes[q * SHAPE_COUNT + i] * (shape[i] - origin[i]);
				out[q] = sum;
			}
			jacobian?.set(slopes);
		},
	};
}

/** Slopes are taken anew where a parameter has moved this far, or past a kink. */
const SLOPE_REACH = 0.1;
/** [SHAPE_COUNT] values at which the body's derivative by a parameter jumps. */
const KINKS: readonly (readonly number[])[] = SHAPE_PARAMETERS.map((_, i) => {
	const label = ALL_PHENOTYPE_LABELS[i];
	return label === undefined ? [0] : [...phenotypeAnchors(label).slice(1, -1)];
});

/**
 * Quantities for a solver that goes small steps: exact values, each shape's once though a solver asks twice, and slopes that
 * are those of a shape nearby between the same kinks.
 */
export function rememberQuantities({ targets, sigmas, evaluate }: StatedQuantities): StatedQuantities {
	const at = new Float64Array(SHAPE_COUNT).fill(Number.NaN);
	const slopesAt = new Float64Array(SHAPE_COUNT).fill(Number.NaN);
	const values = new Float64Array(targets.length);
	const slopes = new Float64Array(targets.length * SHAPE_COUNT);
	return {
		targets,
		sigmas,
		evaluate: (out, jacobian, shape) => {
			const needsSlopes = jacobian !== null && !isNear(slopesAt, shape);
			if (needsSlopes || !at.every((value, i) => value === shape[i])) {
				evaluate(values, needsSlopes ? slopes : null, shape);
				at.set(shape.subarray(0, SHAPE_COUNT));
				if (needsSlopes) slopesAt.set(at);
			}
			out.set(values);
			jacobian?.set(slopes);
		},
	};
}

function isNear(from: Float64Array, to: Float64Array): boolean {
	return from.every(
		(value, i) => Math.abs(to[i] - value) <= SLOPE_REACH && KINKS[i].every((kink) => value < kink === to[i] < kink),
	);
}
