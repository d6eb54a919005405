import { LANDMARK } from "./sections.js";

/** Landmarks that stand still against one another; hands and feet move more and are seen worse. */
const PLACED = [
	LANDMARK.leftShoulder,
	LANDMARK.rightShoulder,
	LANDMARK.leftElbow,
	LANDMARK.rightElbow,
	LANDMARK.leftHip,
	LANDMARK.rightHip,
	LANDMARK.leftKnee,
	LANDMARK.rightKnee,
	LANDMARK.leftAnkle,
	LANDMARK.rightAnkle,
	LANDMARK.leftEar,
	LANDMARK.rightEar,
];
const MIN_VISIBILITY = 0.5;

/**
 * World landmarks in front of a camera, where they are seen: the translation that solves the perspective equations of
 * the landmarks in the picture, weighted by visibility. The scale stays that of the world landmarks.
 *
 * @param body [33*5] x, y (px), z, visibility, presence
 * @param world [33*3] metres from the hips, +X right in the picture, +Y down, +Z away from the camera
 * @param focal_px focal length; the principal point is the picture's centre
 * @returns [33*3] camera coordinates, or null when fewer than four landmarks are seen
 */
export function placeWorldLandmarks(
	body: Float64Array,
	world: Float64Array,
	{
		width_px,
		height_px,
		focal_px,
	}: { readonly width_px: number; readonly height_px: number; readonly focal_px: number },
): Float64Array | null {
	// Each landmark: f (X + tx) = u (Z + tz) and f (Y + ty) = v (Z + tz); normal equations for (tx, ty, tz).
	let [w, wu, wv, wuv, wx, wy, wq, seen] = [0, 0, 0, 0, 0, 0, 0, 0];
	for (const i of PLACED) {
		const visibility = body[5 * i + 3];
		if (!(visibility >= MIN_VISIBILITY)) continue;
		const u = (body[5 * i] - width_px / 2) / focal_px;
		const v = (body[5 * i + 1] - height_px / 2) / focal_px;
		const bx = u * world[3 * i + 2] - world[3 * i];
		const by = v * world[3 * i + 2] - world[3 * i + 1];
		w += visibility;
		wu += visibility * u;
		wv += visibility * v;
		wuv += visibility * (u * u + v * v);
		wx += visibility * bx;
		wy += visibility * by;
		wq += visibility * (u * bx + v * by);
		seen++;
	}
	if (seen < 4) return null;
	const spread = wuv - (wu * wu + wv * wv) / w;
	const tz = -(wq - (wu * wx + wv * wy) / w) / spread;
	if (!(tz > 0 && Number.isFinite(tz))) return null;
	const tx = (wx + wu * tz) / w;
	const ty = (wy + wv * tz) / w;
	const out = new Float64Array(world.length);
	for (let i = 0; i < world.length; i += 3) {
		out[i] = world[i] + tx;
		out[i + 1] = world[i + 1] + ty;
		out[i + 2] = world[i + 2] + tz;
	}
	return out;
}
