import type { OnnxInterface, OnnxValue } from "./onnx-interface.js";

/** What a network wants its pixels to be, per channel: (byte / 255 − mean) / standard deviation. */
export interface PixelScale {
	readonly mean: readonly [number, number, number];
	readonly sigma: readonly [number, number, number];
}

export const UNIT_PIXELS: PixelScale = { mean: [0, 0, 0], sigma: [1, 1, 1] };
/** Mean and standard deviation of ImageNet's colours, 0…1. */
export const IMAGENET_PIXELS: PixelScale = { mean: [0.485, 0.456, 0.406], sigma: [0.229, 0.224, 0.225] };
const CENTRED_PIXELS: PixelScale = { mean: [0.5, 0.5, 0.5], sigma: [0.5, 0.5, 0.5] };
const BYTE_PIXELS: PixelScale = { mean: [0, 0, 0], sigma: [1 / 255, 1 / 255, 1 / 255] };

const DPT_SIZE: readonly [number, number] = [384, 384];

export type SegmentationFamily = "sam" | "mobile_sam" | "efficient_sam";
export type DepthFamily = "depth_anything" | "dpt" | "midas";

/** Turns an image into an embedding, once per image. */
export interface EncoderModel {
	readonly kind: "segmentation";
	readonly part: "encoder";
	readonly family: SegmentationFamily;
	readonly input: string;
	readonly output: string;
	/** [1, 3, H, W], or [H, W, 3] without padding. */
	readonly layout: "planar" | "interleaved";
	/** Height and width of the input; null where it takes any. */
	readonly size: readonly [number, number] | null;
	readonly pixels: PixelScale;
}

/** Turns an embedding and points into masks. */
export interface DecoderModel {
	readonly kind: "segmentation";
	readonly part: "decoder";
	/** SAM and MobileSAM share theirs. */
	readonly family: "sam" | "efficient_sam";
	/** What the file's inputs want. */
	readonly prompt: PromptShape;
	/** Whether `low_res_masks` are there, which hold for every aspect ratio. */
	readonly hasLowResolution: boolean;
	/** Type of `orig_im_size`; null where it is not asked for. */
	readonly imageSizeType: "float32" | "int64" | null;
}

/** EfficientSAM in one file: image and points to masks. */
export interface WholeSegmentationModel {
	readonly kind: "segmentation";
	readonly part: "whole";
	readonly family: "efficient_sam";
	/** Height and width of the input; null where it takes any. */
	readonly size: readonly [number, number] | null;
	readonly pixels: PixelScale;
	readonly prompt: PromptShape;
}

export interface PromptShape {
	/** Number of points, box corners included; null where it takes any. */
	readonly pointCount: number | null;
	/** Number of dimensions of the labels. */
	readonly labelRank: number;
}

/** Predicts how near each pixel is. */
export interface DepthModel {
	readonly kind: "depth";
	readonly family: DepthFamily;
	readonly input: string;
	readonly output: string;
	/** Height and width of the input; null where it takes any. */
	readonly size: readonly [number, number] | null;
	/** Where the size is free: sides are multiples of this. */
	readonly multipleOf: number;
	/** Where the size is free: the shorter side becomes at least this (`at_least`), or the nearer one exactly (`nearest`). */
	readonly side: number;
	readonly sideRule: "at_least" | "nearest";
	readonly pixels: PixelScale;
	/** What the network gives: relative inverse depth, or metres. */
	readonly gives: "inverse_depth" | "depth";
}

export type ImageModel = EncoderModel | DecoderModel | WholeSegmentationModel | DepthModel;

/**
 * Tell by inputs, outputs and operators which network a file holds: SAM, MobileSAM, EfficientSAM (also split), MiDaS, DPT
 * or Depth Anything. File names say nothing.
 *
 * @returns `null` for a file of no known interface
 */
export function recogniseImageModel(file: OnnxInterface): ImageModel | null {
	const inputs = new Map(file.inputs.map((input) => [input.name, input]));
	const outputs = new Set(file.outputs.map((output) => output.name));
	const points = inputs.get("batched_point_coords");
	if (points !== undefined) return recogniseEfficientSam(inputs, outputs, points);
	if (inputs.has("point_coords") && inputs.has("image_embeddings")) return recogniseSamDecoder(inputs, outputs);
	const [input] = file.inputs;
	const [output] = file.outputs;
	if (input === undefined || output === undefined || file.inputs.length !== 1 || input.type !== "float32") return null;
	if (output.dimensions.length === 4 && file.outputs.length === 1 && output.name.startsWith("image_embedding")) {
		return recogniseEncoder(file, input, output);
	}
	return recogniseDepth(file, input, output);
}

function recogniseEfficientSam(
	inputs: ReadonlyMap<string, OnnxValue>,
	outputs: ReadonlySet<string>,
	points: OnnxValue,
): ImageModel | null {
	const labels = inputs.get("batched_point_labels");
	if (labels?.type !== "float32" || points.type !== "float32" || points.dimensions.length !== 4) return null;
	if (!outputs.has("output_masks") || !outputs.has("iou_predictions")) return null;
	const prompt = { pointCount: points.dimensions[2] ?? null, labelRank: labels.dimensions.length };
	if (prompt.labelRank !== 3 && prompt.labelRank !== 4) return null;
	const image = inputs.get("batched_images");
	if (image !== undefined) {
		if (image.type !== "float32" || image.dimensions.length !== 4) return null;
		const size = planarSize(image);
		return { kind: "segmentation", part: "whole", family: "efficient_sam", size, pixels: UNIT_PIXELS, prompt };
	}
	if (!inputs.has("image_embeddings")) return null;
	const imageSizeType = sizeType(inputs.get("orig_im_size"));
	const hasLowResolution = false;
	return { kind: "segmentation", part: "decoder", family: "efficient_sam", prompt, hasLowResolution, imageSizeType };
}

function recogniseSamDecoder(
	inputs: ReadonlyMap<string, OnnxValue>,
	outputs: ReadonlySet<string>,
): DecoderModel | null {
	const points = inputs.get("point_coords");
	const labels = inputs.get("point_labels");
	if (points?.type !== "float32" || labels?.type !== "float32") return null;
	if (points.dimensions.length !== 3 || labels.dimensions.length !== 2) return null;
	if (!outputs.has("iou_predictions") || !(outputs.has("masks") || outputs.has("low_res_masks"))) return null;
	if (!inputs.has("mask_input") || !inputs.has("has_mask_input")) return null;
	return {
		kind: "segmentation",
		part: "decoder",
		family: "sam",
		prompt: { pointCount: points.dimensions[1] ?? null, labelRank: 2 },
		hasLowResolution: outputs.has("low_res_masks"),
		imageSizeType: sizeType(inputs.get("orig_im_size")),
	};
}

function recogniseEncoder(file: OnnxInterface, input: OnnxValue, output: OnnxValue): EncoderModel | null {
	const base = { kind: "segmentation", part: "encoder", input: input.name, output: output.name } as const;
	if (input.name === "batched_images" && input.dimensions.length === 4) {
		const size = planarSize(input);
		return { ...base, family: "efficient_sam", layout: "planar", size, pixels: UNIT_PIXELS };
	}
	const family = file.colourKernels.includes(16) ? "sam" : "mobile_sam";
	// Encoders that take an image as it is scale and pad it themselves.
	if (input.dimensions.length === 3 && input.dimensions[2] === 3) {
		return { ...base, family, layout: "interleaved", size: null, pixels: BYTE_PIXELS };
	}
	if (input.dimensions.length !== 4) return null;
	const size = planarSize(input);
	if (size === null || size[0] !== size[1]) return null;
	return {
		...base,
		family,
		layout: "planar",
		size,
		pixels: normalisesItself(file, input) ? BYTE_PIXELS : IMAGENET_PIXELS,
	};
}

/** Relative depth comes as [1, H, W]; images of four dimensions only count where their name says depth (matting looks alike). */
function recogniseDepth(file: OnnxInterface, input: OnnxValue, output: OnnxValue): DepthModel | null {
	const { dimensions } = output;
	if (input.dimensions.length !== 4 || (input.dimensions[1] ?? 3) !== 3 || output.type !== "float32") return null;
	if (file.outputs.length !== 1) return null;
	const isNamed = /depth/i.test(output.name);
	const isMap = dimensions.length === 3 && (dimensions[0] ?? 1) === 1;
	if (!(isMap || (isNamed && dimensions.length === 4 && (dimensions[1] ?? 1) === 1))) return null;
	const size = planarSize(input);
	const own = normalisesItself(file, input);
	const base = { kind: "depth", input: input.name, output: output.name, size } as const;
	if (file.colourKernels.includes(14)) {
		return {
			...base,
			family: "depth_anything",
			multipleOf: 14,
			side: 518,
			sideRule: "at_least",
			pixels: own ? UNIT_PIXELS : IMAGENET_PIXELS,
			// The metric variants end in a logistic function; no other part of these networks has one.
			gives: file.operators.includes("Sigmoid") ? "depth" : "inverse_depth",
		};
	}
	const isTransformer = file.operators.includes("Softmax");
	return {
		...base,
		// Exports of DPT say that they take any size, but their position embeddings hold for one.
		size: size ?? (isTransformer ? DPT_SIZE : null),
		family: isTransformer ? "dpt" : "midas",
		multipleOf: 32,
		side: 256,
		sideRule: "nearest",
		pixels: own ? UNIT_PIXELS : isTransformer ? CENTRED_PIXELS : IMAGENET_PIXELS,
		gives: "inverse_depth",
	};
}

/** Some exports of MiDaS subtract the mean inside the graph; it is then the first thing that happens to the input. */
function normalisesItself(file: OnnxInterface, input: OnnxValue): boolean {
	return (file.readers[input.name] ?? []).some((operator) => ["Sub", "Div", "Mul"].includes(operator));
}

function planarSize({ dimensions }: OnnxValue): readonly [number, number] | null {
	const height = dimensions[2] ?? null;
	const width = dimensions[3] ?? null;
	return height === null || width === null ? null : [height, width];
}

function sizeType(input: OnnxValue | undefined): "float32" | "int64" | null {
	return input === undefined ? null : input.type === "int64" ? "int64" : "float32";
}
