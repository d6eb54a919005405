import type { FittedView, PhotoFit, PhotoFitter } from "@anny-fitter/fitting";
import { evaluateFitterPose, evaluateFitterShape } from "@anny-fitter/fitting";
import { renderOverlay } from "@anny-fitter/mesh";
import type { Photo } from "@anny-fitter/vision";

/** Long side of an overlay, pixels: enough to judge a fit. */
const LONG_SIDE_PX = 1280;

/** Light enough to see clothes and their folds through the body. */
const OPACITY = 0.36;

/**
 * The fitted body drawn over the photo it was fitted to, as PNG.
 *
 * @param view null when the fit could not use the photo: the photo alone then
 */
export async function drawOverlay(
	fitter: PhotoFitter,
	fit: PhotoFit,
	view: FittedView | null,
	photo: Photo,
): Promise<Uint8Array> {
	// Loaded when needed: most programs that measure or write meshes never touch a picture.
	const { default: sharp } = await import("sharp");
	const scale = Math.min(1, LONG_SIDE_PX / Math.max(photo.width, photo.height));
	const width = Math.round(photo.width * scale);
	const height = Math.round(photo.height * scale);
	const rgb = await sharp(photo.rgb, { raw: { width: photo.width, height: photo.height, channels: 3 } })
		.resize(width, height, { fit: "fill" })
		.raw()
		.toBuffer();
	if (view === null)
		return sharp(rgb, { raw: { width, height, channels: 3 } })
			.png()
			.toBuffer();
	evaluateFitterShape(fitter, fit.shape);
	evaluateFitterPose(fitter, view.rotations, 0);
	const vertices = transformPoints(fitter.pose.vertices, view.cameraFromBody);
	const rgba = renderOverlay(
		rgb,
		{ vertices, triangles: fitter.model.triangles },
		{ width, height, focal_px: view.focal_px * scale, cx_px: width / 2, cy_px: height / 2 },
		{ opacity: OPACITY },
	);
	return sharp(rgba, { raw: { width, height, channels: 4 } })
		.removeAlpha()
		.png()
		.toBuffer();
}

/** Points [n*3] through a row-major 3×4 transform. */
function transformPoints(points: Float64Array, transform: Float64Array): Float64Array {
	const out = new Float64Array(points.length);
	for (let i = 0; i < points.length; i += 3) {
		for (let row = 0; row < 3; row++) {
			let sum = transform[4 * row + 3] ?? 0;
			for (let k = 0; k < 3; k++) sum += (transform[4 * row + k] ?? 0) * (points[i + k] ?? 0);
			out[i + row] = sum;
		}
	}
	return out;
}
