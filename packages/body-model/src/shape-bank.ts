import { instantiateKernels, type KernelFunctions, type Kernels } from "./kernels.js";

/** Vertices per step of the kernels. */
export const BLOCK_VERTICES = 8;

/** Memory of the SIMD kernels for the shapes of one body-model data: a sum, and room for the shapes. @internal */
export interface ShapeBank {
	readonly functions: KernelFunctions;
	/** [N*3] where shapes are added up. */
	readonly sum: Float64Array;
	/** [4*6] weights of up to four shapes: xy xy z xy xy z of each. */
	readonly weights: Float64Array;
	readonly buffer: ArrayBuffer;
	/** First byte behind the shapes that were placed. */
	next: number;
}

/**
 * Reserves memory; pages become resident when shapes are unpacked into them.
 *
 * @param shapeBytes room for all shapes, from {@link shapeBytes} @internal
 */
export function createShapeBank(kernels: Kernels, vertexCount: number, shapeBytes: number): ShapeBank {
	const weightsAt = pointBytes(vertexCount, 8);
	const shapesAt = weightsAt + 192;
	const { functions, buffer } = instantiateKernels(kernels, shapesAt + shapeBytes);
	return {
		functions,
		buffer,
		sum: new Float64Array(buffer, 0, 3 * vertexCount),
		weights: new Float64Array(buffer, weightsAt, 24),
		next: shapesAt,
	};
}

/** Bytes that {@link placeShape} takes. @internal */
export function shapeBytes(runCount: number, vertexCount: number): number {
	return pointBytes(vertexCount, 2) + Math.ceil((4 * runCount) / 16) * 16;
}

/**
 * Takes room for the displacements of the vertices in `runs`, and copies the runs.
 *
 * @param runs pairs (first vertex, count)
 * @internal
 */
export function placeShape(
	bank: ShapeBank,
	runs: Uint16Array,
	vertexCount: number,
): { readonly runs: Uint16Array; readonly values: Int16Array } {
	const values = new Int16Array(bank.buffer, bank.next, 3 * vertexCount);
	const placedRuns = new Uint16Array(bank.buffer, bank.next + pointBytes(vertexCount, 2), runs.length);
	placedRuns.set(runs);
	bank.next += shapeBytes(runs.length / 2, vertexCount);
	return { runs: placedRuns, values };
}

/** Writes the weights of one shape of a group. @internal */
export function writeBankWeights(bank: ShapeBank, slot: number, weightXy: number, weightZ: number): void {
	const { weights } = bank;
	for (let at = 6 * slot; at < 6 * slot + 6; at += 3) {
		weights[at] = weightXy;
		weights[at + 1] = weightXy;
		weights[at + 2] = weightZ;
	}
}

/** Bytes of n points and one block that kernels may read or write beyond them, in whole blocks. */
function pointBytes(vertexCount: number, numberBytes: number): number {
	return Math.ceil(vertexCount / BLOCK_VERTICES + 1) * BLOCK_VERTICES * 3 * numberBytes;
}
