/**
 * Lossless packing of integer displacements.
 *
 * Every value is predicted from neighbours that come earlier on the mesh (fourth corner of a parallelogram where a quad
 * has its other three corners decoded, else one neighbour), the residual is zigzag-coded and packed in blocks of eight
 * values with a common width: a block of width w takes exactly w bytes. Widths are nibbles in front of the blocks.
 * About 11 MB for all shapes against 36 MB of plain int16, at a few nanoseconds per value and without a general
 * compressor, which pure code would not have.
 */

/** Vertices whose values predict vertex v: `first + second − third`. Index N stands for the constant 0. */
export interface Predictors {
	readonly vertexCount: number;
	readonly first: Uint16Array;
	readonly second: Uint16Array;
	readonly third: Uint16Array;
}

const BLOCK = 8;
const WIDTHS = Uint8Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 20);
/** Largest |value| that always fits: residuals of three values in 20 bits with the sign. */
export const MAX_CODED_VALUE = 0x7fff;

/** Derives the predictors from the quads of the base mesh; encoder and decoder must use the same quads. */
export function createPredictors(quads: Uint16Array, vertexCount: number): Predictors {
	const first = new Uint16Array(vertexCount).fill(vertexCount);
	const second = new Uint16Array(vertexCount).fill(vertexCount);
	const third = new Uint16Array(vertexCount).fill(vertexCount);
	const complete = new Uint8Array(vertexCount);
	for (let vertex = 1; vertex < vertexCount; vertex++) {
		first[vertex] = vertex - 1;
	}
	const linked = new Uint8Array(vertexCount);
	for (let quad = 0; quad < quads.length; quad += 4) {
		for (let corner = 0; corner < 4; corner++) {
			const vertex = quads[quad + corner];
			const next = quads[quad + ((corner + 1) & 3)];
			const opposite = quads[quad + ((corner + 2) & 3)];
			const previous = quads[quad + ((corner + 3) & 3)];
			if (next < vertex && previous < vertex && opposite < vertex) {
				first[vertex] = next;
				second[vertex] = previous;
				third[vertex] = opposite;
				complete[vertex] = 1;
			} else if (complete[vertex] === 0) {
				const neighbour = Math.min(next, previous);
				if (neighbour < vertex && (linked[vertex] === 0 || neighbour < first[vertex])) {
					first[vertex] = neighbour;
					linked[vertex] = 1;
				}
			}
		}
	}
	return { vertexCount, first, second, third };
}

/**
 * Packs three planes of a shape.
 *
 * @param runs pairs (first vertex, count), ascending; every vertex outside the runs must be 0
 * @param values [3 × (N+1)] planes X, Y, Z of integers with |value| ≤ {@link MAX_CODED_VALUE}; entry N of a plane is 0
 */
export function encodeShape(runs: Uint16Array, values: Int32Array, predictors: Predictors): Uint8Array {
	const count = countRunVertices(runs);
	const residuals = new Int32Array(Math.ceil(count / BLOCK) * BLOCK);
	const parts: Uint8Array[] = [];
	for (let plane = 0; plane < 3; plane++) {
		const start = plane * (predictors.vertexCount + 1);
		const plain = values.subarray(start, start + predictors.vertexCount + 1);
		residuals.fill(0);
		let at = 0;
		for (let run = 0; run < runs.length; run += 2) {
			for (let vertex = runs[run]; vertex < runs[run] + runs[run + 1]; vertex++) {
				const residual =
					plain[vertex] -
					(plain[predictors.first[vertex]] + plain[predictors.second[vertex]] - plain[predictors.third[vertex]]);
				residuals[at++] = residual >= 0 ? 2 * residual : -2 * residual - 1;
			}
		}
		parts.push(packBlocks(residuals));
	}
	return concatBytes(parts);
}

function packBlocks(codes: Int32Array): Uint8Array {
	const blocks = codes.length / BLOCK;
	const head = new Uint8Array((blocks + 1) >> 1);
	const bytes: number[] = [];
	for (let block = 0; block < blocks; block++) {
		let largest = 0;
		for (let slot = 0; slot < BLOCK; slot++) {
			largest = Math.max(largest, codes[block * BLOCK + slot]);
		}
		const widthCode = WIDTHS.findIndex((width) => largest < 2 ** width);
		if (widthCode < 0) {
			throw new RangeError("A displacement is too large to be packed");
		}
		head[block >> 1] |= widthCode << (4 * (block & 1));
		let pending = 0;
		let pendingBits = 0;
		for (let slot = 0; slot < BLOCK; slot++) {
			pending |= codes[block * BLOCK + slot] << pendingBits;
			pendingBits += WIDTHS[widthCode];
			while (pendingBits >= 8) {
				bytes.push(pending & 0xff);
				pending >>>= 8;
				pendingBits -= 8;
			}
		}
	}
	return concatBytes([head, Uint8Array.from(bytes)]);
}

/**
 * Unpacks what {@link encodeShape} packed.
 *
 * @param out [3 × (N+1)] planes; must be 0 outside the runs, entry N of each plane stays 0
 * @param residuals scratch [N + 8]
 */
export function decodeShape(
	out: Int32Array,
	packed: Uint8Array,
	offset: number,
	runs: Uint16Array,
	predictors: Predictors,
	residuals: Int32Array,
): void {
	const blocks = Math.ceil(countRunVertices(runs) / BLOCK);
	let at = offset;
	for (let plane = 0; plane < 3; plane++) {
		at = unpackBlocks(residuals, packed, at, blocks);
		addPredictions(out, plane * (predictors.vertexCount + 1), residuals, runs, predictors);
	}
}

/** Unpacks `blocks` blocks of residuals and returns the offset behind them. */
function unpackBlocks(residuals: Int32Array, packed: Uint8Array, offset: number, blocks: number): number {
	let at = offset + ((blocks + 1) >> 1);
	for (let block = 0; block < blocks; block++) {
		const width = WIDTHS[(packed[offset + (block >> 1)] >> (4 * (block & 1))) & 15];
		const mask = (1 << width) - 1;
		let pending = 0;
		let pendingBits = 0;
		for (let slot = block * BLOCK; slot < block * BLOCK + BLOCK; slot++) {
			while (pendingBits < width) {
				pending |= packed[at++] << pendingBits;
				pendingBits += 8;
			}
			const code = pending & mask;
			pending >>>= width;
			pendingBits -= width;
			residuals[slot] = (code >>> 1) ^ -(code & 1);
		}
	}
	return at;
}

function addPredictions(
	out: Int32Array,
	start: number,
	residuals: Int32Array,
	runs: Uint16Array,
	predictors: Predictors,
): void {
	const { first, second, third } = predictors;
	let from = 0;
	for (let run = 0; run < runs.length; run += 2) {
		const end = runs[run] + runs[run + 1];
		for (let vertex = runs[run]; vertex < end; vertex++) {
			out[start + vertex] =
				residuals[from++] + out[start + first[vertex]] + out[start + second[vertex]] - out[start + third[vertex]];
		}
	}
}

/** Number of vertices in pairs (first, count). */
export function countRunVertices(runs: Uint16Array): number {
	let count = 0;
	for (let run = 1; run < runs.length; run += 2) {
		count += runs[run];
	}
	return count;
}

function concatBytes(parts: readonly Uint8Array[]): Uint8Array {
	const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
	let at = 0;
	for (const part of parts) {
		out.set(part, at);
		at += part.length;
	}
	return out;
}
