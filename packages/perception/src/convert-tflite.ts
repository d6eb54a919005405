import {
	ConversionContext,
	HEIGHT_WIDTH_AXES,
	NCHW_AXIS,
	NCHW_FROM_NHWC,
	NHWC_FROM_NCHW,
} from "./conversion-context.js";
import { convertConvolution, convertFullyConnected, convertMaxPool } from "./convert-weighted-operators.js";
import { OnnxGraph } from "./onnx-graph.js";
import { readTflite } from "./read-tflite.js";
import { constantInts } from "./tflite-constants.js";
import type { TfliteOperator } from "./tflite-model.js";

/** Raised with every change that alters converted bytes, so that caches of older ones are not used. */
export const ONNX_CONVERTER_VERSION = 1;

/**
 * Convert a float TFLite model of MediaPipe into an equivalent ONNX model (float32, operator set 13).
 *
 * Inputs and outputs keep TFLite's order, shapes and NHWC layout, and are named `input0…`, `output0…`. Inside,
 * activations of rank 4 are NCHW, which ONNX Runtime's kernels expect. Half-precision and sparse weights become dense
 * single precision.
 *
 * @throws RangeError if the file is damaged or uses something that MediaPipe's models do not.
 */
export function convertTfliteToOnnx(bytes: Uint8Array): Uint8Array {
	const model = readTflite(bytes);
	const context = new ConversionContext(model, new OnnxGraph());
	const { graph } = context;
	model.inputs.forEach((tensor, i) => {
		const { shape } = model.tensors[tensor];
		graph.addInput(`input${i}`, shape);
		if (shape.length === 4) graph.addNode("Transpose", [`input${i}`], [context.name(tensor)], { perm: NCHW_FROM_NHWC });
		else graph.addNode("Identity", [`input${i}`], [context.name(tensor)]);
	});
	for (const operator of model.operators) convertOperator(context, operator);
	model.outputs.forEach((tensor, i) => {
		const { shape } = model.tensors[tensor];
		graph.addOutput(`output${i}`, shape);
		if (shape.length === 4)
			graph.addNode("Transpose", [context.name(tensor)], [`output${i}`], { perm: NHWC_FROM_NCHW });
		else graph.addNode("Identity", [context.name(tensor)], [`output${i}`]);
	});
	return graph.encode();
}

function convertOperator(context: ConversionContext, operator: TfliteOperator): void {
	const { graph } = context;
	const [input, second] = operator.inputs;
	const output = operator.outputs[0];
	switch (operator.kind) {
		case "dequantize":
		case "densify":
			// Both only unpack weights: the reader of the constant does it when an operator asks for the values.
			context.aliasConstant(output, input);
			return;
		case "conv2d":
		case "depthwiseConv2d":
			convertConvolution(context, operator);
			return;
		case "fullyConnected":
			convertFullyConnected(context, operator);
			return;
		case "maxPool2d":
			convertMaxPool(context, operator);
			return;
		case "add": {
			const rank = context.shape(output).length;
			const operands = operator.inputs.map((tensor) => context.operand(tensor, rank));
			context.withActivation(operator.activation, output, (name) => graph.addNode("Add", operands, [name]));
			return;
		}
		case "prelu": {
			const slope = context.operand(second, context.shape(input).length);
			graph.addNode("PRelu", [context.name(input), slope], [context.name(output)]);
			return;
		}
		case "relu":
			graph.addNode("Relu", [context.name(input)], [context.name(output)]);
			return;
		case "relu6":
			context.addRelu6(context.name(input), context.name(output));
			return;
		case "logistic":
			graph.addNode("Sigmoid", [context.name(input)], [context.name(output)]);
			return;
		case "pad": {
			const pairs = constantInts(context.constant(second));
			const axes = context.axes(input);
			const begins = axes.map((axis) => pairs[2 * axis]);
			const ends = axes.map((axis) => pairs[2 * axis + 1]);
			graph.addNode("Pad", [context.name(input), graph.addInts([...begins, ...ends])], [context.name(output)]);
			return;
		}
		case "resizeBilinear": {
			const sizes = graph.addInts(context.storedShape(output));
			graph.addNode("Resize", [context.name(input), "", "", sizes], [context.name(output)], {
				mode: "linear",
				coordinate_transformation_mode: operator.alignCorners
					? "align_corners"
					: operator.halfPixelCenters
						? "half_pixel"
						: "asymmetric",
			});
			return;
		}
		case "depthToSpace":
			graph.addNode("DepthToSpace", [context.name(input)], [context.name(output)], {
				blocksize: operator.blockSize,
				mode: "DCR",
			});
			return;
		case "reshape": {
			const { shape } = context.model.tensors[output];
			context.storeNhwc(output, (name) =>
				graph.addNode("Reshape", [context.nhwcName(input), graph.addInts(shape)], [name]),
			);
			return;
		}
		case "concatenation": {
			const rank = context.shape(output).length;
			const axis = operator.axis < 0 ? operator.axis + rank : operator.axis;
			const inputs = operator.inputs.map((tensor) => context.name(tensor));
			context.withActivation(operator.activation, output, (name) =>
				graph.addNode("Concat", inputs, [name], { axis: rank === 4 ? NCHW_AXIS[axis] : axis }),
			);
			return;
		}
		case "mean": {
			const axes = constantInts(context.constant(second));
			// Averages over height and width leave [batch, channels] in either layout; others would need a transpose.
			if (context.shape(input).length !== 4 || axes.join() !== "1,2") {
				throw new RangeError("only means over height and width are supported");
			}
			graph.addNode("ReduceMean", [context.name(input)], [context.name(output)], {
				axes: HEIGHT_WIDTH_AXES,
				keepdims: operator.keepDimensions ? 1 : 0,
			});
			return;
		}
		case "stridedSlice":
			convertStridedSlice(context, operator);
	}
}

function convertStridedSlice(
	context: ConversionContext,
	operator: TfliteOperator & { readonly kind: "stridedSlice" },
): void {
	if (operator.ellipsisMask !== 0 || operator.newAxisMask !== 0 || operator.shrinkAxisMask !== 0) {
		throw new RangeError("only strided slices that keep the rank are supported");
	}
	const [input, begin, end, stride] = operator.inputs;
	const [begins, ends, strides] = [begin, end, stride].map((tensor) => constantInts(context.constant(tensor)));
	const shape = context.shape(input);
	const axes = context.axes(input);
	const { graph } = context;
	graph.addNode(
		"Slice",
		[
			context.name(input),
			graph.addInts(axes.map((axis) => ((operator.beginMask >> axis) & 1 ? 0 : begins[axis]))),
			graph.addInts(axes.map((axis) => ((operator.endMask >> axis) & 1 ? shape[axis] : ends[axis]))),
			graph.addInts(axes.map((_, i) => i)),
			graph.addInts(axes.map((axis) => strides[axis])),
		],
		[context.name(operator.outputs[0])],
	);
}
