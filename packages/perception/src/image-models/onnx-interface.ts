/** Random access to the bytes of a file, so that its weights need not be read. */
export interface ByteSource {
	readonly length: number;
	/** Bytes from `offset` on, fewer at the end; valid until the next call. */
	read(offset: number, length: number): Uint8Array;
}

/** An input or output of a graph. */
export interface OnnxValue {
	readonly name: string;
	/** `null` for a type that no model of ours has. */
	readonly type: "float32" | "float16" | "int64" | "int32" | "uint8" | null;
	/** `null` for sizes that are chosen when the graph runs. */
	readonly dimensions: readonly (number | null)[];
}

/** What an ONNX file says about itself without its weights. */
export interface OnnxInterface {
	/** Without initializers, which old files list among the inputs. */
	readonly inputs: readonly OnnxValue[];
	readonly outputs: readonly OnnxValue[];
	/** Operators of the graph and of the functions in the file, each once. */
	readonly operators: readonly string[];
	/** By input: the operators that read it. */
	readonly readers: Readonly<Record<string, readonly string[]>>;
	/** Widths of the square convolution kernels that read three channels: 14 and 16 are the patches of transformers. */
	readonly colourKernels: readonly number[];
}

/**
 * Read inputs, outputs and operators of an ONNX file (`onnx.proto`), skipping its weights.
 *
 * @throws RangeError if the bytes are no ONNX model
 */
export function readOnnxInterface(source: ByteSource): OnnxInterface {
	const graph: GraphFacts = {
		inputs: [],
		outputs: [],
		operators: new Set(),
		readers: new Map(),
		colourKernels: new Set(),
		initializers: new Set(),
	};
	let hasGraph = false;
	// Written after the graph, and needed by every model.
	let hasOperatorSet = false;
	for (const field of fieldsOf(source, 0, source.length)) {
		if (field.number === 8 && field.isBytes) hasOperatorSet = true;
		else if (field.number === 7 && field.isBytes) {
			hasGraph = true;
			readGraph(graph, source, field);
		}
		// Functions of the file's own (FunctionProto.node).
		else if (field.number === 25 && field.isBytes) {
			for (const inner of fieldsOf(source, field.start, field.end)) {
				if (inner.number === 7 && inner.isBytes) readNode(graph, source, inner, true);
			}
		}
	}
	const inputs = graph.inputs.filter((input) => !graph.initializers.has(input.name));
	if (!hasGraph || !hasOperatorSet || inputs.length === 0 || graph.outputs.length === 0) {
		throw new RangeError("not an ONNX model");
	}
	return {
		inputs,
		outputs: graph.outputs,
		operators: [...graph.operators].sort(),
		readers: Object.fromEntries(inputs.map(({ name }) => [name, [...(graph.readers.get(name) ?? [])]])),
		colourKernels: [...graph.colourKernels].sort((a, b) => a - b),
	};
}

interface GraphFacts {
	readonly inputs: OnnxValue[];
	readonly outputs: OnnxValue[];
	readonly operators: Set<string>;
	readonly readers: Map<string, Set<string>>;
	readonly colourKernels: Set<number>;
	readonly initializers: Set<string>;
}

/** A field of a message: a number, or the range of its bytes. */
interface Field {
	readonly number: number;
	readonly isBytes: boolean;
	readonly value: number;
	readonly start: number;
	readonly end: number;
}

function readGraph(graph: GraphFacts, source: ByteSource, range: Field): void {
	for (const field of fieldsOf(source, range.start, range.end)) {
		if (!field.isBytes) continue;
		if (field.number === 1) readNode(graph, source, field, false);
		else if (field.number === 5) readTensor(graph, source, field);
		else if (field.number === 11) graph.inputs.push(readValue(source, field));
		else if (field.number === 12) graph.outputs.push(readValue(source, field));
	}
}

function readNode(graph: GraphFacts, source: ByteSource, range: Field, isInFunction: boolean): void {
	const inputs: string[] = [];
	let operator = "";
	for (const field of fieldsOf(source, range.start, range.end)) {
		if (field.number === 1 && field.isBytes) inputs.push(readText(source, field));
		else if (field.number === 4 && field.isBytes) operator = readText(source, field);
		else if (field.number === 5 && field.isBytes) {
			// A constant's tensor (AttributeProto.t).
			for (const inner of fieldsOf(source, field.start, field.end)) {
				if (inner.number === 5 && inner.isBytes) readTensor(graph, source, inner);
			}
		}
	}
	graph.operators.add(operator);
	if (isInFunction) return;
	for (const name of inputs) {
		const readers = graph.readers.get(name);
		if (readers === undefined) graph.readers.set(name, new Set([operator]));
		else readers.add(operator);
	}
}

function readTensor(graph: GraphFacts, source: ByteSource, range: Field): void {
	const dimensions: number[] = [];
	for (const field of fieldsOf(source, range.start, range.end)) {
		if (field.number === 1) {
			if (!field.isBytes) dimensions.push(field.value);
			else for (let at = field.start; at < field.end; ) at = readVarint(source, at, field.end, dimensions);
		} else if (field.number === 8 && field.isBytes) graph.initializers.add(readText(source, field));
	}
	const [, channels, height, width] = dimensions;
	if (dimensions.length === 4 && channels === 3 && height === width) graph.colourKernels.add(width);
}

const TYPES: Readonly<Record<number, OnnxValue["type"]>> = {
	1: "float32",
	2: "uint8",
	6: "int32",
	7: "int64",
	10: "float16",
};

function readValue(source: ByteSource, range: Field): OnnxValue {
	let name = "";
	let type: OnnxValue["type"] = null;
	const dimensions: (number | null)[] = [];
	for (const field of fieldsOf(source, range.start, range.end)) {
		if (!field.isBytes) continue;
		if (field.number === 1) name = readText(source, field);
		if (field.number !== 2) continue;
		for (const tensor of fieldsOf(source, field.start, field.end)) {
			if (tensor.number !== 1 || !tensor.isBytes) continue;
			for (const part of fieldsOf(source, tensor.start, tensor.end)) {
				if (part.number === 1 && !part.isBytes) type = TYPES[part.value] ?? null;
				if (part.number === 2 && part.isBytes) readDimensions(dimensions, source, part);
			}
		}
	}
	return { name, type, dimensions };
}

function readDimensions(out: (number | null)[], source: ByteSource, range: Field): void {
	for (const field of fieldsOf(source, range.start, range.end)) {
		if (field.number !== 1 || !field.isBytes) continue;
		let size: number | null = null;
		for (const part of fieldsOf(source, field.start, field.end)) {
			// Some exporters write -1 for an unknown size.
			if (part.number === 1 && !part.isBytes && part.value > 0 && part.value < 2 ** 31) size = part.value;
		}
		out.push(size);
	}
}

function readText(source: ByteSource, { start, end }: Field): string {
	if (end - start > 4096) throw new RangeError("a name in the model is too long");
	let text = "";
	for (const byte of source.read(start, end - start)) text += String.fromCharCode(byte);
	return text;
}

/** The fields of the message in [start, end). @throws RangeError where the bytes are no message */
function* fieldsOf(source: ByteSource, start: number, end: number): Generator<Field> {
	const numbers: number[] = [];
	for (let at = start; at < end; ) {
		numbers.length = 0;
		at = readVarint(source, at, end, numbers);
		const number = Math.floor(numbers[0] / 8);
		const wire = numbers[0] % 8;
		if (number === 0) throw new RangeError("not an ONNX model");
		if (wire === 0) {
			at = readVarint(source, at, end, numbers);
			yield { number, isBytes: false, value: numbers[1], start: at, end: at };
		} else if (wire === 2) {
			at = readVarint(source, at, end, numbers);
			const last = at + numbers[1];
			if (!(last <= end)) throw new RangeError("the ONNX model is cut off");
			yield { number, isBytes: true, value: 0, start: at, end: last };
			at = last;
		} else if (wire === 1 || wire === 5) {
			at += wire === 1 ? 8 : 4;
			if (at > end) throw new RangeError("the ONNX model is cut off");
		} else throw new RangeError("not an ONNX model");
	}
}

/** Append a varint (numbers above 2^53 lose digits; no field that is used has them) and return where it ends. */
function readVarint(source: ByteSource, at: number, end: number, out: number[]): number {
	const bytes = source.read(at, Math.min(10, end - at));
	let value = 0;
	for (let i = 0; i < bytes.length; i++) {
		value += (bytes[i] % 128) * 2 ** (7 * i);
		if (bytes[i] < 128) {
			out.push(value);
			return at + i + 1;
		}
	}
	throw new RangeError("the ONNX model is cut off");
}
