import type { Sex } from "./shape-parameters.js";
import type { StatedView } from "./view-direction.js";

/** Light and sharpness of a photo where it shows the person, and who else is there. */
export interface PhotoQuality {
	/** Mean luma of the person, 0 black … 1 white. */
	readonly meanLuma: number;
	/** Shares of the person's pixels that are nearly black and nearly white. */
	readonly darkShare: number;
	readonly brightShare: number;
	/** 0 sharp … 1 without any detail, at the size that measuring needs; null when the person is too small to tell. */
	readonly blur: number | null;
	/** Everybody in the photo, the measured person included. */
	readonly peopleCount: number;
}

/** Codes of {@link PhotoObservation.regions}. */
export const REGION = { unknown: 0, cloth: 1, skin: 2, hair: 3 } as const;

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
	/**
	 * [width*height] what each pixel of the person shows: 0 unknown or background, 1 cloth, 2 bare skin, 3 hair; null when
	 * nobody looked
	 */
	readonly regions: Uint8Array | null;
	/**
	 * [width*height] relative inverse depth over the whole photo, cell (x, y) centred at ((x + ½) / width, (y + ½) / height)
	 * of it: larger is nearer, scale and shift mean nothing. Null or missing without a depth network.
	 */
	readonly inverseDepth?: { readonly width: number; readonly height: number; readonly values: Float32Array } | null;
	/** Whether the face network found the face; null or missing when nobody looked. */
	readonly faceSeen?: boolean | null;
	/** Null or missing when nobody looked. */
	readonly photoQuality?: PhotoQuality | null;
	/** What the user called the view; null or missing when nothing was said. */
	readonly statedView?: StatedView | null;
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
