import type { RgbImage } from "../crop.js";
import { imageTensor } from "../image-models/image-tensor.js";
import type { DepthModel } from "../image-models/recognise-model.js";
import { floatOutput, type RunOnnx } from "../image-models/run-onnx.js";

/** How near each part of a photo is, from one network. */
export interface InverseDepth {
	/** Cells over the whole photo: cell (x, y) is centred at ((x + ½) / width, (y + ½) / height) of it. */
	readonly width: number;
	readonly height: number;
	/** [width * height] larger is nearer; scale and shift mean nothing (2nd percentile 0, 98th 1). */
	readonly values: Float32Array;
}

const LOW_QUANTILE = 0.02;
const HIGH_QUANTILE = 0.98;
/** Most cells a network of free size is given along a side: panoramas would need too much memory. */
const MAX_SIDE = 1036;

/**
 * Predict relative inverse depth: prepares the image as the network's authors do, and gives all networks' answers the same
 * sign and range.
 *
 * Sources: Ranftl et al., MiDaS (2020) and DPT (2021): OpenCV's cubic scaling, 384 × 384 or multiples of 32; Yang et al., Depth
 * Anything V2 (2024): shorter side 518, multiples of 14.
 *
 * @returns null when the answer is flat or no number
 * @throws RangeError when the network gives something else than its interface says
 */
export async function predictInverseDepth(
	image: RgbImage,
	model: DepthModel,
	run: RunOnnx,
): Promise<InverseDepth | null> {
	const size = model.size ?? freeSize(image, model);
	const input = imageTensor(image, {
		size,
		layout: "planar",
		pixels: model.pixels,
		resampling: { kernel: "cubic_sharp", antialias: false },
		isRounded: false,
	});
	const output = floatOutput(await run({ [model.input]: input }, [model.output]), model.output);
	const [height, width] = output.dimensions.slice(-2);
	if (output.data.length !== height * width) throw new RangeError("the depth map is not one image");
	const values = normaliseInverseDepth(output.data, model.gives);
	return values === null ? null : { width, height, values };
}

/** Height and width for networks that take any. */
export function freeSize(
	image: { readonly width: number; readonly height: number },
	{ side, sideRule, multipleOf }: Pick<DepthModel, "side" | "sideRule" | "multipleOf">,
): [number, number] {
	const across = side / image.width;
	const down = side / image.height;
	const isAcross = sideRule === "at_least" ? across > down : Math.abs(1 - across) < Math.abs(1 - down);
	let scale = isAcross ? across : down;
	scale = Math.min(scale, MAX_SIDE / Math.max(image.width, image.height));
	const fit = (length: number) => {
		const rounded = Math.round((length * scale) / multipleOf) * multipleOf;
		return Math.max(rounded, multipleOf);
	};
	return [fit(image.height), fit(image.width)];
}

/**
 * Larger becomes nearer, the 2nd percentile 0 and the 98th 1.
 *
 * @returns null when the values are flat or no numbers
 */
export function normaliseInverseDepth(raw: Float32Array, gives: DepthModel["gives"]): Float32Array | null {
	const values = new Float32Array(raw.length);
	for (let i = 0; i < raw.length; i++) {
		values[i] = gives === "depth" ? 1 / Math.max(raw[i], 1e-3) : raw[i];
		if (!Number.isFinite(values[i])) return null;
	}
	const sorted = values.slice().sort();
	const low = sorted[Math.floor(LOW_QUANTILE * (sorted.length - 1))];
	const range = sorted[Math.ceil(HIGH_QUANTILE * (sorted.length - 1))] - low;
	if (!(range > 1e-6 * Math.max(Math.abs(low), 1e-3))) return null;
	for (let i = 0; i < values.length; i++) values[i] = (values[i] - low) / range;
	return values;
}
