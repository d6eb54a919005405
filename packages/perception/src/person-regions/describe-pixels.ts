import type { RgbImage } from "../crop.js";
import type { HolisticResult } from "../holistic.js";
import { labelRegions } from "./label-regions.js";
import { refineMask } from "./refine-mask.js";

/** What the pixels of a photo add to landmarks and mask. */
export interface PersonPixels {
	/** [width * height] the mask with its outline on the photo's own edges; see `refineMask`. */
	readonly refinedMask: Float32Array;
	/** [width * height] codes of `REGION`; see `labelRegions`. `null` when nobody or no bare skin was found. */
	readonly regions: Uint8Array | null;
}

/**
 * Refine a mask and label what it shows.
 *
 * @param seen what Holistic sees in the image
 * @param mask [width * height] person 0..1: Holistic's own, or a better one. Kept; also the result when nobody was found.
 */
export function describePixels(image: RgbImage, seen: HolisticResult, mask: Float32Array): PersonPixels {
	if (seen.body.length === 0) return { refinedMask: mask, regions: null };
	const refinedMask = new Float32Array(mask.length);
	refineMask(refinedMask, image, mask, seen.maskPixel_px);
	return { refinedMask, regions: labelRegions(image, seen, refinedMask) };
}
