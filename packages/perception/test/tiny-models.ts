import { OnnxGraph } from "../src/onnx-graph.js";

/**
 * Networks with the interfaces of real ones and answers that can be worked out by hand. Masks: candidate 0 is where the
 * image is bright, candidate 1 a disk around the first point after the box, candidate 2 where it is dark. Scores: 0.9,
 * 0.5 and 0.95 times (sum of the labels) / 10.
 */

const IMAGENET_MEAN = [0.485, 0.456, 0.406];
const IMAGENET_SIGMA = [0.229, 0.224, 0.225];
const SCORES = [0.9, 0.5, 0.95];
/** Radius of the disk in pixels of the network's image of 1024 × 1024. */
export const DISK_RADIUS = 100;

class TinyGraph extends OnnxGraph {
	node(operator: string, inputs: readonly string[], attributes: Parameters<OnnxGraph["addNode"]>[3] = {}): string {
		const name = this.freshName("value");
		this.addNode(operator, inputs, [name], attributes);
		return name;
	}

	floats(shape: readonly number[], values: readonly number[] | Float32Array): string {
		return this.addFloats(shape, Float32Array.from(values));
	}

	number(value: number): string {
		return this.floats([1], [value]);
	}

	rename(value: string, name: string): void {
		this.addNode("Identity", [value], [name]);
	}
}

function row(size: number, shape: readonly number[], graph: TinyGraph, step: number): string {
	return graph.floats(
		shape,
		Float32Array.from({ length: size }, (_, i) => (i + 0.5) * step),
	);
}

/** [1, 3, side, side] logits of the three candidates. */
function candidates(graph: TinyGraph, brightness: string, points: string, pointIndex: number, side: number): string {
	const bright = graph.node("Mul", [brightness, graph.number(20)]);
	const dark = graph.node("Neg", [bright]);
	const point = graph.node("Gather", [points, graph.addInts([pointIndex])], { axis: 2 });
	const axis = (i: number) =>
		graph.node("Reshape", [
			graph.node("Gather", [point, graph.addInts([i])], { axis: 3 }),
			graph.addInts([1, 1, 1, 1]),
		]);
	const step = 1024 / side;
	const dx = graph.node("Sub", [row(side, [1, 1, 1, side], graph, step), axis(0)]);
	const dy = graph.node("Sub", [row(side, [1, 1, side, 1], graph, step), axis(1)]);
	const squared = graph.node("Add", [graph.node("Mul", [dx, dx]), graph.node("Mul", [dy, dy])]);
	const disk = graph.node("Sub", [graph.number(DISK_RADIUS ** 2), squared]);
	return graph.node("Concat", [bright, graph.node("Mul", [disk, graph.number(1e-3)]), dark], { axis: 1 });
}

/** The scores, in the given shape, from labels of any rank. */
function labelScores(graph: TinyGraph, labels: string, rank: number, shape: readonly number[]): string {
	const axes = Array.from({ length: rank }, (_, i) => i);
	const sum = graph.node("ReduceSum", [labels, graph.addInts(axes)], { keepdims: 0 });
	const share = graph.node("Mul", [sum, graph.number(0.1)]);
	return graph.node("Reshape", [graph.node("Mul", [share, graph.floats([3], SCORES)]), graph.addInts(shape)]);
}

export interface TinyEfficientSamOptions {
	/** Fixed: [1, 3, 1024, 1024], six points, labels with a dimension more, as OpenCV's file. Else any size, no disk. */
	readonly isFixed: boolean;
}

/** EfficientSAM in one file. */
export function tinyEfficientSam({ isFixed }: TinyEfficientSamOptions): Uint8Array {
	const graph = new TinyGraph();
	const side = 1024;
	graph.addInput("batched_images", isFixed ? [1, 3, side, side] : ["batch", 3, "height", "width"]);
	graph.addInput("batched_point_coords", isFixed ? [1, 1, 6, 2] : ["batch", "queries", "points", 2]);
	graph.addInput("batched_point_labels", isFixed ? [1, 1, 6, 1] : ["batch", "queries", "points"]);
	const mean = graph.node("ReduceMean", ["batched_images"], { axes: [1], keepdims: 1 });
	const brightness = graph.node("Sub", [mean, graph.number(0.5)]);
	let masks: string;
	if (isFixed) {
		masks = candidates(graph, brightness, "batched_point_coords", 2, side);
	} else {
		const bright = graph.node("Mul", [brightness, graph.number(20)]);
		masks = graph.node("Concat", [bright, graph.node("Mul", [bright, graph.number(0)]), graph.node("Neg", [bright])], {
			axis: 1,
		});
	}
	graph.rename(graph.node("Unsqueeze", [masks, graph.addInts([1])]), "output_masks");
	graph.rename(labelScores(graph, "batched_point_labels", isFixed ? 4 : 3, [1, 1, 3]), "iou_predictions");
	graph.addOutput("output_masks", isFixed ? [1, 1, 3, side, side] : ["batch", "queries", 3, "height", "width"]);
	graph.addOutput("iou_predictions", [1, 1, 3]);
	return graph.encode();
}

export interface TinySamEncoderOptions {
	/** `interleaved`: takes [H, W, 3] of bytes, normalises and pads it itself. */
	readonly layout: "planar" | "interleaved";
	/** Patches of 16 as SAM's transformer has them; else the embedding is pooled, as any convolutional network might. */
	readonly hasPatches: boolean;
}

/** Encoder of SAM: the embedding [1, 3, 256, 256] is the normalised, padded image, averaged over cells. */
export function tinySamEncoder({ layout, hasPatches }: TinySamEncoderOptions): Uint8Array {
	const graph = new TinyGraph();
	let image = "input_image";
	if (layout === "planar") graph.addInput("input_image", [1, 3, 1024, 1024]);
	else {
		graph.addInput("input_image", ["image_height", "image_width", 3]);
		const mean = graph.floats(
			[3],
			IMAGENET_MEAN.map((value) => 255 * value),
		);
		const sigma = graph.floats(
			[3],
			IMAGENET_SIGMA.map((value) => 255 * value),
		);
		const scaled = graph.node("Div", [graph.node("Sub", ["input_image", mean]), sigma]);
		const planar = graph.node("Unsqueeze", [
			graph.node("Transpose", [scaled], { perm: [2, 0, 1] }),
			graph.addInts([0]),
		]);
		const missing = graph.node("Sub", [graph.addInts([1, 3, 1024, 1024]), graph.node("Shape", [planar])]);
		const pads = graph.node("Concat", [graph.addInts([0, 0, 0, 0]), missing], { axis: 0 });
		image = graph.node("Pad", [planar, pads]);
	}
	let embedding: string;
	if (hasPatches) {
		// Averages each channel over a patch.
		const weights = new Float32Array(3 * 3 * 256);
		for (let c = 0; c < 3; c++) weights.fill(1 / 256, (c * 3 + c) * 256, (c * 3 + c + 1) * 256);
		const patches = graph.node("Conv", [image, graph.addFloats([3, 3, 16, 16], weights)], { strides: [16, 16] });
		embedding = graph.node("Resize", [patches, "", graph.floats([4], [1, 1, 4, 4])], { mode: "nearest" });
	} else {
		embedding = graph.node("AveragePool", [image], { kernel_shape: [4, 4], strides: [4, 4] });
	}
	graph.rename(embedding, "image_embeddings");
	graph.addOutput("image_embeddings", [1, 3, 256, 256]);
	return graph.encode();
}

/**
 * Decoder of SAM and MobileSAM, with low-resolution masks of the padded square. With `isForLonePoints` the disk is around
 * the first point, and the scores are (1 − sum of the labels) of theirs: right for a point and its padding.
 */
export function tinySamDecoder({ isForLonePoints = false } = {}): Uint8Array {
	const graph = new TinyGraph();
	graph.addInput("image_embeddings", [1, 3, 256, 256]);
	graph.addInput("point_coords", [1, "num_points", 2]);
	graph.addInput("point_labels", [1, "num_points"]);
	graph.addInput("mask_input", [1, 1, 256, 256]);
	graph.addInput("has_mask_input", [1]);
	graph.addInput("orig_im_size", [2]);
	// Normalised brightness 0 is the average photo; the padding is 0 too and must not count.
	const mean = graph.node("ReduceMean", ["image_embeddings"], { axes: [1], keepdims: 1 });
	const brightness = graph.node("Sub", [mean, graph.number(0.3)]);
	const points = graph.node("Unsqueeze", ["point_coords", graph.addInts([0])]);
	const unused = graph.node("Mul", [
		graph.node("Add", [
			graph.node("Mul", ["mask_input", "has_mask_input"]),
			graph.node("ReduceMean", ["orig_im_size"]),
		]),
		graph.number(0),
	]);
	const masks = graph.node("Add", [candidates(graph, brightness, points, isForLonePoints ? 0 : 2, 256), unused]);
	graph.rename(masks, "low_res_masks");
	graph.rename(masks, "masks");
	let labels = "point_labels";
	if (isForLonePoints) {
		const sum = graph.node("ReduceSum", [labels, graph.addInts([0, 1])], { keepdims: 0 });
		const tenfold = graph.node("Mul", [graph.node("Sub", [graph.number(1), sum]), graph.number(10)]);
		labels = graph.node("Reshape", [tenfold, graph.addInts([1, 1])]);
	}
	graph.rename(labelScores(graph, labels, 2, [1, 3]), "iou_predictions");
	graph.addOutput("masks", [1, 3, 256, 256]);
	graph.addOutput("iou_predictions", [1, 3]);
	graph.addOutput("low_res_masks", [1, 3, 256, 256]);
	return graph.encode();
}

export type TinyDepthKind = "midas" | "midas_self_normalising" | "dpt" | "depth_anything" | "depth_anything_metric";

/** Depth networks: the answer is the mean of the channels of the prepared image (of its patches for Depth Anything). */
export function tinyDepth(kind: TinyDepthKind): Uint8Array {
	const graph = new TinyGraph();
	if (kind === "midas" || kind === "midas_self_normalising") {
		graph.addInput("0", [1, 3, 256, 256]);
		let image = "0";
		if (kind === "midas_self_normalising") {
			const mean = graph.floats([1, 3, 1, 1], IMAGENET_MEAN);
			image = graph.node("Div", [graph.node("Sub", ["0", mean]), graph.floats([1, 3, 1, 1], IMAGENET_SIGMA)]);
		}
		graph.rename(graph.node("ReduceMean", [image], { axes: [1], keepdims: 0 }), "797");
		graph.addOutput("797", [1, 256, 256]);
		return graph.encode();
	}
	graph.addInput("pixel_values", ["batch_size", 3, "height", "width"]);
	let image = "pixel_values";
	if (kind !== "dpt") {
		const weights = new Float32Array(3 * 3 * 196);
		for (let c = 0; c < 3; c++) weights.fill(1 / 196, (c * 3 + c) * 196, (c * 3 + c + 1) * 196);
		const patches = graph.node("Conv", [image, graph.addFloats([3, 3, 14, 14], weights)], { strides: [14, 14] });
		image = graph.node("Resize", [patches, "", graph.floats([4], [1, 1, 14, 14])], { mode: "nearest" });
	}
	const mean = graph.node("ReduceMean", [image], { axes: [1], keepdims: 1 });
	// Over one value: 1. Transformers have it somewhere.
	const one = graph.node("Softmax", [mean], { axis: 1 });
	let depth = graph.node("Squeeze", [graph.node("Mul", [mean, one]), graph.addInts([1])]);
	if (kind === "depth_anything_metric") depth = graph.node("Sigmoid", [depth]);
	graph.rename(depth, "predicted_depth");
	graph.addOutput("predicted_depth", ["batch_size", "height", "width"]);
	return graph.encode();
}

/** A network of no known interface: one image in, one image out. */
export function tinyUnknown(): Uint8Array {
	const graph = new TinyGraph();
	graph.addInput("input", [1, 3, "height", "width"]);
	graph.rename(graph.node("Neg", ["input"]), "output");
	graph.addOutput("output", [1, 3, "height", "width"]);
	return graph.encode();
}
