import type { RgbImage } from "../crop.js";
import type { PixelScale } from "./recognise-model.js";
import { type Resampling, resample } from "./resample.js";
import type { OnnxTensor } from "./run-onnx.js";

export interface ImageTensorOptions {
	/** Height and width that the image is scaled to. */
	readonly size: readonly [number, number];
	/** Height and width of the tensor; zeros fill it to the right and below. Default: the same. */
	readonly padded?: readonly [number, number];
	readonly layout: "planar" | "interleaved";
	readonly pixels: PixelScale;
	readonly resampling: Resampling;
	/** Round to bytes after scaling, as libraries do that scale 8-bit images. */
	readonly isRounded: boolean;
}

/**
 * An image as a network takes it: scaled, made comparable, padded.
 *
 * @returns [1, 3, H, W] for `planar`, [H, W, 3] for `interleaved`
 * @throws RangeError if the image's data do not match its size
 */
export function imageTensor(image: RgbImage, options: ImageTensorOptions): OnnxTensor {
	const { layout, pixels, resampling, isRounded } = options;
	const [height, width] = options.size;
	const [paddedHeight, paddedWidth] = options.padded ?? options.size;
	const scaled = new Float32Array(height * width * 3);
	resample(scaled, height, width, image.rgb, image.height, image.width, 3, resampling);
	const data = new Float32Array(paddedHeight * paddedWidth * 3);
	const plane = paddedHeight * paddedWidth;
	for (let c = 0; c < 3; c++) {
		const scale = 1 / (255 * pixels.sigma[c]);
		const shift = -pixels.mean[c] / pixels.sigma[c];
		for (let y = 0; y < height; y++) {
			for (let x = 0; x < width; x++) {
				let value = scaled[(y * width + x) * 3 + c];
				if (isRounded) value = Math.min(Math.max(Math.round(value), 0), 255);
				const at = y * paddedWidth + x;
				data[layout === "planar" ? c * plane + at : 3 * at + c] = value * scale + shift;
			}
		}
	}
	const dimensions = layout === "planar" ? [1, 3, paddedHeight, paddedWidth] : [paddedHeight, paddedWidth, 3];
	return { dimensions, data };
}
