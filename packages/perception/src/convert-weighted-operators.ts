import type { ConversionContext } from "./conversion-context.js";
import { constantFloats } from "./tflite-constants.js";
import type { Padding, TfliteOperator } from "./tflite-model.js";

type Convolution = TfliteOperator & { readonly kind: "conv2d" | "depthwiseConv2d" };

/** CONV_2D (weights OHWI) or DEPTHWISE_CONV_2D (weights 1HWC) as an ONNX `Conv`. */
export function convertConvolution(context: ConversionContext, operator: Convolution): void {
	const { graph } = context;
	const [input, weights, bias] = operator.inputs;
	const output = operator.outputs[0];
	const source = context.constant(weights);
	const [outer, height, width, inner] = source.shape;
	const isDepthwise = operator.kind === "depthwiseConv2d";
	const values = constantFloats(source);
	const shape = isDepthwise ? [inner, 1, height, width] : [outer, inner, height, width];
	const kernel = channelsFirst(values, isDepthwise ? 1 : outer, height * width, inner);
	const inputs = [context.name(input), graph.addFloats(shape, kernel)];
	if (bias >= 0) inputs.push(graph.addFloats(context.shape(bias), constantFloats(context.constant(bias))));
	const [, inputHeight, inputWidth, inputChannels] = context.shape(input);
	const strides = [operator.strideHeight, operator.strideWidth];
	const dilations = [operator.dilationHeight, operator.dilationWidth];
	const attributes = {
		kernel_shape: [height, width],
		strides,
		dilations,
		pads: padding(operator.padding, [inputHeight, inputWidth], [height, width], strides, dilations),
		group: isDepthwise ? inputChannels : 1,
	};
	context.withActivation(operator.activation, output, (name) => graph.addNode("Conv", inputs, [name], attributes));
}

/** MAX_POOL_2D as an ONNX `MaxPool`. */
export function convertMaxPool(
	context: ConversionContext,
	operator: TfliteOperator & { readonly kind: "maxPool2d" },
): void {
	const [input] = operator.inputs;
	const [, height, width] = context.shape(input);
	const kernel = [operator.filterHeight, operator.filterWidth];
	const strides = [operator.strideHeight, operator.strideWidth];
	const attributes = {
		kernel_shape: kernel,
		strides,
		pads: padding(operator.padding, [height, width], kernel, strides, [1, 1]),
	};
	context.withActivation(operator.activation, operator.outputs[0], (name) =>
		context.graph.addNode("MaxPool", [context.name(input)], [name], attributes),
	);
}

/** FULLY_CONNECTED (weights [outputs, inputs]) as an ONNX `Gemm`. */
export function convertFullyConnected(
	context: ConversionContext,
	operator: TfliteOperator & { readonly kind: "fullyConnected" },
): void {
	const { graph } = context;
	const [input, weights, bias] = operator.inputs;
	const output = operator.outputs[0];
	if (context.shape(output).length !== 2) throw new RangeError("fully connected layers must produce a matrix");
	const source = context.constant(weights);
	const rows = graph.freshName("rows");
	graph.addNode(
		"Reshape",
		[context.nhwcName(input), graph.addInts([context.shape(output)[0], source.shape[1]])],
		[rows],
	);
	const inputs = [rows, graph.addFloats(source.shape, constantFloats(source))];
	if (bias >= 0) inputs.push(graph.addFloats(context.shape(bias), constantFloats(context.constant(bias))));
	context.withActivation(operator.activation, output, (name) => graph.addNode("Gemm", inputs, [name], { transB: 1 }));
}

/** [outer, pixels, inner] → [outer, inner, pixels]. */
function channelsFirst(values: Float32Array, outer: number, pixels: number, inner: number): Float32Array {
	if (pixels === 1) return values;
	const out = new Float32Array(values.length);
	for (let o = 0; o < outer; o++) {
		const base = o * pixels * inner;
		for (let p = 0; p < pixels; p++) {
			for (let i = 0; i < inner; i++) out[base + i * pixels + p] = values[base + p * inner + i];
		}
	}
	return out;
}

/**
 * ONNX pads [top, left, bottom, right]. TensorFlow's "same" gives ceil(input / stride) outputs and puts the odd pixel at
 * the end.
 */
function padding(
	kind: Padding,
	input: readonly number[],
	kernel: readonly number[],
	strides: readonly number[],
	dilations: readonly number[],
): number[] {
	if (kind === "valid") return [0, 0, 0, 0];
	const totals = input.map((size, axis) => {
		const reach = (kernel[axis] - 1) * dilations[axis] + 1;
		return Math.max(0, (Math.ceil(size / strides[axis]) - 1) * strides[axis] + reach - size);
	});
	const before = totals.map((total) => Math.floor(total / 2));
	return [...before, ...totals.map((total, axis) => total - before[axis])];
}
