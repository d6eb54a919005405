import { MEASUREMENTS, measureBody } from "@anny-fitter/anthropometry";
import { DEFAULT_PHENOTYPE, evaluateShape, type ShapeParameter, type ShapeParameters } from "@anny-fitter/body-model";
import type { PhotoFitter } from "./photo-fitter.js";
import { bodyMass, differentiateMass, MASS, measureShape } from "./quantities.js";
import { SHAPE_COUNT, SHAPE_PARAMETERS, shapePrior } from "./shape-parameters.js";

export { MASS };

/** What can be wanted of a body: all measurements in metres, and its mass in kilograms at the end. */
export const BODY_QUANTITIES: readonly string[] = [...MEASUREMENTS.map(({ id }) => id), MASS];

/** A body's quantities and their derivatives. */
export interface BodyTangent {
	readonly base: ShapeParameters;
	/** [SHAPE_COUNT] the base as a vector; a tied group has the value of its first label */
	readonly x: Float64Array;
	/** [SHAPE_COUNT] bounds of the vector */
	readonly lower: Float64Array;
	readonly upper: Float64Array;
	/** [quantities] in the order of {@link BODY_QUANTITIES} */
	readonly values: Float64Array;
	/** [quantities*SHAPE_COUNT] */
	readonly jacobian: Float64Array;
}

/** Measurements in the order of {@link BODY_QUANTITIES}. */
const IDS = BODY_QUANTITIES.slice(0, -1);

/** Every label of the parameters by itself: the sides of a body may differ. */
const LABELS: readonly ShapeParameter[] = SHAPE_PARAMETERS.flatMap((parameter): ShapeParameter[] =>
	parameter.kind === "phenotype" ? [parameter] : parameter.labels.map((label) => ({ kind: "local", labels: [label] })),
);
/** Parameter that each of {@link LABELS} belongs to. */
const LABEL_PARAMETERS: readonly number[] = SHAPE_PARAMETERS.flatMap((parameter, p): number[] =>
	parameter.kind === "phenotype" ? [p] : parameter.labels.map(() => p),
);

/**
 * The body of a vector: the base with its differences from the base's vector added, so that labels which no parameter
 * covers and sides that differ stay as they are.
 *
 * @param x [SHAPE_COUNT]
 */
export function changedShape(
	base: ShapeParameters,
	from: ArrayLike<number>,
	x: ArrayLike<number>,
): { phenotypes: Record<string, number>; localChanges: Record<string, number> } {
	const phenotypes: Record<string, number> = { ...base.phenotypes };
	const localChanges: Record<string, number> = { ...base.localChanges };
	for (let p = 0; p < SHAPE_COUNT; p++) {
		if (x[p] === from[p]) continue;
		const parameter = SHAPE_PARAMETERS[p];
		if (parameter.kind === "phenotype") phenotypes[parameter.label] = x[p];
		else for (const label of parameter.labels) localChanges[label] = (localChanges[label] ?? 0) + x[p] - from[p];
	}
	return { phenotypes, localChanges };
}

/** A body's parameters as a vector [SHAPE_COUNT]; a tied group has the value of its first label. */
export function shapeVector(base: ShapeParameters): Float64Array {
	return Float64Array.from(SHAPE_PARAMETERS, (parameter) =>
		parameter.kind === "phenotype"
			? (base.phenotypes[parameter.label] ?? DEFAULT_PHENOTYPE)
			: (base.localChanges?.[parameter.labels[0]] ?? 0),
	);
}

/**
 * Takes a body's quantities and their derivatives, analytically and so at this very body: where a parameter has a kink, of
 * one side (see `evaluateShapeSubset`). About 25 ms. Leaves the body in `fitter.shape`.
 */
export function takeBodyTangent(fitter: PhotoFitter, base: ShapeParameters): BodyTangent {
	const x = shapeVector(base);
	// Bounds depend on neither sex nor age. A body beyond them may stay where it is.
	const { lower, upper } = shapePrior("unspecified", 0, 1);
	for (let p = 0; p < SHAPE_COUNT; p++) {
		lower[p] = Math.min(lower[p], x[p]);
		upper[p] = Math.max(upper[p], x[p]);
	}
	const at = Float64Array.from(LABELS, (parameter) =>
		parameter.kind === "phenotype"
			? (base.phenotypes[parameter.label] ?? DEFAULT_PHENOTYPE)
			: (base.localChanges?.[parameter.labels[0]] ?? 0),
	);
	const values = new Float64Array(BODY_QUANTITIES.length);
	const byLabel = new Float64Array(BODY_QUANTITIES.length * LABELS.length);
	const tapes = byLabel.subarray(0, IDS.length * LABELS.length);
	evaluateShape(fitter.shape, fitter.model, base);
	measureShape(values.subarray(0, IDS.length), tapes, fitter, IDS, LABELS, at);
	values[IDS.length] = bodyMass(fitter);
	differentiateMass(byLabel.subarray(tapes.length), fitter, LABELS, at);
	const jacobian = new Float64Array(BODY_QUANTITIES.length * SHAPE_COUNT);
	for (let q = 0; q < values.length; q++) {
		for (let i = 0; i < LABELS.length; i++) {
			jacobian[q * SHAPE_COUNT + LABEL_PARAMETERS[i]] += byLabel[q * LABELS.length + i];
		}
	}
	return { base, x, lower, upper, values, jacobian };
}

/**
 * Measures a body: chosen quantities, or all. Leaves it in `fitter.shape`.
 *
 * @param out [chosen quantities]
 * @param quantities indices in {@link BODY_QUANTITIES}
 */
export function evaluateQuantities(
	out: Float64Array,
	fitter: PhotoFitter,
	shape: ShapeParameters,
	quantities?: readonly number[],
): void {
	evaluateShape(fitter.shape, fitter.model, shape);
	const mass = BODY_QUANTITIES.length - 1;
	const chosen = quantities ?? Array.from(BODY_QUANTITIES.keys());
	const ids = chosen.filter((q) => q !== mass).map((q) => BODY_QUANTITIES[q]);
	const tapes = measureBody(fitter.measurer, fitter.shape, ids, { left: false }).values();
	for (let i = 0; i < chosen.length; i++) {
		out[i] = chosen[i] === mass ? bodyMass(fitter) : (tapes.next().value?.value_m ?? Number.NaN);
	}
}
