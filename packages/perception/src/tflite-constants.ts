import type { TfliteTensor } from "./tflite-model.js";

/**
 * Value of every IEEE 754 half-precision bit pattern. One table look-up per weight is several times faster than
 * decoding the bits, and the models hold 20 million of them.
 */
function createHalfTable(): Float32Array {
	const table = new Float32Array(65536);
	for (let bits = 0; bits < 65536; bits++) {
		const exponent = (bits >> 10) & 31;
		const mantissa = bits & 1023;
		const magnitude =
			exponent === 0
				? mantissa * 2 ** -24
				: exponent === 31
					? mantissa === 0
						? Number.POSITIVE_INFINITY
						: Number.NaN
					: (1 + mantissa / 1024) * 2 ** (exponent - 15);
		table[bits] = bits & 0x8000 ? -magnitude : magnitude;
	}
	return table;
}

let halfTable: Float32Array | null = null;

/** Half-precision bit patterns to single precision, element by element. */
export function decodeHalfFloats(bits: Uint16Array): Float32Array {
	halfTable ??= createHalfTable();
	const out = new Float32Array(bits.length);
	for (let i = 0; i < bits.length; i++) out[i] = halfTable[bits[i]];
	return out;
}

/**
 * Values of a constant tensor in the order of its shape, half precision widened and sparse storage expanded.
 *
 * @throws RangeError if the tensor is not a numeric constant or its data do not fill its shape.
 */
export function constantFloats(tensor: TfliteTensor): Float32Array {
	const stored = storedFloats(tensor);
	const count = elementCount(tensor.shape);
	const dense = tensor.sparsity === null ? stored : expandSparse(tensor, stored, count);
	if (dense.length !== count) throw new RangeError(`constant ${tensor.name} holds ${dense.length} of ${count} values`);
	return dense;
}

/**
 * Values of a constant int32 tensor.
 *
 * @throws RangeError if the tensor is not an int32 constant.
 */
export function constantInts(tensor: TfliteTensor): number[] {
	if (tensor.data === null || tensor.type !== "int32") throw new RangeError(`${tensor.name} is not an int32 constant`);
	return Array.from(new Int32Array(alignedCopy(tensor.data)));
}

/** Product of the dimensions; 1 for a scalar. */
export function elementCount(shape: readonly number[]): number {
	let count = 1;
	for (const size of shape) count *= size;
	return count;
}

function storedFloats(tensor: TfliteTensor): Float32Array {
	if (tensor.data === null) throw new RangeError(`${tensor.name} is not a constant`);
	const buffer = alignedCopy(tensor.data);
	if (tensor.type === "float32") return new Float32Array(buffer);
	if (tensor.type === "float16") return decodeHalfFloats(new Uint16Array(buffer));
	throw new RangeError(`${tensor.name} is not a floating-point constant`);
}

/** Views into the file may start at any byte, typed arrays may not. (`slice` would not copy a Node `Buffer`.) */
function alignedCopy(data: Uint8Array): ArrayBuffer {
	return new Uint8Array(data).buffer;
}

/** Walk the stored values level by level (TFLite's sparse format) and put each at its dense position. */
function expandSparse(tensor: TfliteTensor, stored: Float32Array, count: number): Float32Array {
	const { shape } = tensor;
	const sparsity = tensor.sparsity;
	if (sparsity === null) return stored;
	const { traversalOrder, blockMap, levels } = sparsity;
	const rank = shape.length;
	if (levels.length !== rank + blockMap.length || traversalOrder.length !== levels.length) {
		throw new RangeError(`sparse constant ${tensor.name} has inconsistent levels`);
	}
	const blockSizes = blockMap.map((_, block) => {
		const level = levels[rank + block];
		if (level.format !== "dense") throw new RangeError(`sparse blocks of ${tensor.name} are not dense`);
		return level.size;
	});
	const strides = new Array<number>(rank).fill(1);
	for (let d = rank - 2; d >= 0; d--) strides[d] = strides[d + 1] * shape[d + 1];
	// A dimension split into blocks advances by its block size; the block dimension then advances by one.
	const steps = traversalOrder.map((dimension) => {
		if (dimension >= rank) return strides[blockMap[dimension - rank]];
		const block = blockMap.indexOf(dimension);
		return block < 0 ? strides[dimension] : strides[dimension] * blockSizes[block];
	});
	const out = new Float32Array(count);
	let next = 0;
	const visit = (depth: number, parent: number, offset: number): void => {
		if (depth === levels.length) {
			if (offset >= count) throw new RangeError(`sparse constant ${tensor.name} reaches past its shape`);
			out[offset] = stored[next++];
			return;
		}
		const level = levels[depth];
		if (level.format === "dense") {
			for (let i = 0; i < level.size; i++) visit(depth + 1, parent * level.size + i, offset + i * steps[depth]);
		} else {
			for (let i = level.segments[parent]; i < level.segments[parent + 1]; i++) {
				visit(depth + 1, i, offset + level.indices[i] * steps[depth]);
			}
		}
	};
	visit(0, 0, 0);
	if (next !== stored.length)
		throw new RangeError(`sparse constant ${tensor.name} used ${next} of ${stored.length} values`);
	return out;
}
