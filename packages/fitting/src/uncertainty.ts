import { MEASUREMENTS } from "@anny-fitter/anthropometry";
import { createShapeSubset, evaluateShapeSubset } from "@anny-fitter/body-model";
import { interval90, normalWithin } from "@anny-fitter/math";
import type { PhotoFit } from "./fit-photos.js";
import type { StatedBody } from "./observation.js";
import { evaluateFitterShape, type PhotoFitter } from "./photo-fitter.js";
import { POPULATION_SIGMA_M } from "./population-error.js";
import { measureShape } from "./quantities.js";
import { SHAPE_COUNT, SHAPE_PARAMETERS } from "./shape-parameters.js";

/** A measurement of the fitted body with its error bar. */
export interface EstimatedMeasurement {
	readonly value_m: number;
	readonly sigma_m: number;
	/** 90 % interval of a Gaussian error, metres. */
	readonly interval90_m: readonly [number, number];
	/** Probability that the value is within 3 % of the truth. */
	readonly confidence: number;
	readonly sources: readonly ("stated" | "landmarks" | "silhouette" | "prior")[];
}

/**
 * What the posterior's standard deviation is multiplied with: cloth and hair err together where the solver counts outline
 * points as independent, and more so without a stated weight, which holds the girths. Set so that 90 % intervals hold what
 * they promise on the benchmark's own dressed subjects; real people may differ.
 */
const INFLATION = { weighed: 1.1, unweighed: 1.4 } as const;

/** Part of {@link POPULATION_SIGMA_M} that no photo takes away: folds of the body that no outline shows. */
const UNSEEN_SHARE = 0.2;

/** Relative scale error when neither stature nor age is known: the person may be a child near by or an adult far away. */
const UNKNOWN_SCALE_SIGMA = 0.1;

/** Spread of measurements that the survey does not cover, as a fraction of their value. */
const OTHER_SIGMA = 0.02;

/** How well the mesh at its best represents real bodies, as a fraction of the value (held-out survey rows). */
const MODEL_ERROR = 0.004;

const CONFIDENCE_MARGIN = 0.03;

/**
 * Measures the fitted body with an error bar on every value: shape covariance through the measurements' derivatives,
 * model error, and what photos cannot see. Leaves the fitted shape in `fitter.shape`.
 */
export function estimateMeasurements(
	fitter: PhotoFitter,
	fit: PhotoFit,
	stated: StatedBody,
): Map<string, EstimatedMeasurement> {
	const out = new Map<string, EstimatedMeasurement>();
	const ids = MEASUREMENTS.map(({ id }) => id);
	const values = new Float64Array(ids.length);
	const jacobian = new Float64Array(ids.length * SHAPE_COUNT);
	evaluateFitterShape(fitter, fit.shape);
	measureShape(values, jacobian, fitter, ids, SHAPE_PARAMETERS, fit.shape);
	const fromPhotos: EstimatedMeasurement["sources"] = [
		...(fit.views.length > 0 ? (["landmarks"] as const) : []),
		...(fit.views.some((v) => v.silhouetteIou !== null) ? (["silhouette"] as const) : []),
		"prior",
	];
	const inflation = stated.mass_kg === null ? INFLATION.unweighed : INFLATION.weighed;
	const scaleSigma = stated.stature_m === null && stated.age_years === null ? UNKNOWN_SCALE_SIGMA : 0;
	for (const [q, id] of ids.entries()) {
		const value_m = values[q];
		if (fit.mapped !== null) {
			const isStated = id === "stature" ? stated.stature_m !== null : stated.measures_m[id] !== undefined;
			const stated_m = (id === "stature" ? stated.stature_m : stated.measures_m[id]) ?? value_m;
			const sigma = Math.hypot(fit.mapped.sigmas[q], value_m - stated_m);
			out.set(id, describe(value_m, sigma, [isStated ? "stated" : "prior"]));
			continue;
		}
		const fitted = standardDeviation(fit.covariance, jacobian.subarray(q * SHAPE_COUNT, (q + 1) * SHAPE_COUNT));
		const statedValue = id === "stature" ? stated.stature_m : stated.measures_m[id];
		if (statedValue !== null && statedValue !== undefined) {
			// A stated value that no plausible body has is as uncertain as the body misses it.
			out.set(id, describe(value_m, Math.hypot(fitted, value_m - statedValue), ["stated"]));
			continue;
		}
		const unseen = UNSEEN_SHARE * (POPULATION_SIGMA_M[id] ?? OTHER_SIGMA * value_m);
		const sigma = Math.hypot(inflation * fitted, unseen, MODEL_ERROR * value_m, scaleSigma * value_m);
		out.set(id, describe(value_m, sigma, fromPhotos));
	}
	return out;
}

/** Standard deviation of ln(mass) and so on: √(gᵀ Σ g) for a gradient with respect to the shape. */
export function standardDeviation(covariance: Float64Array, gradient: Float64Array): number {
	return Math.sqrt(quadraticForm(covariance, gradient));
}

/**
 * Mean distance in millimetres between vertices of the fitted resting body and of the true one that the covariance lets
 * expect, over every 33rd vertex. Knows nothing of bodies that the model cannot take.
 */
export function expectedVertexError_mm(fitter: PhotoFitter, fit: PhotoFit): number {
	const { model } = fitter;
	const count = Math.floor(model.vertexCount / 33);
	const subset = createShapeSubset(
		model,
		Uint16Array.from({ length: count }, (_, i) => model.baseVertexIndices[33 * i]),
	);
	const positions = new Float64Array(3 * count);
	const jacobian = new Float64Array(SHAPE_COUNT * 3 * count);
	evaluateShapeSubset(positions, jacobian, subset, SHAPE_PARAMETERS, fit.shape);
	const gradient = new Float64Array(SHAPE_COUNT);
	let sum = 0;
	for (let v = 0; v < count; v++) {
		let variance = 0;
		for (let axis = 0; axis < 3; axis++) {
			for (let p = 0; p < SHAPE_COUNT; p++) gradient[p] = jacobian[p * 3 * count + 3 * v + axis];
			variance += quadraticForm(fit.covariance, gradient);
		}
		// Mean length of an isotropic Gaussian vector: √(8/3π) of its root mean square.
		sum += Math.sqrt((8 / (3 * Math.PI)) * variance);
	}
	return (1000 * sum) / count;
}

function describe(value_m: number, sigma_m: number, sources: EstimatedMeasurement["sources"]): EstimatedMeasurement {
	return {
		value_m,
		sigma_m,
		interval90_m: interval90(value_m, sigma_m),
		confidence: normalWithin(CONFIDENCE_MARGIN * value_m, sigma_m),
		sources,
	};
}

function quadraticForm(covariance: Float64Array, g: Float64Array): number {
	let sum = 0;
	for (let i = 0; i < SHAPE_COUNT; i++) {
		let row = 0;
		for (let j = 0; j < SHAPE_COUNT; j++) row += covariance[i * SHAPE_COUNT + j] * g[j];
		sum += g[i] * row;
	}
	return Math.max(0, sum);
}
