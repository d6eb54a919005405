import type { RgbImage } from "./crop.js";

/** Light and sharpness where a photo shows the person. Pure statistics: no network. */
export interface PhotoQuality {
	/** Mean luma of the person, 0 black … 1 white. */
	readonly meanLuma: number;
	/** Shares of the person's pixels that are nearly black and nearly white. */
	readonly darkShare: number;
	readonly brightShare: number;
	/**
	 * Blur of the person at a height of {@link BLUR_HEIGHT_PX} pixels, 0 sharp … 1 without any detail; null when the person
	 * is too small in the photo to tell.
	 */
	readonly blur: number | null;
	/** Everybody in the photo, the measured person included. */
	readonly peopleCount: number;
}

/** Person's height at which blur is judged: a pixel is then about 3 mm, and finer blur costs a measurement nothing. */
export const BLUR_HEIGHT_PX = 560;
/** Below this height enlarging would look like blur. */
const MIN_HEIGHT_PX = 300;
/** Luma at or below which nothing can be told apart, and from which nothing is left. */
const BLACK = 20;
const WHITE = 250;
/** Length of the averaging filter that sharp pictures suffer from and blurred ones do not. */
const FILTER = 9;

/**
 * Judges the person's part of a photo.
 *
 * Blur follows Crété-Roffet et al., "The blur effect" (2007): averaging takes away much of the variation between
 * neighbouring pixels of a sharp picture, and little of a blurred one's. The larger of both directions counts, so that a
 * shaken photo is found as well.
 *
 * @param mask [width*height] probability that a pixel shows the person
 * @returns null when the mask shows nobody
 * @throws RangeError when mask and image differ in size
 */
export function measurePhotoQuality(image: RgbImage, mask: Float32Array, peopleCount: number): PhotoQuality | null {
	const { width, height, rgb } = image;
	if (mask.length !== width * height) throw new RangeError("The mask's size is not the image's.");
	let [left, right, top, bottom] = [width, -1, height, -1];
	let [count, sum, dark, bright] = [0, 0, 0, 0];
	for (let y = 0; y < height; y++) {
		for (let x = 0; x < width; x++) {
			const i = y * width + x;
			if (!(mask[i] > 0.5)) continue;
			const luma = 0.299 * rgb[3 * i] + 0.587 * rgb[3 * i + 1] + 0.114 * rgb[3 * i + 2];
			count++;
			sum += luma;
			if (luma <= BLACK) dark++;
			if (luma >= WHITE) bright++;
			if (x < left) left = x;
			if (x > right) right = x;
			if (y < top) top = y;
			if (y > bottom) bottom = y;
		}
	}
	if (count === 0) return null;
	const box = { left, top, width: right + 1 - left, height: bottom + 1 - top };
	return {
		meanLuma: sum / count / 255,
		darkShare: dark / count,
		brightShare: bright / count,
		blur: box.height < MIN_HEIGHT_PX ? null : blurOf(image, box),
		peopleCount,
	};
}

interface Box {
	readonly left: number;
	readonly top: number;
	readonly width: number;
	readonly height: number;
}

function blurOf(image: RgbImage, box: Box): number | null {
	const scale = Math.min(1, BLUR_HEIGHT_PX / box.height);
	const width = Math.round(box.width * scale);
	const height = Math.round(box.height * scale);
	if (Math.min(width, height) < 2 * FILTER) return null;
	const luma = shrinkLuma(image, box, width, height);
	const across = variationKept(luma, width, height, 1);
	const down = variationKept(luma, width, height, width);
	return across === null || down === null ? null : Math.max(across, down);
}

/** Luma of a box of the image, averaged down to the given size. */
function shrinkLuma({ rgb, width: stride }: RgbImage, box: Box, width: number, height: number): Float32Array {
	const out = new Float32Array(width * height);
	for (let y = 0; y < height; y++) {
		const y0 = box.top + Math.floor((y * box.height) / height);
		const y1 = Math.max(y0 + 1, box.top + Math.floor(((y + 1) * box.height) / height));
		for (let x = 0; x < width; x++) {
			const x0 = box.left + Math.floor((x * box.width) / width);
			const x1 = Math.max(x0 + 1, box.left + Math.floor(((x + 1) * box.width) / width));
			let sum = 0;
			for (let v = y0; v < y1; v++) {
				for (let u = x0; u < x1; u++) {
					const i = 3 * (v * stride + u);
					sum += 0.299 * rgb[i] + 0.587 * rgb[i + 1] + 0.114 * rgb[i + 2];
				}
			}
			out[y * width + x] = sum / ((y1 - y0) * (x1 - x0));
		}
	}
	return out;
}

/** Share of the variation along a direction that averaging along it leaves; null for a uniform picture. */
function variationKept(luma: Float32Array, width: number, height: number, step: 1 | number): number | null {
	const [length, lines, lineStep] = step === 1 ? [width, height, width] : [height, width, 1];
	const half = FILTER >> 1;
	let all = 0;
	let lost = 0;
	for (let line = 0; line < lines; line++) {
		const start = line * lineStep;
		for (let i = half + 1; i < length - half; i++) {
			const at = start + i * step;
			const own = Math.abs(luma[at] - luma[at - step]);
			// Difference of two neighbouring averages: only their ends differ.
			const averaged = Math.abs(luma[at + half * step] - luma[at - (half + 1) * step]) / FILTER;
			all += own;
			lost += Math.max(0, own - averaged);
		}
	}
	return all > 0 ? (all - lost) / all : null;
}
