/** A photo as the analysis needs it: pixels, and of the metadata only the focal length. */
export interface Photo {
	readonly width: number;
	readonly height: number;
	/** [width * height * 3] 8-bit sRGB, upright, rows top to bottom, transparency on white. */
	readonly rgb: Uint8Array;
	/** In pixels of this image, from EXIF; `null` when unknown. */
	readonly focalLength_px: number | null;
	/** Format of the file by its content. */
	readonly format: PhotoFormat;
	/** Upright size of the image in the file, before scaling down. */
	readonly original: { readonly width: number; readonly height: number };
	/** Sentences about what was done differently than one might expect. */
	readonly warnings: readonly string[];
}

export type PhotoFormat = "jpeg" | "png" | "webp" | "heic" | "avif";

/** Largest image that is decoded, in pixels. */
export const MAX_PIXELS = 100e6;
/** An image whose longer side is below this shows no measurable person. */
export const MIN_LONG_SIDE = 128;
export const MIN_SHORT_SIDE = 48;
