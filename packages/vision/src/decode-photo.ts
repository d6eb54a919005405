import { AppError } from "@anny-fitter/contracts";
import type { Metadata, Sharp } from "sharp";
import { decodeHeic } from "./decode-heic.js";
import { focalLengthInPixels, isCropped, type LensData, NO_LENS_DATA, readLensData } from "./focal-length.js";
import { readHeicMetadata } from "./heic-metadata.js";
import { imageLibrary } from "./image-library.js";
import { hasLoopingMetadata } from "./looping-metadata.js";
import { MAX_PIXELS, MIN_LONG_SIDE, MIN_SHORT_SIDE, type Photo } from "./photo.js";
import { sniffFormat } from "./sniff-format.js";
import { wrapInTiff } from "./tiff-wrapper.js";

export interface DecodeOptions {
	/** Larger images are scaled down to this length of their longer side; default 2048. */
	readonly maxSide_px?: number;
}

/**
 * Decode a photo file into upright 8-bit sRGB pixels and its focal length. All other metadata stay behind.
 *
 * JPEG, PNG, WebP, HEIC and AVIF by content; orientation, colour profile, 16-bit, greyscale, CMYK and transparency are
 * handled; of several frames the first is used. Size is checked before any pixel is decoded.
 *
 * @throws AppError `empty_file`, `not_an_image`, `unsupported_image`, `damaged_image`, `image_too_large`,
 *   `image_too_small`
 * @throws RangeError if `maxSide_px` is not a positive integer
 */
export async function decodePhoto(bytes: Uint8Array, options: DecodeOptions = {}): Promise<Photo> {
	const maxSide = options.maxSide_px ?? 2048;
	if (!Number.isInteger(maxSide) || maxSide < 1) throw new RangeError("maxSide_px must be a positive integer");
	const format = await sniffFormat(bytes);
	if (hasLoopingMetadata(bytes)) throw damaged(undefined);
	const source = format === "heic" ? await openHeic(bytes) : await openImage(bytes);
	const { width, height, rgb } = await toPixels(source, maxSide).finally(() => source.decoded?.fill(0));
	const { original, lens, warnings } = source;
	return { width, height, rgb, format, original, ...focalLength(lens, original, { width, height }, warnings) };
}

/** An image that passed the size checks, not yet decoded to its final pixels. */
interface Source {
	/** Already upright, or turned by the pipeline. */
	readonly image: Sharp;
	readonly original: { readonly width: number; readonly height: number };
	/** Profile that the pipeline does not know of and that has to be applied to its result. */
	readonly profile: Uint8Array | null;
	/** Pixels of the whole image that were decoded already; not needed once the final ones are there. */
	readonly decoded: Uint8Array | null;
	readonly lens: LensData;
	readonly warnings: readonly string[];
}

async function openImage(bytes: Uint8Array): Promise<Source> {
	const sharp = imageLibrary();
	// Header only; our own check names the size, and the limit stays as a second line of defence when pixels are read.
	const metadata: Metadata = await sharp(bytes, { limitInputPixels: false })
		.metadata()
		.catch((cause: unknown) => {
			throw damaged(cause);
		});
	const original = metadata.autoOrient;
	checkSize(original.width, original.height);
	const isAnimated = (metadata.pages ?? 1) > 1;
	return {
		image: sharp(bytes, { limitInputPixels: MAX_PIXELS, failOn: "error" }).autoOrient(),
		original,
		profile: null,
		decoded: null,
		lens: metadata.exif === undefined ? NO_LENS_DATA : await readLensData(bareExif(metadata.exif)),
		warnings: isAnimated ? ["The file holds several images; the first one was used."] : [],
	};
}

async function openHeic(bytes: Uint8Array): Promise<Source> {
	const { exif, profile } = readHeicMetadata(bytes);
	const { width, height, rgba, imageCount } = await decodeHeic(bytes, MAX_PIXELS, checkSize);
	return {
		image: imageLibrary()(rgba, { raw: { width, height, channels: 4 }, limitInputPixels: MAX_PIXELS }),
		original: { width, height },
		profile,
		decoded: rgba,
		lens: exif === null ? NO_LENS_DATA : await readLensData(exif),
		warnings: imageCount > 1 ? ["The file holds several images; the first one was used."] : [],
	};
}

async function toPixels(
	{ image, profile }: Source,
	maxSide: number,
): Promise<{ width: number; height: number; rgb: Uint8Array }> {
	try {
		const { data, info } = await image
			.resize(maxSide, maxSide, { fit: "inside", withoutEnlargement: true })
			.flatten({ background: "#ffffff" })
			.toColourspace("srgb")
			.raw({ depth: "uchar" })
			.toBuffer({ resolveWithObject: true });
		const { width, height } = info;
		const pixels = profile === null ? data : await applyProfile(data, width, height, profile);
		return { width, height, rgb: new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.length) };
	} catch (cause) {
		throw damaged(cause);
	}
}

/** Overwrites `rgb`: the result is another array. */
function applyProfile(rgb: Uint8Array, width: number, height: number, profile: Uint8Array): Promise<Buffer> {
	const file = wrapInTiff(rgb, width, height, profile);
	rgb.fill(0);
	return imageLibrary()(file)
		.toColourspace("srgb")
		.raw({ depth: "uchar" })
		.toBuffer()
		.finally(() => file.fill(0));
}

function checkSize(width: number, height: number): void {
	if (width * height > MAX_PIXELS) {
		throw new AppError("image_too_large", `The photo has ${width} × ${height} pixels, more than can be processed.`, {
			details: { width, height, max_pixels: MAX_PIXELS },
		});
	}
	if (Math.max(width, height) < MIN_LONG_SIDE || Math.min(width, height) < MIN_SHORT_SIDE) {
		throw new AppError("image_too_small", `The photo has only ${width} × ${height} pixels.`, {
			details: { width, height },
		});
	}
}

function damaged(cause: unknown): AppError {
	return new AppError("damaged_image", "The photo file is damaged or incomplete.", { cause });
}

/** EXIF of JPEG, PNG and WebP may start with a six-byte mark in front of its TIFF header. */
function bareExif(exif: Buffer): Uint8Array {
	return exif.subarray(0, 4).toString("latin1") === "Exif" ? exif.subarray(6) : exif;
}

function focalLength(
	lens: LensData,
	original: Source["original"],
	output: { readonly width: number; readonly height: number },
	warnings: readonly string[],
): Pick<Photo, "focalLength_px" | "warnings"> {
	if (lens.focalLength35_mm === null) return { focalLength_px: null, warnings };
	if (isCropped(original, lens.cameraImage)) {
		const warning = "The photo was cropped after it was taken, so its focal length is not used.";
		return { focalLength_px: null, warnings: [...warnings, warning] };
	}
	return { focalLength_px: focalLengthInPixels(lens.focalLength35_mm, output.width, output.height), warnings };
}
