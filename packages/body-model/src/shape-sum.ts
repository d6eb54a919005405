import { BLOCK_VERTICES, type ShapeBank, writeBankWeights } from "./shape-bank.js";
import { getShape, type Shape, type ShapeStore } from "./shape-store.js";
import type { FileWeights } from "./shape-weights.js";

/** Ranges closer than this are one: a gap of a few vertices costs less than another loop. */
const SMALLEST_GAP = 64;

/**
 * Base vertices that a model needs, as ranges in whole blocks of eight vertices: pairs (first vertex, block count),
 * ascending. Clothes and most helpers, a quarter of the base mesh, are left out.
 *
 * @param needed [N] not 0 for a needed vertex @internal
 */
export function findSumRanges(needed: Uint8Array): Uint32Array {
	const ranges: number[] = [];
	let end = Number.NEGATIVE_INFINITY;
	for (let vertex = 0; vertex < needed.length; vertex++) {
		if (needed[vertex] === 0) {
			continue;
		}
		if (vertex - end >= SMALLEST_GAP) {
			ranges.push(vertex, 0);
		}
		if (vertex >= end) {
			const first = ranges[ranges.length - 2];
			const blocks = Math.floor((vertex - first) / BLOCK_VERTICES) + 1;
			ranges[ranges.length - 1] = blocks;
			end = first + BLOCK_VERTICES * blocks;
		}
	}
	return Uint32Array.from(ranges);
}

/**
 * Adds weighted shapes to the weighted template: `out = template·t + Σ weight·shape`, for the base vertices in `ranges`;
 * others are 0. Dense shapes are added four at a time: the loads and stores of `out` dominate otherwise (eight at a time
 * are slower, for want of registers). With SIMD kernels the sum is equal to the last bit, 3 to 4 times as fast.
 *
 * @param out [N*3] metres
 * @param ranges from {@link findSumRanges}
 * @internal
 */
export function sumShapes(
	out: Float64Array,
	template: Float64Array,
	store: ShapeStore,
	weights: FileWeights,
	ranges: Uint32Array,
): void {
	const { bank } = store;
	const sum = bank === null ? out : bank.sum;
	scaleTemplate(sum, template, weights, ranges);
	const limit = rangeEnd(ranges, ranges.length - 2, sum.length) / 3;
	const { pending, pendingWeights } = store;
	const { xy, z } = weights;
	let count = 0;
	for (let file = 0; file < xy.length; file++) {
		if (xy[file] === 0 && z[file] === 0) {
			continue;
		}
		const shape = getShape(store, file);
		const weightXy = xy[file] * shape.scale_m;
		const weightZ = z[file] * shape.scale_m;
		if (!shape.dense) {
			if (bank === null) {
				addSparse(sum, shape, weightXy, weightZ, limit);
			} else {
				addSparseInBank(bank, shape, weightXy, weightZ);
			}
			continue;
		}
		pending[count] = shape;
		pendingWeights[2 * count] = weightXy;
		pendingWeights[2 * count + 1] = weightZ;
		if (++count === 4) {
			if (bank === null) {
				addFour(sum, pending, pendingWeights, ranges);
			} else {
				addFourInBank(bank, pending, pendingWeights, ranges);
			}
			count = 0;
		}
	}
	for (let rest = 0; rest < count; rest++) {
		const { values } = pending[rest];
		if (bank === null) {
			addDense(sum, values, pendingWeights[2 * rest], pendingWeights[2 * rest + 1], ranges);
		} else {
			addDenseInBank(bank, values, pendingWeights[2 * rest], pendingWeights[2 * rest + 1], ranges);
		}
	}
	clearGaps(sum, ranges);
	if (bank !== null) {
		out.set(sum);
	}
}

/** End of a range in numbers: the last block may reach beyond the last vertex. */
function rangeEnd(ranges: Uint32Array, range: number, length: number): number {
	return Math.min(3 * (ranges[range] + BLOCK_VERTICES * ranges[range + 1]), length);
}

function scaleTemplate(out: Float64Array, template: Float64Array, weights: FileWeights, ranges: Uint32Array): void {
	const { templateXy, templateZ } = weights;
	for (let range = 0; range < ranges.length; range += 2) {
		const end = rangeEnd(ranges, range, out.length);
		for (let at = 3 * ranges[range]; at < end; at += 3) {
			out[at] = templateXy * template[at];
			out[at + 1] = templateXy * template[at + 1];
			out[at + 2] = templateZ * template[at + 2];
		}
	}
}

/** Sparse shapes are added wherever they are; what fell between the ranges goes. */
function clearGaps(out: Float64Array, ranges: Uint32Array): void {
	let start = 0;
	for (let range = 0; range < ranges.length; range += 2) {
		out.fill(0, start, 3 * ranges[range]);
		start = rangeEnd(ranges, range, out.length);
	}
	out.fill(0, start);
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

function addDense(out: Float64Array, values: Int16Array, weightXy: number, weightZ: number, ranges: Uint32Array): void {
	for (let range = 0; range < ranges.length; range += 2) {
		const end = rangeEnd(ranges, range, out.length);
		for (let at = 3 * ranges[range]; at < end; at += 3) {
			out[at] += weightXy * values[at];
			out[at + 1] += weightXy * values[at + 1];
			out[at + 2] += weightZ * values[at + 2];
		}
	}
}

function addFour(out: Float64Array, shapes: readonly Shape[], weights: Float64Array, ranges: Uint32Array): void {
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
	for (let range = 0; range < ranges.length; range += 2) {
		const end = rangeEnd(ranges, range, out.length);
		for (let at = 3 * ranges[range]; at < end; at += 3) {
			out[at] += aXy * a[at] + bXy * b[at] + cXy * c[at] + dXy * d[at];
			out[at + 1] += aXy * a[at + 1] + bXy * b[at + 1] + cXy * c[at + 1] + dXy * d[at + 1];
			out[at + 2] += aZ * a[at + 2] + bZ * b[at + 2] + cZ * c[at + 2] + dZ * d[at + 2];
		}
	}
}

function addSparseInBank(bank: ShapeBank, shape: Shape, weightXy: number, weightZ: number): void {
	const { runs, values } = shape;
	if (runs.length > 0) {
		const end = runs.byteOffset + runs.byteLength;
		bank.functions.sumRuns(bank.sum.byteOffset, weightXy, weightZ, runs.byteOffset, end, values.byteOffset);
	}
}

function addDenseInBank(
	bank: ShapeBank,
	values: Int16Array,
	weightXy: number,
	weightZ: number,
	ranges: Uint32Array,
): void {
	const { functions, sum, weights } = bank;
	writeBankWeights(bank, 0, weightXy, weightZ);
	for (let range = 0; range < ranges.length; range += 2) {
		const first = ranges[range];
		functions.sum1(sum.byteOffset + 24 * first, weights.byteOffset, ranges[range + 1], values.byteOffset + 6 * first);
	}
}

function addFourInBank(
	bank: ShapeBank,
	shapes: readonly Shape[],
	shapeWeights: Float64Array,
	ranges: Uint32Array,
): void {
	const { functions, sum, weights } = bank;
	for (let slot = 0; slot < 4; slot++) {
		writeBankWeights(bank, slot, shapeWeights[2 * slot], shapeWeights[2 * slot + 1]);
	}
	for (let range = 0; range < ranges.length; range += 2) {
		const first = 6 * ranges[range];
		functions.sum4(
			sum.byteOffset + 4 * first,
			weights.byteOffset,
			ranges[range + 1],
			shapes[0].values.byteOffset + first,
			shapes[1].values.byteOffset + first,
			shapes[2].values.byteOffset + first,
			shapes[3].values.byteOffset + first,
		);
	}
}
