import { FlatBuffer } from "./flatbuffer.js";
import type {
	Activation,
	OperatorKind,
	Padding,
	SparseLevel,
	Sparsity,
	TfliteModel,
	TfliteOperator,
	TfliteTensor,
	TfliteType,
} from "./tflite-model.js";

// Field indices and codes below are those of the public TFLite schema (schema.fbs, version 3).
const TENSOR_TYPES: Readonly<Record<number, TfliteType>> = { 0: "float32", 1: "float16", 2: "int32" };
const ACTIVATIONS: Readonly<Record<number, Activation>> = { 0: "none", 1: "relu", 3: "relu6" };

/**
 * Parse a TFLite file. Constants stay views into `bytes`.
 *
 * @throws RangeError if the file is not TFLite, is damaged, or uses an operator outside those of MediaPipe's models.
 */
export function readTflite(bytes: Uint8Array): TfliteModel {
	if (bytes.length < 16 || String.fromCharCode(...bytes.subarray(4, 8)) !== "TFL3") {
		throw new RangeError("not a TFLite model");
	}
	const buffer = new FlatBuffer(bytes);
	const root = buffer.root();
	const subgraphs = buffer.tables(root, 2);
	const graph = subgraphs[0];
	if (subgraphs.length !== 1 || graph === undefined) {
		throw new RangeError(`expected one subgraph, found ${subgraphs.length}`);
	}
	// Old files keep the code in an 8-bit field, newer ones in a 32-bit field; the larger one is valid.
	const codes = buffer.tables(root, 1).map((code) => Math.max(buffer.int8(code, 0), buffer.int32(code, 3)));
	const constants = buffer.tables(root, 4).map((entry) => buffer.byteVector(entry, 0));
	return {
		tensors: buffer.tables(graph, 0).map((tensor) => readTensor(buffer, tensor, constants)),
		inputs: buffer.int32s(graph, 1),
		outputs: buffer.int32s(graph, 2),
		operators: buffer.tables(graph, 3).map((operator) => readOperator(buffer, operator, codes)),
	};
}

function readTensor(buffer: FlatBuffer, tensor: number, constants: readonly (Uint8Array | null)[]): TfliteTensor {
	const sparsity = buffer.table(tensor, 6);
	return {
		name: buffer.text(tensor, 3),
		shape: buffer.int32s(tensor, 0),
		type: TENSOR_TYPES[buffer.int8(tensor, 1)] ?? "other",
		data: constants[buffer.int32(tensor, 2)] ?? null,
		sparsity: sparsity === 0 ? null : readSparsity(buffer, sparsity),
	};
}

function readSparsity(buffer: FlatBuffer, table: number): Sparsity {
	return {
		traversalOrder: buffer.int32s(table, 0),
		blockMap: buffer.int32s(table, 1),
		levels: buffer.tables(table, 2).map((level): SparseLevel => {
			if (buffer.int8(level, 0) === 0) return { format: "dense", size: buffer.int32(level, 1) };
			return {
				format: "sparse",
				segments: readSparseIndices(buffer, level, 2),
				indices: readSparseIndices(buffer, level, 4),
			};
		}),
	};
}

/** A union field: its type (1 int32, 2 uint16, 3 uint8) is followed by its table. */
function readSparseIndices(buffer: FlatBuffer, level: number, field: number): number[] {
	const type = buffer.uint8(level, field);
	const table = buffer.table(level, field + 1);
	if (table === 0) return [];
	return type === 1 ? buffer.int32s(table, 0) : buffer.uints(table, 0, type === 2 ? 2 : 1);
}

function readOperator(buffer: FlatBuffer, operator: number, codes: readonly number[]): TfliteOperator {
	const code = codes[buffer.int32(operator, 0)] ?? -1;
	// Operators whose options are all at their default may omit the table; the root of an absent table reads as absent.
	const options = buffer.table(operator, 4);
	return {
		...readOptions(buffer, code, options),
		inputs: buffer.int32s(operator, 1),
		outputs: buffer.int32s(operator, 2),
	};
}

function readOptions(buffer: FlatBuffer, code: number, table: number): OperatorKind {
	const int = (field: number, fallback = 0) => (table === 0 ? fallback : buffer.int32(table, field, fallback));
	const flag = (field: number) => table !== 0 && buffer.uint8(table, field) !== 0;
	const activation = (field: number): Activation => {
		const value = table === 0 ? 0 : buffer.int8(table, field);
		const name = ACTIVATIONS[value];
		if (name === undefined) throw new RangeError(`unsupported fused activation ${value}`);
		return name;
	};
	const window = (activationField: number) => ({
		padding: (table !== 0 && buffer.int8(table, 0) === 1 ? "valid" : "same") as Padding,
		strideWidth: int(1),
		strideHeight: int(2),
		activation: activation(activationField),
	});
	switch (code) {
		case 0:
			return { kind: "add", activation: activation(0) };
		case 2:
			return { kind: "concatenation", axis: int(0), activation: activation(1) };
		case 3:
			return { kind: "conv2d", ...window(3), dilationWidth: int(4, 1), dilationHeight: int(5, 1) };
		case 4:
			return { kind: "depthwiseConv2d", ...window(4), dilationWidth: int(5, 1), dilationHeight: int(6, 1) };
		case 5:
			return { kind: "depthToSpace", blockSize: int(0) };
		case 6:
			return { kind: "dequantize" };
		case 9:
			return { kind: "fullyConnected", activation: activation(0) };
		case 14:
			return { kind: "logistic" };
		case 17:
			return { kind: "maxPool2d", ...window(5), filterWidth: int(3), filterHeight: int(4) };
		case 19:
			return { kind: "relu" };
		case 21:
			return { kind: "relu6" };
		case 22:
			return { kind: "reshape" };
		case 23:
			return { kind: "resizeBilinear", alignCorners: flag(2), halfPixelCenters: flag(3) };
		case 34:
			return { kind: "pad" };
		case 40:
			return { kind: "mean", keepDimensions: flag(0) };
		case 45:
			return {
				kind: "stridedSlice",
				beginMask: int(0),
				endMask: int(1),
				ellipsisMask: int(2),
				newAxisMask: int(3),
				shrinkAxisMask: int(4),
			};
		case 54:
			return { kind: "prelu" };
		case 124:
			return { kind: "densify" };
		default:
			throw new RangeError(`unsupported TFLite operator with code ${code}`);
	}
}
