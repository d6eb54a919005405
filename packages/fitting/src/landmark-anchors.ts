import { ARTICULATED_BONES, type ArticulatedBone } from "./articulation.js";
import { CALIBRATED_ANCHORS } from "./landmark-calibration.js";
import type { PhotoObservation } from "./observation.js";
import type { LandmarkTerm } from "./photo-problem.js";

/**
 * Where a MediaPipe pose landmark sits on the body. Landmarks are not bone heads (a "shoulder" lies 1.8 % of
 * stature above the joint), so each is a point fixed to a bone: the head of the bone `head`, plus an offset in the
 * body's rest axes that scales with stature and turns with the joint `moving`.
 */
export interface LandmarkAnchor {
	/** Index among MediaPipe's 33 pose landmarks. */
	readonly landmark: number;
	readonly name: string;
	/** Articulated bone at whose rest head the landmark starts and which carries it. */
	readonly bone: ArticulatedBone;
	/** Offset from the bone's head in rest axes (+X the person's left, −Y front, +Z up), fractions of stature. */
	readonly offset: readonly [number, number, number];
	/** Standard deviation of the detected point in the image, fraction of stature. */
	readonly sigma: number;
}

/** One side of a mirrored pair (or a midline point, `right` null), as calibrated: the left landmark's values. */
export interface AnchorCalibration {
	readonly name: string;
	readonly left: number;
	readonly right: number | null;
	readonly bone: string;
	readonly offset: readonly [number, number, number];
	readonly sigma: number;
}

/** Expands calibrated pairs into one anchor per landmark; the right side mirrors the left in X. */
export function expandAnchors(calibrations: readonly AnchorCalibration[]): LandmarkAnchor[] {
	return calibrations.flatMap((c) => {
		const [x, y, z] = c.offset;
		if (c.right === null) {
			return [{ landmark: c.left, name: c.name, bone: c.bone as ArticulatedBone, offset: [0, y, z], sigma: c.sigma }];
		}
		const left: LandmarkAnchor = {
			landmark: c.left,
			name: `left ${c.name}`,
			bone: sided(c.bone, "L"),
			offset: [x, y, z],
			sigma: c.sigma,
		};
		const right: LandmarkAnchor = {
			landmark: c.right,
			name: `right ${c.name}`,
			bone: sided(c.bone, "R"),
			offset: [-x, y, z],
			sigma: c.sigma,
		};
		return [left, right];
	});
}

/** The anchors used unless a caller brings its own. */
export const LANDMARK_ANCHORS: readonly LandmarkAnchor[] = expandAnchors(CALIBRATED_ANCHORS);

function sided(bone: string, side: "L" | "R"): ArticulatedBone {
	return (bone === "head" ? bone : `${bone}.${side}`) as ArticulatedBone;
}

/**
 * Landmarks that are visible and inside the picture, as residual terms.
 *
 * @param stature_px height of the person in the photo
 */
export function landmarkTerms(
	seen: PhotoObservation,
	stature_px: number,
	anchors: readonly LandmarkAnchor[],
): LandmarkTerm[] {
	return anchors.flatMap((anchor) => {
		const i = 5 * anchor.landmark;
		const u_px = seen.body[i];
		const v_px = seen.body[i + 1];
		const visibility = seen.body[i + 3];
		const isInside = u_px > 0 && v_px > 0 && u_px < seen.width_px && v_px < seen.height_px;
		if (visibility < 0.5 || !isInside) return [];
		return [
			{
				name: anchor.name,
				joint: ARTICULATED_BONES.indexOf(anchor.bone) + 1,
				offset: anchor.offset,
				u_px,
				v_px,
				sigma_px: anchor.sigma * stature_px,
				weight: visibility * visibility,
			},
		];
	});
}
