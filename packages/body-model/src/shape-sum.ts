import { getShape, type Shape, type ShapeStore } from "./shape-store.js";
import type { FileWeights } from "./shape-weights.js";

/**
 * Adds weighted shapes to the weighted template: `out = template·t + Σ weight·shape`, for base vertices below `limit`.
 * Dense shapes are added four at a time: the loads and stores of `out`
 * dominate otherwise.
 *
 * @param out [N*3] metres
 * @internal
 */
export function sumShapes(
	out: Float64Array,
	template: Float64Array,
	store: ShapeStore,
	weights: FileWeights,
	limit: number,
): void {
	const end = 3 * limit;
	const { templateXy, templateZ, xy, z } = weights;
	for (let at = 0; at < end; at += 3) {
		out[at] = templateXy * template[at];
		out[at + 1] = templateXy * template[at + 1];
		out[at + 2] = templateZ * template[at + 2];
	}
	let count = 0;
	const { pending, pendingWeights } = store;
	for (let file = 0; file < xy.length; file++) {
		if (xy[file] === 0 && z[file] === 0) {
			continue;
		}
		const shape = getShape(store, file);
		const weightXy = xy[file] * shape.scale_m;
		const weightZ = z[file] * shape.scale_m;
		if (!shape.dense) {
			addSparse(out, shape, weightXy, weightZ, limit);
			continue;
		}
		pending[count] = shape;
		pendingWeights[2 * count] = weightXy;
		pendingWeights[2 * count + 1] = weightZ;
		if (++count === 4) {
			addFour(out, pending, pendingWeights, end);
			count = 0;
		}
	}
	for (let rest = 0; rest < count; rest++) {
		addDense(out, pending[rest].values, pendingWeights[2 * rest], pendingWeights[2 * rest + 1], end);
	}
}

function addSparse(out: Float64Array, shape: Shape, weightXy: number, weightZ: number, limit: number): void {
	const { runs, values } = shape;
	let from = 0;
	for (let run = 0; run < runs.length; run += 2) {
		const first = runs[run];
		if (first >= limit) {
			return;
		}
		const end = 3 * Math.min(first + runs[run + 1], limit);
		for (let at = 3 * first; at < end; at += 3, from += 3) {
			out[at] += weightXy * values[from];
			out[at + 1] += weightXy * values[from + 1];
			out[at + 2] += weightZ * values[from + 2];
		}
	}
}

function addDense(out: Float64Array, values: Int16Array, weightXy: number, weightZ: number, end: number): void {
	for (let at = 0; at < end; at += 3) {
		out[at] += weightXy * values[at];
		out[at + 1] += weightXy * values[at + 1];
		out[at + 2] += weightZ * values[at + 2];
	}
}

function addFour(out: Float64Array, shapes: readonly Shape[], weights: Float64Array, end: number): void {
	const a = shapes[0].values;
	const b = shapes[1].values;
	const c = shapes[2].values;
	const d = shapes[3].values;
	const aXy = weights[0];
	const aZ = weights[1];
	const bXy = weights[2];
	const bZ = weights[3];
	const cXy = weights[4];
	const cZ = weights[5];
	const dXy = weights[6];
	const dZ = weights[7];
	for (let at = 0; at < end; at += 3) {
		out[at] += aXy * a[at] + bXy * b[at] + cXy * c[at] + dXy * d[at];
		out[at + 1] += aXy * a[at + 1] + bXy * b[at + 1] + cXy * c[at + 1] + dXy * d[at + 1];
		out[at + 2] += aZ * a[at + 2] + bZ * b[at + 2] + cZ * c[at + 2] + dZ * d[at + 2];
	}
}
