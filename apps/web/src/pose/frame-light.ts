import type { FrameLight } from "./pose-types.js";

const NEARLY_BLACK = 12;
const NEARLY_WHITE = 250;
/** Every so many pixels suffice. */
const STEP = 7;

/** Brightness of an image (Rec. 709 luma of sRGB values). @param rgba rows of RGBA bytes */
export function measureLight(rgba: Uint8ClampedArray): FrameLight {
	let [sum, dark, bright, count] = [0, 0, 0, 0];
	for (let at = 0; at + 2 < rgba.length; at += 4 * STEP) {
		const luma = 0.2126 * rgba[at]! + 0.7152 * rgba[at + 1]! + 0.0722 * rgba[at + 2]!;
		sum += luma;
		if (luma < NEARLY_BLACK) dark++;
		if (luma > NEARLY_WHITE) bright++;
		count++;
	}
	if (count === 0) return { mean: 0, dark: 1, bright: 0 };
	return { mean: sum / count / 255, dark: dark / count, bright: bright / count };
}
