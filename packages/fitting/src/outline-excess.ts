import { rasterizeSilhouette } from "@anny-fitter/mesh";
import type { FittedView } from "./fitted-view.js";
import { createWorkingMask } from "./mask.js";
import type { PhotoObservation } from "./observation.js";
import { evaluateFitterPose, type PhotoFitter } from "./photo-fitter.js";
import { signedDistanceField } from "./signed-distance.js";

/** How far the person's outline lies outside the fitted body, metres; null where the photo has no outline. */
export interface OutlineExcess {
	/** Between armpits and hips, arms left out: exceeded along three tenths of the outline. */
	readonly trunk_m: number | null;
	/** Between hips and ankles, likewise. */
	readonly legs_m: number | null;
	/** Beside and behind neck and upper back: median. */
	readonly neck_m: number | null;
}

const EARS = [7, 8] as const;
const SHOULDERS = [11, 12] as const;
const HIPS = [23, 24] as const;
const ANKLES = [27, 28] as const;
/** Upper arms and forearms. */
const ARM_SEGMENTS = [
	[11, 13],
	[13, 15],
	[12, 14],
	[14, 16],
] as const;
/** Outline this near to an arm's axis is the arm's, lengths of the torso. */
const ARM_RADIUS = 0.18;
/** Outline further from the body than this belongs to something else, metres. */
const FAR_M = 0.25;
const FEW_PIXELS = 12;
/** Cloth lies on the body in some places: its looseness shows where it does not. */
const CLOTH_QUANTILE = 0.7;

/**
 * Compares the person mask of a photo with the silhouette of the body that was fitted to it. Cloth, hair and bags make the
 * mask larger than the body where stated facts and landmarks keep the body small.
 *
 * @param fitter its shape must hold the fitted shape; its pose is overwritten
 * @returns null without a mask
 */
export function measureOutlineExcess(
	fitter: PhotoFitter,
	view: FittedView,
	seen: PhotoObservation,
): OutlineExcess | null {
	const mask = seen.mask && createWorkingMask(seen.mask, seen.width_px, seen.height_px);
	if (!mask) return null;
	const { width, height, scale, inside } = mask;
	const body = new Uint8Array(width * height);
	const focal_px = view.focal_px * scale;
	const camera = { width, height, focal_px, cx_px: width / 2, cy_px: height / 2 };
	rasterizeSilhouette(body, { vertices: cameraVertices(fitter, view), triangles: fitter.model.triangles }, camera);
	const { distance } = signedDistanceField(body, width, height);
	const metresPerPixel = view.cameraFromBody[11] / focal_px;
	const row = (pair: readonly [number, number]): number =>
		(scale * (seen.body[5 * pair[0] + 1] + seen.body[5 * pair[1] + 1])) / 2;
	const [ears, shoulders, hips, ankles] = [row(EARS), row(SHOULDERS), row(HIPS), row(ANKLES)];
	const torso = hips - shoulders;
	const isOnArm = (x: number, y: number): boolean =>
		ARM_SEGMENTS.some(([a, b]) => {
			const [ax, ay] = [scale * seen.body[5 * a], scale * seen.body[5 * a + 1]];
			const [bx, by] = [scale * seen.body[5 * b], scale * seen.body[5 * b + 1]];
			return distanceToSegment(x, y, ax, ay, bx, by) < ARM_RADIUS * torso;
		});
	const between = (from: number, to: number, quantile: number): number | null => {
		const found: number[] = [];
		for (let y = Math.max(1, Math.ceil(from)); y < Math.min(height - 1, to); y++) {
			for (let x = 1; x < width - 1; x++) {
				const i = y * width + x;
				if (!inside[i] || (inside[i - 1] && inside[i + 1] && inside[i - width] && inside[i + width])) continue;
				if (isOnArm(x + 0.5, y + 0.5)) continue;
				// The outline runs along the outer edge of its last pixels.
				const excess_m = (distance[i] + 0.5) * metresPerPixel;
				if (Math.abs(excess_m) < FAR_M) found.push(excess_m);
			}
		}
		if (found.length < FEW_PIXELS) return null;
		return found.sort((a, b) => a - b)[Math.floor(quantile * found.length)] as number;
	};
	return {
		trunk_m: between(shoulders + 0.25 * torso, hips, CLOTH_QUANTILE),
		legs_m: between(hips + 0.3 * torso, ankles, CLOTH_QUANTILE),
		neck_m: between((ears + shoulders) / 2, shoulders + 0.25 * torso, 0.5),
	};
}

/** [vertices*3] posed vertices of a fitted view in the camera frame, metres. */
function cameraVertices(fitter: PhotoFitter, { rotations, cameraFromBody: m }: FittedView): Float64Array {
	evaluateFitterPose(fitter, rotations, 0);
	const posed = fitter.pose.vertices;
	const out = new Float64Array(posed.length);
	for (let v = 0; v < posed.length; v += 3) {
		for (let k = 0; k < 3; k++) {
			out[v + k] = m[4 * k] * posed[v] + m[4 * k + 1] * posed[v + 1] + m[4 * k + 2] * posed[v + 2] + m[4 * k + 3];
		}
	}
	return out;
}

function distanceToSegment(x: number, y: number, ax: number, ay: number, bx: number, by: number): number {
	const squared = (bx - ax) ** 2 + (by - ay) ** 2;
	const t = squared > 0 ? Math.min(1, Math.max(0, ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / squared)) : 0;
	return Math.hypot(x - ax - t * (bx - ax), y - ay - t * (by - ay));
}
