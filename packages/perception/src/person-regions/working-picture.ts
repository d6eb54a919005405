import type { RgbImage } from "../crop.js";

/** The part of a photo that shows the person, reduced, in colours in which shading changes one coordinate only. */
export interface WorkingPicture {
	readonly width: number;
	readonly height: number;
	/** Place of the first pixel's outer corner in the photo, and pixels of the photo per pixel. */
	readonly left_px: number;
	readonly top_px: number;
	readonly scale: number;
	/** [width * height * 3] lightness ln(mean), ln(red / green), ln(blue / green) of the encoded values. */
	readonly colours: Float32Array;
	/** [width * height] share of the person 0..1 */
	readonly mask: Float32Array;
}

/** Long side of the picture in pixels: two to three millimetres of the body each. */
const LONG_SIDE = 640;
/** Added to 8-bit values before logarithms: below this the camera's noise is larger than the colour. */
const DARK_LEVEL = 10;

/** Cut the person out and reduce it; null when the mask shows nobody. */
export function createWorkingPicture(image: RgbImage, mask: Float32Array): WorkingPicture | null {
	const { width, height, rgb } = image;
	let x0 = width;
	let x1 = -1;
	let y0 = height;
	let y1 = -1;
	for (let y = 0; y < height; y++) {
		const row = y * width;
		let first = 0;
		while (first < width && mask[row + first] < 0.5) first++;
		if (first === width) continue;
		let last = width - 1;
		while (mask[row + last] < 0.5) last--;
		if (first < x0) x0 = first;
		if (last > x1) x1 = last;
		if (y < y0) y0 = y;
		y1 = y;
	}
	if (x1 < 0) return null;
	const scale = Math.max(1, (Math.max(x1 - x0, y1 - y0) + 1) / LONG_SIDE);
	const columns = Math.ceil((x1 + 1 - x0) / scale);
	const rows = Math.ceil((y1 + 1 - y0) / scale);
	const colours = new Float32Array(columns * rows * 3);
	const share = new Float32Array(columns * rows);
	for (let row = 0; row < rows; row++) {
		const top = y0 + Math.floor(row * scale);
		const bottom = Math.min(height, Math.max(top + 1, y0 + Math.floor((row + 1) * scale)));
		for (let column = 0; column < columns; column++) {
			const left = x0 + Math.floor(column * scale);
			const right = Math.min(width, Math.max(left + 1, x0 + Math.floor((column + 1) * scale)));
			let r = 0;
			let g = 0;
			let b = 0;
			let m = 0;
			for (let y = top; y < bottom; y++) {
				for (let i = y * width + left; i < y * width + right; i++) {
					r += rgb[3 * i];
					g += rgb[3 * i + 1];
					b += rgb[3 * i + 2];
					m += mask[i];
				}
			}
			const count = (bottom - top) * (right - left);
			const at = row * columns + column;
			share[at] = m / count;
			if (share[at] < 0.5) continue;
			const green = Math.log(g / count + DARK_LEVEL);
			colours[3 * at] = Math.log((r + g + b) / (3 * count) + DARK_LEVEL);
			colours[3 * at + 1] = Math.log(r / count + DARK_LEVEL) - green;
			colours[3 * at + 2] = Math.log(b / count + DARK_LEVEL) - green;
		}
	}
	return { width: columns, height: rows, left_px: x0, top_px: y0, scale, colours, mask: share };
}
