import exifr from "exifr";

/** Diagonal of a 36 × 24 mm frame, the reference of "35 mm equivalent" focal lengths. */
const FULL_FRAME_DIAGONAL_MM = Math.hypot(36, 24);

/** What EXIF says about the lens and the sensor image. Everything else in it is ignored. */
export interface LensData {
	/** 35 mm equivalent focal length, or `null`. */
	readonly focalLength35_mm: number | null;
	/** Size of the image as the camera wrote it, or `null`. */
	readonly cameraImage: { readonly width: number; readonly height: number } | null;
}

/** No metadata, or none that can be read. */
export const NO_LENS_DATA: LensData = { focalLength35_mm: null, cameraImage: null };

/**
 * Read lens data from an EXIF block that starts with its TIFF header. Unreadable metadata count as absent.
 *
 * A true focal length without the 35 mm equivalent is of no use: the sensor's size is not in EXIF.
 */
export async function readLensData(exif: Uint8Array): Promise<LensData> {
	let tags: Record<string, unknown> | undefined;
	try {
		tags = await exifr.parse(exif, {
			pick: ["FocalLengthIn35mmFormat", "ExifImageWidth", "ExifImageHeight"],
			translateValues: false,
		});
	} catch {
		return NO_LENS_DATA;
	}
	const focal = positive(tags?.FocalLengthIn35mmFormat);
	const width = positive(tags?.ExifImageWidth);
	const height = positive(tags?.ExifImageHeight);
	return {
		// Values outside this range are no lens on a camera that photographs people.
		focalLength35_mm: focal !== null && focal >= 8 && focal <= 1000 ? focal : null,
		cameraImage: width !== null && height !== null ? { width, height } : null,
	};
}

/** Focal length in pixels of an uncropped image of the given size. */
export function focalLengthInPixels(focalLength35_mm: number, width: number, height: number): number {
	return (focalLength35_mm / FULL_FRAME_DIAGONAL_MM) * Math.hypot(width, height);
}

/** Whether an image has another shape than the camera gave it; turning by 90° does not count. */
export function isCropped(image: { width: number; height: number }, camera: LensData["cameraImage"]): boolean {
	if (camera === null) return false;
	const shape = Math.max(image.width, image.height) / Math.min(image.width, image.height);
	const original = Math.max(camera.width, camera.height) / Math.min(camera.width, camera.height);
	return Math.abs(shape / original - 1) > 0.02;
}

function positive(value: unknown): number | null {
	return typeof value === "number" && Number.isFinite(value) && value > 0 ? value : null;
}
