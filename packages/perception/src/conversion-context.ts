import type { OnnxGraph } from "./onnx-graph.js";
import { constantFloats, elementCount } from "./tflite-constants.js";
import type { Activation, TfliteModel, TfliteTensor } from "./tflite-model.js";

/** `stored axis i` of an NCHW activation is `NCHW_FROM_NHWC[i]` of TFLite's NHWC shape. */
export const NCHW_FROM_NHWC = [0, 3, 1, 2] as const;
export const NHWC_FROM_NCHW = [0, 2, 3, 1] as const;
/** Where each NHWC axis lies in NCHW. */
export const NCHW_AXIS = [0, 2, 3, 1] as const;
export const HEIGHT_WIDTH_AXES = [2, 3] as const;

/**
 * The state of one conversion: which ONNX name holds which TFLite tensor, and in which layout.
 * Activations of rank 4 are stored NCHW, all others as in TFLite.
 */
export class ConversionContext {
	readonly model: TfliteModel;
	readonly graph: OnnxGraph;
	/** Unpacked constant (result of DEQUANTIZE or DENSIFY) → the tensor that holds its bytes. */
	readonly #constantSource = new Map<number, number>();

	constructor(model: TfliteModel, graph: OnnxGraph) {
		this.model = model;
		this.graph = graph;
	}

	/** ONNX name of an activation. */
	name(tensor: number): string {
		return `tensor${tensor}`;
	}

	/** TFLite shape (NHWC for rank 4). */
	shape(tensor: number): readonly number[] {
		return this.model.tensors[tensor].shape;
	}

	/** For each stored axis of a tensor, the axis of its TFLite shape. */
	axes(tensor: number): readonly number[] {
		const rank = this.shape(tensor).length;
		return rank === 4 ? NCHW_FROM_NHWC : Array.from({ length: rank }, (_, i) => i);
	}

	/** Shape in stored layout. */
	storedShape(tensor: number): number[] {
		const shape = this.shape(tensor);
		return this.axes(tensor).map((axis) => shape[axis]);
	}

	/** Declare that constant `output` has the values of constant `input`. @throws RangeError if `input` is computed. */
	aliasConstant(output: number, input: number): void {
		const source = this.#constantSource.get(input) ?? input;
		if (this.model.tensors[source].data === null) throw new RangeError("only constants can be unpacked");
		this.#constantSource.set(output, source);
	}

	/** The tensor that holds the bytes of a constant. @throws RangeError if it is computed at run time. */
	constant(tensor: number): TfliteTensor {
		const source = this.model.tensors[this.#constantSource.get(tensor) ?? tensor];
		if (source === undefined || source.data === null) throw new RangeError(`tensor ${tensor} is not a constant`);
		return source;
	}

	/** Name of an operand of an elementwise operator whose result has `rank`; constants are added in stored layout. */
	operand(tensor: number, rank: number): string {
		const isConstant = this.#constantSource.has(tensor) || this.model.tensors[tensor].data !== null;
		if (!isConstant) return this.name(tensor);
		const source = this.constant(tensor);
		const values = constantFloats(source);
		if (rank !== 4) return this.graph.addFloats(source.shape, values);
		// TFLite aligns shapes at the last axis: pad with ones in front, then move channels forward.
		const nhwc = [...new Array<number>(4 - source.shape.length).fill(1), ...source.shape];
		const [batch, height, width, channels] = nhwc;
		const out = new Float32Array(elementCount(nhwc));
		const pixels = height * width;
		for (let b = 0; b < batch; b++) {
			for (let p = 0; p < pixels; p++) {
				for (let c = 0; c < channels; c++) {
					out[(b * channels + c) * pixels + p] = values[(b * pixels + p) * channels + c];
				}
			}
		}
		// Without the batch axis: ONNX's PRelu wants a slope that broadcasts to one item.
		return this.graph.addFloats(batch === 1 ? [channels, height, width] : [batch, channels, height, width], out);
	}

	/** Name of a tensor in TFLite's layout, transposed if need be. */
	nhwcName(tensor: number): string {
		if (this.shape(tensor).length !== 4) return this.name(tensor);
		const name = this.graph.freshName("nhwc");
		this.graph.addNode("Transpose", [this.name(tensor)], [name], { perm: NHWC_FROM_NCHW });
		return name;
	}

	/** Let `produce` write `tensor` in TFLite's layout under the name it is given, then bring it to stored layout. */
	storeNhwc(tensor: number, produce: (name: string) => void): void {
		if (this.shape(tensor).length !== 4) {
			produce(this.name(tensor));
			return;
		}
		const name = this.graph.freshName("nhwc");
		produce(name);
		this.graph.addNode("Transpose", [name], [this.name(tensor)], { perm: NCHW_FROM_NHWC });
	}

	/** Let `produce` write `tensor` under the name it is given, followed by the fused activation. */
	withActivation(activation: Activation, tensor: number, produce: (name: string) => void): void {
		if (activation === "none") {
			produce(this.name(tensor));
			return;
		}
		const name = this.graph.freshName("linear");
		produce(name);
		if (activation === "relu") this.graph.addNode("Relu", [name], [this.name(tensor)]);
		else this.addRelu6(name, this.name(tensor));
	}

	addRelu6(input: string, output: string): void {
		const low = this.graph.addFloats([], Float32Array.of(0));
		const high = this.graph.addFloats([], Float32Array.of(6));
		this.graph.addNode("Clip", [input, low, high], [output]);
	}
}
