import type { BodySection } from "./sections.js";

/** One photo, ready to be measured. Pixels are those of the upright photo; the principal point is its centre. */
export interface MeasurableView {
	readonly width_px: number;
	readonly height_px: number;
	readonly focal_px: number;
	/** [33*5] MediaPipe pose landmarks: x, y (px), z, visibility, presence */
	readonly body: Float64Array;
	/** [33*3] the same landmarks in camera coordinates, metres; NaN where unknown */
	readonly joints_m: Float64Array;
	/** Where to measure, in the same frame. */
	readonly sections: readonly BodySection[];
	/** [width*height] person 0…1 */
	readonly mask: Float32Array;
	/** [width*height] 0 unknown, 1 cloth, 2 bare skin, 3 hair; null when nobody looked */
	readonly regions: Uint8Array | null;
	/** Larger is nearer, in any unit; null without a depth map. */
	readonly inverseDepth: { readonly width: number; readonly height: number; readonly values: Float32Array } | null;
	/** Standard deviation of the metric scale, as a fraction. */
	readonly scaleSigma: number;
	/** Standard deviation of where sections lie along trunk and limbs, metres; the population's for sections that it placed. */
	readonly levelSigma_m: number | null;
}

/** What makes a value less sure. */
export const IMAGE_NOTES = ["arm_touches", "legs_touch", "limb_overlaps", "turned", "hair", "depth_order"] as const;
export type ImageNote = (typeof IMAGE_NOTES)[number];

/** A value of one photo. */
export interface ViewMeasurement {
	readonly id: string;
	readonly value_m: number;
	/** Standard deviation about the body's own value: edges, level, turn, touching limbs. */
	readonly ownSigma_m: number;
	/** The part that all photos of a session share: scale and cloth. */
	readonly sharedSigma_m: number;
	/** Probability that the value is within 3 % of the body's, lowered where landmarks are hard to see. */
	readonly confidence: number;
	/** How well the landmarks show that it hangs on, 0…1. */
	readonly visibility: number;
	readonly isOverClothing: boolean;
	readonly notes: readonly ImageNote[];
}

/** Why a section could not be measured in a photo. */
export interface SkippedMeasurement {
	readonly id: string;
	readonly reason: "cut_off" | "not_on_person" | "hidden" | "unclear";
}

export interface MeasuredView {
	readonly measurements: readonly ViewMeasurement[];
	readonly skipped: readonly SkippedMeasurement[];
}
