import { viewMeasurement } from "./confidence.js";
import { sampleMask } from "./mask-run.js";
import { LANDMARK, minus, type Vector } from "./sections.js";
import type { MeasurableView, SkippedMeasurement, ViewMeasurement } from "./view.js";

/** Error of hair above the head, soles below the feet, the heels' landmarks and a stance not quite upright, metres. */
const STANCE_SIGMA_M = 0.025;
/** How far beside the body's line the crown may lie, as a fraction of its length. */
const HEAD_REACH = 0.05;
/** How far the soles are below the heels' landmarks, as a fraction of the way from ears to heels; of random bodies. */
const SOLE_SHARE = 0.02;
const MIN_VISIBILITY = 0.5;

/**
 * Stature: from the mask's highest point about the head, at the depth of the ears, to the soles below the heels'
 * landmarks. The mask's lowest point would not do: toes that point at the camera are lower in the picture than heels.
 */
export function measureStature(view: MeasurableView): ViewMeasurement | SkippedMeasurement["reason"] {
	const ends = bodyEnds(view);
	if (typeof ends === "string") return ends;
	const value_m = Math.hypot(...minus(ends.top, ends.bottom));
	const edge_m = (0.7 * ends.depth_m) / view.focal_px;
	const ownSigma_m = Math.hypot(edge_m, STANCE_SIGMA_M);
	return viewMeasurement("stature", value_m, ownSigma_m, view.scaleSigma * value_m, ends.visibility, true, []);
}

interface BodyEnds {
	readonly top: Vector;
	readonly bottom: Vector;
	readonly depth_m: number;
	readonly visibility: number;
}

/** Crown and soles in camera coordinates. */
export function bodyEnds(
	view: Pick<MeasurableView, "width_px" | "height_px" | "focal_px" | "body" | "joints_m" | "mask">,
): BodyEnds | SkippedMeasurement["reason"] {
	const { width_px, height_px, focal_px, body, joints_m } = view;
	const mask = { width: width_px, height: height_px, values: view.mask };
	const at = (a: number, b: number): number[] => [0, 1, 3].map((k) => (body[5 * a + k] + body[5 * b + k]) / 2);
	const [headX, headY, headSeen] = at(LANDMARK.leftEar, LANDMARK.rightEar);
	const [footX, footY, footSeen] = at(LANDMARK.leftHeel, LANDMARK.rightHeel);
	const visibility = Math.min(headSeen, footSeen);
	if (!(visibility >= MIN_VISIBILITY)) return "hidden";
	const length = Math.hypot(footX - headX, footY - headY);
	if (!(length > 20)) return "unclear";
	const [ux, uy] = [(footX - headX) / length, (footY - headY) / length];
	// Outwards from inside: the last part of the person along any of the lines beside the body's.
	const reach = (x: number, y: number, side_px: number, most_px: number): number | null => {
		let farthest = 0;
		for (let side = -side_px; side <= side_px; side += 1) {
			const [sx, sy] = [x - side * uy, y + side * ux];
			for (let s = 0.5; s <= most_px; s += 0.5) {
				const [px, py] = [sx - s * ux, sy - s * uy];
				if (px < 1 || py < 1 || px > width_px - 1 || py > height_px - 1) return null;
				const value = sampleMask(mask, px, py);
				if (value < 0.5) {
					// Lines beside the head start outside.
					if (s > 1) farthest = Math.max(farthest, s - 0.25);
					break;
				}
			}
		}
		return farthest;
	};
	const above = reach(headX, headY, HEAD_REACH * length, 0.2 * length);
	if (above === null || footY > height_px) return "cut_off";
	if (above === 0) return "not_on_person";
	const depth = (a: number, b: number): number => (joints_m[3 * a + 2] + joints_m[3 * b + 2]) / 2;
	const zTop = depth(LANDMARK.leftEar, LANDMARK.rightEar);
	const zBottom = depth(LANDMARK.leftHeel, LANDMARK.rightHeel);
	if (!(zTop > 0 && zBottom > 0)) return "hidden";
	const point = (x: number, y: number, z: number): Vector => [
		((x - width_px / 2) / focal_px) * z,
		((y - height_px / 2) / focal_px) * z,
		z,
	];
	return {
		top: point(headX - above * ux, headY - above * uy, zTop),
		bottom: point(footX + SOLE_SHARE * length * ux, footY + SOLE_SHARE * length * uy, zBottom),
		depth_m: (zTop + zBottom) / 2,
		visibility,
	};
}
