import type { RgbImage } from "../crop.js";
import { imageTensor } from "../image-models/image-tensor.js";
import type {
	DecoderModel,
	EncoderModel,
	PromptShape,
	WholeSegmentationModel,
} from "../image-models/recognise-model.js";
import { floatOutput, type OnnxTensor, type RunOnnx } from "../image-models/run-onnx.js";
import type { SegmentationPrompt } from "./segmentation-prompt.js";

/** A SAM-type network, ready to run. */
export type SegmentationNetwork =
	| { readonly model: WholeSegmentationModel; readonly run: RunOnnx }
	| {
			readonly encoder: { readonly model: EncoderModel; readonly run: RunOnnx };
			readonly decoder: { readonly model: DecoderModel; readonly run: RunOnnx };
	  };

/** Masks that a network offers for one prompt. */
export interface MaskCandidates {
	/** [count * height * width] logits; the person is where they are positive. */
	readonly logits: Float32Array;
	readonly count: number;
	readonly width: number;
	readonly height: number;
	/** Part of the grid that shows the photo, from the top left corner; the rest is padding. */
	readonly contentWidth: number;
	readonly contentHeight: number;
	/** [count] the network's own estimate of each mask's intersection over union. */
	readonly scores: Float32Array;
}

/** An image that can be asked about again and again. */
export interface EncodedImage {
	/** Whether a question costs much less than the first look at the image. */
	readonly isCheap: boolean;
	ask(prompt: SegmentationPrompt): Promise<MaskCandidates>;
}

/** Longer side of what networks of free size are given: they scale to 1024 themselves. */
const LONG_SIDE = 1024;
/** Box corners take part as points with labels of their own. */
const FOREGROUND = 1;
const TOP_LEFT = 2;
const BOTTOM_RIGHT = 3;
const PADDING = -1;

/**
 * Prepare an image as the network's authors do, and run the part of it that does not depend on the question.
 *
 * Sources: Kirillov et al., Segment Anything (2023), `ResizeLongestSide` and `SamOnnxModel`; Xiong et al., EfficientSAM
 * (2023); Zhang et al., MobileSAM (2023).
 *
 * @throws RangeError when the network gives something else than its interface says
 */
export async function encodeForMasks(image: RgbImage, network: SegmentationNetwork): Promise<EncodedImage> {
	if (!("encoder" in network)) return encodeWhole(image, network.model, network.run);
	const { encoder, decoder } = network;
	return encoder.model.family === "efficient_sam"
		? encodeEfficientSam(image, encoder.model, encoder.run, decoder.model, decoder.run)
		: encodeSam(image, encoder.model, encoder.run, decoder.model, decoder.run);
}

function encodeWhole(image: RgbImage, model: WholeSegmentationModel, run: RunOnnx): EncodedImage {
	const [height, width] = model.size ?? insideLongSide(image, LONG_SIDE);
	const pixels = efficientSamImage(image, height, width, model);
	return {
		isCheap: false,
		ask: async (prompt) => {
			const feeds = {
				batched_images: pixels,
				...efficientSamPrompt(prompt, model.prompt, width / image.width, height / image.height),
			};
			return efficientSamMasks(await run(feeds, ["output_masks", "iou_predictions"]));
		},
	};
}

async function encodeEfficientSam(
	image: RgbImage,
	encoder: EncoderModel,
	runEncoder: RunOnnx,
	decoder: DecoderModel,
	runDecoder: RunOnnx,
): Promise<EncodedImage> {
	const [height, width] = encoder.size ?? insideLongSide(image, LONG_SIDE);
	const feeds = { [encoder.input]: efficientSamImage(image, height, width, encoder) };
	const embeddings = floatOutput(await runEncoder(feeds, [encoder.output]), encoder.output);
	return {
		isCheap: true,
		ask: async (prompt) =>
			efficientSamMasks(
				await runDecoder(
					{
						image_embeddings: embeddings,
						...efficientSamPrompt(prompt, decoder.prompt, width / image.width, height / image.height),
						...imageSize(decoder, height, width),
					},
					["output_masks", "iou_predictions"],
				),
			),
	};
}

function efficientSamImage(
	image: RgbImage,
	height: number,
	width: number,
	{ pixels }: Pick<EncoderModel, "pixels">,
): OnnxTensor {
	const resampling = { kernel: "linear", antialias: false } as const;
	return imageTensor(image, { size: [height, width], layout: "planar", pixels, resampling, isRounded: true });
}

function efficientSamPrompt(
	prompt: SegmentationPrompt,
	shape: PromptShape,
	scaleX: number,
	scaleY: number,
): Record<"batched_point_coords" | "batched_point_labels", OnnxTensor> {
	const { coordinates, labels } = promptArrays(prompt, shape.pointCount, scaleX, scaleY, false);
	const count = labels.length;
	return {
		batched_point_coords: { dimensions: [1, 1, count, 2], data: coordinates },
		batched_point_labels: { dimensions: shape.labelRank === 4 ? [1, 1, count, 1] : [1, 1, count], data: labels },
	};
}

function efficientSamMasks(outputs: Readonly<Record<string, OnnxTensor>>): MaskCandidates {
	const masks = floatOutput(outputs, "output_masks");
	const scores = floatOutput(outputs, "iou_predictions").data;
	const [, , count, height, width] = masks.dimensions;
	if (masks.dimensions.length !== 5 || masks.data.length !== count * height * width || scores.length !== count) {
		throw new RangeError("the masks do not have the shape of EfficientSAM's");
	}
	return { logits: masks.data, count, width, height, contentWidth: width, contentHeight: height, scores };
}

async function encodeSam(
	image: RgbImage,
	encoder: EncoderModel,
	runEncoder: RunOnnx,
	decoder: DecoderModel,
	runDecoder: RunOnnx,
): Promise<EncodedImage> {
	const side = encoder.size?.[0] ?? LONG_SIDE;
	const [height, width] = insideLongSide(image, side, true);
	const pixels = imageTensor(image, {
		size: [height, width],
		...(encoder.layout === "planar" ? { padded: [side, side] as const } : {}),
		layout: encoder.layout,
		pixels: encoder.pixels,
		resampling: { kernel: "linear", antialias: true },
		isRounded: true,
	});
	const embeddings = floatOutput(await runEncoder({ [encoder.input]: pixels }, [encoder.output]), encoder.output);
	const output = decoder.hasLowResolution ? "low_res_masks" : "masks";
	return {
		isCheap: true,
		ask: async (prompt) => {
			const { coordinates, labels } = promptArrays(
				prompt,
				decoder.prompt.pointCount,
				width / image.width,
				height / image.height,
				true,
			);
			const outputs = await runDecoder(
				{
					image_embeddings: embeddings,
					point_coords: { dimensions: [1, labels.length, 2], data: coordinates },
					point_labels: { dimensions: [1, labels.length], data: labels },
					// No mask of an earlier round.
					mask_input: { dimensions: [1, 1, 256, 256], data: new Float32Array(256 * 256) },
					has_mask_input: { dimensions: [1], data: new Float32Array(1) },
					...imageSize(decoder, image.height, image.width),
				},
				[output, "iou_predictions"],
			);
			const masks = floatOutput(outputs, output);
			const scores = floatOutput(outputs, "iou_predictions").data;
			const [, count, rows, columns] = masks.dimensions;
			if (masks.dimensions.length !== 4 || masks.data.length !== count * rows * columns || scores.length !== count) {
				throw new RangeError("the masks do not have the shape of SAM's");
			}
			// Low-resolution masks cover the padded square; the exported crop is frozen to one aspect ratio in many files.
			const isPadded = decoder.hasLowResolution;
			return {
				logits: masks.data,
				count,
				width: columns,
				height: rows,
				contentWidth: isPadded ? (columns * width) / side : columns,
				contentHeight: isPadded ? (rows * height) / side : rows,
				scores,
			};
		},
	};
}

function imageSize(decoder: DecoderModel, height: number, width: number): Record<string, OnnxTensor> {
	if (decoder.imageSizeType === null) return {};
	const data =
		decoder.imageSizeType === "int64"
			? BigInt64Array.of(BigInt(height), BigInt(width))
			: Float32Array.of(height, width);
	return { orig_im_size: { dimensions: [2], data } };
}

/** Coordinates in the network's image, and their labels. SAM wants a padding point where there is no box. */
function promptArrays(
	{ box_px, points_px }: SegmentationPrompt,
	capacity: number | null,
	scaleX: number,
	scaleY: number,
	padsWithoutBox: boolean,
): { coordinates: Float32Array; labels: Float32Array } {
	const rows: [number, number, number][] = [];
	if (box_px !== null) rows.push([box_px[0], box_px[1], TOP_LEFT], [box_px[2], box_px[3], BOTTOM_RIGHT]);
	for (let i = 0; i < points_px.length; i += 2) rows.push([points_px[i], points_px[i + 1], FOREGROUND]);
	if (capacity !== null)
		rows.length = Math.min(rows.length, padsWithoutBox && box_px === null ? capacity - 1 : capacity);
	if (padsWithoutBox && box_px === null) rows.push([0, 0, PADDING]);
	while (capacity !== null && rows.length < capacity) rows.push([0, 0, PADDING]);
	const coordinates = new Float32Array(2 * rows.length);
	const labels = new Float32Array(rows.length);
	for (const [i, [x, y, label]] of rows.entries()) {
		coordinates[2 * i] = x * scaleX;
		coordinates[2 * i + 1] = y * scaleY;
		labels[i] = label;
	}
	return { coordinates, labels };
}

/** Height and width with the longer side at `side`, smaller images left alone unless they are to be enlarged. */
function insideLongSide(image: RgbImage, side: number, enlarges = false): [number, number] {
	const longest = Math.max(image.width, image.height);
	const scale = enlarges ? side / longest : Math.min(side / longest, 1);
	return [Math.max(Math.floor(image.height * scale + 0.5), 1), Math.max(Math.floor(image.width * scale + 0.5), 1)];
}
