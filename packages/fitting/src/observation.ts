import type { Sex } from "./shape-parameters.js";

/** What perception saw in one photo. Pixels are those of the upright photo. */
export interface PhotoObservation {
	readonly width_px: number;
	readonly height_px: number;
	/** Focal length from EXIF in these pixels, or null. */
	readonly focal_px: number | null;
	/** [33*5] MediaPipe pose landmarks: x, y, z (px), visibility, presence */
	readonly body: Float64Array;
	/** [33*3] MediaPipe world landmarks, metres */
	readonly bodyWorld: Float64Array;
	/** [width*height] person mask 0…1, or null when there is none */
	readonly mask: Float32Array | null;
}

/** What the user says about the person. Null where unknown. */
export interface StatedBody {
	readonly stature_m: number | null;
	readonly mass_kg: number | null;
	readonly age_years: number | null;
	readonly sex: Sex;
	/** Tape measurements by id, metres. */
	readonly measures_m: Readonly<Record<string, number>>;
	/**
	 * Standard deviations of stated values by id, metres; `stature`, and `mass` in kilograms. The usual error of what is not
	 * listed.
	 */
	readonly sigmas?: Readonly<Record<string, number>>;
}
