import { ProtobufWriter } from "./protobuf-writer.js";

/** Attribute values: integer, list of integers, or text. */
export type OnnxAttribute = number | readonly number[] | string;

/** Size of a dimension, or the name of one that is known only when the graph runs. */
export type OnnxDimension = number | string;

const FLOAT = 1;
const INT64 = 7;

/**
 * Builds an ONNX model (IR version 8, operator set 13) of float32 tensors. Field numbers are those of `onnx.proto`.
 */
export class OnnxGraph {
	readonly #nodes: ProtobufWriter[] = [];
	readonly #initializers: ProtobufWriter[] = [];
	readonly #inputs: ProtobufWriter[] = [];
	readonly #outputs: ProtobufWriter[] = [];
	#counter = 0;

	/** A tensor name not used before. */
	freshName(stem: string): string {
		return `${stem}_${this.#counter++}`;
	}

	/** Append an operator; an empty input name stands for an omitted optional input. */
	addNode(
		operator: string,
		inputs: readonly string[],
		outputs: readonly string[],
		attributes: Readonly<Record<string, OnnxAttribute>> = {},
	): void {
		const node = new ProtobufWriter();
		for (const name of inputs) node.text(1, name);
		for (const name of outputs) node.text(2, name);
		node.text(3, this.freshName("node")).text(4, operator);
		for (const [name, value] of Object.entries(attributes)) node.message(5, encodeAttribute(name, value));
		this.#nodes.push(node);
	}

	/** Add a float32 constant and return its name. `values` must not change before `encode`. */
	addFloats(shape: readonly number[], values: Float32Array): string {
		const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
		return this.#addInitializer(shape, FLOAT, bytes);
	}

	/** Add a one-dimensional int64 constant and return its name. */
	addInts(values: readonly number[]): string {
		const ints = BigInt64Array.from(values, (value) => BigInt(value));
		return this.#addInitializer([values.length], INT64, new Uint8Array(ints.buffer));
	}

	addInput(name: string, shape: readonly OnnxDimension[], type: "float32" | "int64" = "float32"): void {
		this.#inputs.push(encodeValueInfo(name, shape, type));
	}

	addOutput(name: string, shape: readonly OnnxDimension[]): void {
		this.#outputs.push(encodeValueInfo(name, shape, "float32"));
	}

	/** The complete model file. */
	encode(): Uint8Array {
		const graph = new ProtobufWriter();
		for (const node of this.#nodes) graph.message(1, node);
		graph.text(2, "main");
		for (const initializer of this.#initializers) graph.message(5, initializer);
		for (const input of this.#inputs) graph.message(11, input);
		for (const output of this.#outputs) graph.message(12, output);
		const operatorSet = new ProtobufWriter().text(1, "").uint(2, 13);
		return new ProtobufWriter().uint(1, 8).text(2, "anny-fitter").message(7, graph).message(8, operatorSet).finish();
	}

	#addInitializer(shape: readonly number[], type: number, bytes: Uint8Array): string {
		const name = this.freshName("constant");
		const tensor = new ProtobufWriter();
		if (shape.length > 0) tensor.uints(1, shape);
		this.#initializers.push(tensor.uint(2, type).text(8, name).bytes(9, bytes));
		return name;
	}
}

function encodeAttribute(name: string, value: OnnxAttribute): ProtobufWriter {
	const attribute = new ProtobufWriter().text(1, name);
	if (typeof value === "string") return attribute.text(4, value).uint(20, 3);
	if (typeof value === "number") return attribute.uint(3, value).uint(20, 2);
	for (const item of value) attribute.uint(8, item);
	return attribute.uint(20, 7);
}

function encodeValueInfo(name: string, shape: readonly OnnxDimension[], type: "float32" | "int64"): ProtobufWriter {
	const dimensions = new ProtobufWriter();
	for (const size of shape) {
		const dimension = new ProtobufWriter();
		dimensions.message(1, typeof size === "number" ? dimension.uint(1, size) : dimension.text(2, size));
	}
	const tensor = new ProtobufWriter().uint(1, type === "int64" ? INT64 : FLOAT).message(2, dimensions);
	return new ProtobufWriter().text(1, name).message(2, new ProtobufWriter().message(1, tensor));
}
