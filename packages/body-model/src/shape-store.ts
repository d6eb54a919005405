import type { Kernels } from "./kernels.js";
import { createShapeBank, placeShape, type ShapeBank, shapeBytes } from "./shape-bank.js";
import { countRunVertices, createPredictors, decodeShape, type Predictors } from "./shape-codec.js";

/** Packed shapes as they lie in the asset. */
export interface PackedShapes {
	/** [S+1] offsets in `runs`. */
	readonly runOffsets: Uint32Array;
	/** Pairs (first vertex, count). */
	readonly runs: Uint16Array;
	/** [S+1] offsets in `stream`. */
	readonly byteOffsets: Uint32Array;
	/** [S] metres per step. */
	readonly scales: Float64Array;
	readonly stream: Uint8Array;
}

/** One unpacked shape: displacements of the vertices in `runs`, in steps of `scale_m`, world axes. */
export interface Shape {
	/** Pairs (first base vertex, count), ascending. A dense shape has the single run (0, N). */
	readonly runs: Uint16Array;
	/** [n*3] interleaved, in the order of the runs. */
	readonly values: Int16Array;
	readonly scale_m: number;
	readonly dense: boolean;
}

/** Packed shapes and those unpacked so far. */
export interface ShapeStore {
	readonly count: number;
	/** @internal */
	readonly packed: PackedShapes;
	/** @internal */
	readonly predictors: Predictors;
	/** @internal */
	readonly unpacked: (Shape | undefined)[];
	/** @internal */
	readonly planes: Int32Array;
	/** @internal */
	readonly residuals: Int32Array;
	/** Up to four dense shapes that wait to be added together. @internal */
	readonly pending: Shape[];
	/** [8] their weights along X and Y, and along Z. @internal */
	readonly pendingWeights: Float64Array;
	/** Memory of the SIMD kernels, where the shapes lie then. @internal */
	readonly bank: ShapeBank | null;
}

/** Shapes that move more than this share of the vertices are stored for every vertex, which is faster to add. */
const DENSE_SHARE = 0.4;

/** @internal */
export function createShapeStore(
	quads: Uint16Array,
	vertexCount: number,
	packed: PackedShapes,
	kernels: Kernels | null,
): ShapeStore {
	const count = packed.scales.length;
	return {
		count,
		packed,
		predictors: createPredictors(quads, vertexCount),
		unpacked: new Array<Shape | undefined>(count).fill(undefined),
		planes: new Int32Array(3 * (vertexCount + 1)),
		residuals: new Int32Array(vertexCount + 8),
		pending: [],
		pendingWeights: new Float64Array(8),
		bank: kernels === null ? null : createShapeBank(kernels, vertexCount, bankBytes(packed, vertexCount)),
	};
}

function bankBytes(packed: PackedShapes, vertexCount: number): number {
	let sum = 0;
	for (let index = 0; index < packed.scales.length; index++) {
		const runs = runsOf(packed, index);
		const dense = isDense(runs, vertexCount);
		sum += shapeBytes(dense ? 1 : runs.length / 2, dense ? vertexCount : countRunVertices(runs));
	}
	return sum;
}

function runsOf(packed: PackedShapes, index: number): Uint16Array {
	return packed.runs.subarray(packed.runOffsets[index], packed.runOffsets[index + 1]);
}

/** Whether the unpacked shape has one run over all vertices. */
function isDense(runs: Uint16Array, vertexCount: number): boolean {
	return countRunVertices(runs) > DENSE_SHARE * vertexCount;
}

/** Shape by index; unpacked at the first call (about 0.3 ms for a whole-body shape) and kept. */
export function getShape(store: ShapeStore, index: number): Shape {
	return store.unpacked[index] ?? unpackShape(store, index);
}

/** Unpacks every shape now, so that no later call pays for it. About 0.1 s and 45 MB. */
export function preloadShapes(store: ShapeStore): void {
	for (let index = 0; index < store.count; index++) {
		getShape(store, index);
	}
}

function unpackShape(store: ShapeStore, index: number): Shape {
	const { packed, planes, predictors, bank } = store;
	const vertexCount = predictors.vertexCount;
	const runs = runsOf(packed, index);
	decodeShape(planes, packed.stream, packed.byteOffsets[index], runs, predictors, store.residuals);
	const dense = isDense(runs, vertexCount);
	const wholeRuns = dense ? Uint16Array.of(0, vertexCount) : runs;
	const count = dense ? vertexCount : countRunVertices(runs);
	const { runs: shapeRuns, values } =
		bank === null ? { runs: wholeRuns, values: new Int16Array(3 * count) } : placeShape(bank, wholeRuns, count);
	interleavePlanes(values, planes, shapeRuns, vertexCount + 1);
	clearPlanes(planes, runs, vertexCount + 1);
	const shape = { runs: shapeRuns, values, scale_m: packed.scales[index], dense };
	store.unpacked[index] = shape;
	return shape;
}

/** The planes are 0 between shapes; only the runs of one were written. */
function clearPlanes(planes: Int32Array, runs: Uint16Array, planeLength: number): void {
	for (let run = 0; run < runs.length; run += 2) {
		for (let start = runs[run]; start < planes.length; start += planeLength) {
			planes.fill(0, start, start + runs[run + 1]);
		}
	}
}

function interleavePlanes(out: Int16Array, planes: Int32Array, runs: Uint16Array, planeLength: number): void {
	let at = 0;
	for (let run = 0; run < runs.length; run += 2) {
		const end = runs[run] + runs[run + 1];
		for (let vertex = runs[run]; vertex < end; vertex++) {
			out[at++] = planes[vertex];
			out[at++] = planes[planeLength + vertex];
			out[at++] = planes[2 * planeLength + vertex];
		}
	}
}
