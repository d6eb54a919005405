/** The server scales larger photos down to this length of their longer side before it looks at them. */
const MAX_SIDE_PX = 2048;
/** Rounding when scaling may move a side by a pixel; a real difference in shape is larger. */
const ASPECT_TOLERANCE = 0.01;

/** A file that this browser cannot show, or that is not the photo of a view. */
export class PhotoMismatchError extends Error {
	constructor(readonly reason: "unreadable" | "other-shape") {
		super(reason === "unreadable" ? "This browser cannot read the photo." : "The photo has another shape.");
		this.name = "PhotoMismatchError";
	}
}

/** The size at which the server looks at a photo. */
export function sizeSeen(width: number, height: number): { width: number; height: number } {
	const scale = Math.min(1, MAX_SIDE_PX / Math.max(width, height));
	return { width: Math.round(width * scale), height: Math.round(height * scale) };
}

/** Whether a photo of some size, upright, can be the one a view was made from. */
export function isShapeOf(
	photo: { readonly width: number; readonly height: number },
	camera: { readonly width_px: number; readonly height_px: number },
): boolean {
	const seen = sizeSeen(photo.width, photo.height);
	return Math.abs((seen.width / seen.height / camera.width_px) * camera.height_px - 1) <= ASPECT_TOLERANCE;
}

/**
 * Decodes a photo upright at the size that the view's camera counts in.
 *
 * @throws PhotoMismatchError
 */
export async function decodeViewPhoto(
	file: Blob,
	camera: { readonly width_px: number; readonly height_px: number },
): Promise<ImageBitmap> {
	let whole: ImageBitmap;
	try {
		whole = await createImageBitmap(file, { imageOrientation: "from-image" });
	} catch {
		throw new PhotoMismatchError("unreadable");
	}
	if (!isShapeOf(whole, camera)) {
		whole.close();
		throw new PhotoMismatchError("other-shape");
	}
	if (whole.width === camera.width_px && whole.height === camera.height_px) return whole;
	const seen = await createImageBitmap(whole, {
		resizeWidth: camera.width_px,
		resizeHeight: camera.height_px,
		resizeQuality: "high",
	});
	whole.close();
	return seen;
}
