import type { BodyModel } from "./body-model.js";
import { applyParameters, type ShapeParameter, writeWeightDerivatives } from "./shape-parameters.js";
import { getShape, type Shape } from "./shape-store.js";
import type { FileWeights } from "./shape-weights.js";

/**
 * Gradient of a scalar by shape parameters from its gradient by all rest vertices: `out[p] = Σ gradient · ∂v/∂values[p]`.
 * Each shape is visited once, whatever the number of parameters. Derivatives are one-sided as in
 * {@link evaluateShapeSubset}.
 *
 * @param out [P], must not be `values`
 * @param values [P], parameters that are not named have their default
 * @param gradient [V*3] derivative of the scalar by the model's rest vertices
 * @throws RangeError for an unknown label or a wrong length
 */
export function pullBackShapeGradient(
	out: Float64Array,
	model: BodyModel,
	parameters: readonly ShapeParameter[],
	values: Float64Array,
	gradient: Float64Array,
): void {
	if (gradient.length !== 3 * model.vertexCount || out.length !== parameters.length) {
		throw new RangeError(`Expected a gradient of ${3 * model.vertexCount} and ${parameters.length} results`);
	}
	const { workspace, data } = model;
	applyParameters(model, parameters, values);
	const { touched, fileSums, gradientWeights } = workspace;
	touched.fill(0);
	for (let index = 0; index < parameters.length; index++) {
		writeWeightDerivatives(gradientWeights, model, parameters[index], values[index]);
		markTouched(touched, gradientWeights);
	}
	const base = scatterGradient(model, gradient);
	sumTouched(fileSums, touched, model, base);
	let templateXy = 0;
	let templateZ = 0;
	for (let at = 0; at < 3 * model.baseVertexLimit; at += 3) {
		templateXy += base[at] * data.templateVertices[at] + base[at + 1] * data.templateVertices[at + 1];
		templateZ += base[at + 2] * data.templateVertices[at + 2];
	}
	for (let index = 0; index < parameters.length; index++) {
		writeWeightDerivatives(gradientWeights, model, parameters[index], values[index]);
		const { xy, z } = gradientWeights;
		let sum = gradientWeights.templateXy * templateXy + gradientWeights.templateZ * templateZ;
		for (let file = 0; file < touched.length; file++) {
			if (touched[file] === 1) {
				sum += xy[file] * fileSums[2 * file] + z[file] * fileSums[2 * file + 1];
			}
		}
		out[index] = sum;
	}
}

function markTouched(touched: Uint8Array, weights: FileWeights): void {
	const { xy, z } = weights;
	for (let file = 0; file < touched.length; file++) {
		if (xy[file] !== 0 || z[file] !== 0) {
			touched[file] = 1;
		}
	}
}

/** Gradient per base vertex; vertices that the model does not show have none. */
function scatterGradient(model: BodyModel, gradient: Float64Array): Float64Array {
	const { workspace, baseVertexIndices } = model;
	workspace.baseGradient ??= new Float64Array(3 * model.data.vertexCount);
	const base = workspace.baseGradient;
	for (let vertex = 0, from = 0; vertex < baseVertexIndices.length; vertex++, from += 3) {
		const at = 3 * baseVertexIndices[vertex];
		base[at] = gradient[from];
		base[at + 1] = gradient[from + 1];
		base[at + 2] = gradient[from + 2];
	}
	return base;
}

/** Dot products of the gradient with each touched shape: X and Y together, Z apart. */
function sumTouched(fileSums: Float64Array, touched: Uint8Array, model: BodyModel, base: Float64Array): void {
	const store = model.data.shapes;
	const end = 3 * (model.baseVertexIndices[model.vertexCount - 1] + 1);
	let waiting = -1;
	for (let file = 0; file < touched.length; file++) {
		if (touched[file] === 0) {
			continue;
		}
		const shape = getShape(store, file);
		if (!shape.dense) {
			dotSparse(fileSums, 2 * file, shape, base, end);
		} else if (waiting < 0) {
			waiting = file;
		} else {
			dotTwo(fileSums, 2 * waiting, getShape(store, waiting), 2 * file, shape, base, end);
			waiting = -1;
		}
	}
	if (waiting >= 0) {
		dotSparse(fileSums, 2 * waiting, getShape(store, waiting), base, end);
	}
}

function dotSparse(out: Float64Array, slot: number, shape: Shape, base: Float64Array, end: number): void {
	const { runs, values } = shape;
	let xy = 0;
	let z = 0;
	let from = 0;
	for (let run = 0; run < runs.length; run += 2) {
		const first = 3 * runs[run];
		const last = Math.min(first + 3 * runs[run + 1], end);
		for (let at = first; at < last; at += 3, from += 3) {
			xy += base[at] * values[from] + base[at + 1] * values[from + 1];
			z += base[at + 2] * values[from + 2];
		}
		if (last === end) {
			break;
		}
	}
	out[slot] = xy * shape.scale_m;
	out[slot + 1] = z * shape.scale_m;
}

/** Two dense shapes share the loads of the gradient. */
function dotTwo(
	out: Float64Array,
	slotA: number,
	shapeA: Shape,
	slotB: number,
	shapeB: Shape,
	base: Float64Array,
	end: number,
): void {
	const a = shapeA.values;
	const b = shapeB.values;
	let aXy = 0;
	let aZ = 0;
	let bXy = 0;
	let bZ = 0;
	for (let at = 0; at < end; at += 3) {
		const gx = base[at];
		const gy = base[at + 1];
		const gz = base[at + 2];
		aXy += gx * a[at] + gy * a[at + 1];
		bXy += gx * b[at] + gy * b[at + 1];
		aZ += gz * a[at + 2];
		bZ += gz * b[at + 2];
	}
	out[slotA] = aXy * shapeA.scale_m;
	out[slotA + 1] = aZ * shapeA.scale_m;
	out[slotB] = bXy * shapeB.scale_m;
	out[slotB + 1] = bZ * shapeB.scale_m;
}
