import type { RotatedRect } from "./rotated-rect.js";

/** An upright 8-bit sRGB image, rows top to bottom, no padding: `rgb.length === width * height * 3`. */
export interface RgbImage {
	readonly width: number;
	readonly height: number;
	readonly rgb: Uint8Array;
}

export interface CropOptions {
	/** Output width and height in pixels. */
	readonly size: number;
	/** Output value of byte 0. */
	readonly low: number;
	/** Output value of byte 255. */
	readonly high: number;
	/** Outside the image: repeat the nearest edge pixel, or `low`. */
	readonly border: "replicate" | "constant";
}

/**
 * Resample a rotated rectangle of an image into a square network input (MediaPipe's `ImageToTensorCalculator`):
 * bilinear between pixel centres, no antialiasing.
 *
 * @param out `size * size * 3` values, rows top to bottom, RGB interleaved
 * @throws RangeError if `out` or `image.rgb` has the wrong length
 */
export function cropToTensor(out: Float32Array, image: RgbImage, rect: RotatedRect, options: CropOptions): void {
	const { size, low, high, border } = options;
	const { width, height, rgb } = image;
	if (out.length !== size * size * 3) throw new RangeError(`crop needs ${size * size * 3} values, got ${out.length}`);
	if (rgb.length !== width * height * 3) throw new RangeError("image data do not match its size");
	const scale = (high - low) / 255;
	const cos = Math.cos(rect.rotation);
	const sin = Math.sin(rect.rotation);
	const right = width - 1;
	const bottom = height - 1;
	let at = 0;
	for (let row = 0; row < size; row++) {
		const v = ((row + 0.5) / size - 0.5) * rect.height;
		for (let column = 0; column < size; column++) {
			const u = ((column + 0.5) / size - 0.5) * rect.width;
			const x = rect.centerX + u * cos - v * sin;
			const y = rect.centerY + u * sin + v * cos;
			if (border === "constant" && (x < 0 || x > width || y < 0 || y > height)) {
				out[at++] = low;
				out[at++] = low;
				out[at++] = low;
				continue;
			}
			const left = Math.floor(x - 0.5);
			const top = Math.floor(y - 0.5);
			const fx = x - 0.5 - left;
			const fy = y - 0.5 - top;
			const x0 = left < 0 ? 0 : Math.min(left, right);
			const x1 = left < -1 ? 0 : left >= right ? right : left + 1;
			const y0 = (top < 0 ? 0 : Math.min(top, bottom)) * width;
			const y1 = (top < -1 ? 0 : top >= bottom ? bottom : top + 1) * width;
			const a = (y0 + x0) * 3;
			const b = (y0 + x1) * 3;
			const c = (y1 + x0) * 3;
			const d = (y1 + x1) * 3;
			const wa = (1 - fx) * (1 - fy) * scale;
			const wb = fx * (1 - fy) * scale;
			const wc = (1 - fx) * fy * scale;
			const wd = fx * fy * scale;
			out[at++] = rgb[a] * wa + rgb[b] * wb + rgb[c] * wc + rgb[d] * wd + low;
			out[at++] = rgb[a + 1] * wa + rgb[b + 1] * wb + rgb[c + 1] * wc + rgb[d + 1] * wd + low;
			out[at++] = rgb[a + 2] * wa + rgb[b + 2] * wb + rgb[c + 2] * wc + rgb[d + 2] * wd + low;
		}
	}
}
