import type { PhotoObservation } from "./observation.js";

export type FrameBorder = "top" | "bottom" | "left" | "right";

/** Where the person's mask runs into a border of the photo. */
export interface BorderCut {
	readonly border: FrameBorder;
	/** Pixels of the person on the border, as a share of the border's length. */
	readonly share: number;
	/** First and last pixel of the person along the border. */
	readonly from_px: number;
	readonly to_px: number;
}

export interface FrameCuts {
	/** Borders that the person touches, at most one entry each. */
	readonly borders: readonly BorderCut[];
	/** Of the 33 landmarks, those outside the photo. */
	readonly outside: readonly number[];
	readonly isHeadCut: boolean;
	readonly areFeetCut: boolean;
	/** A hand or an arm reaches beyond the left or the right border. */
	readonly isSideCut: boolean;
}

/** Contact shorter than this, as a share of the photo's longer side, is a fringe of the soft mask. */
const MIN_CONTACT = 0.006;
/** Landmarks may lie outside by their own error, as a share of the photo's longer side. */
const LANDMARK_TOLERANCE = 0.01;
/** Eyes and nose; from the lowest of nose and eyes the crown is about two thirds as far as the shoulders. */
const FACE = [0, 2, 5] as const;
const SHOULDERS = [11, 12] as const;
const CROWN = 0.5;
const FEET = [27, 28, 29, 30, 31, 32] as const;
const ARMS = [13, 14, 15, 16, 17, 18, 19, 20] as const;

/**
 * Finds what the photo's frame cuts off: from the mask where there is one, and from landmarks that the network places
 * outside.
 *
 * @param seen mask [width*height] or null; body [33*5]
 */
export function findFrameCuts(seen: Pick<PhotoObservation, "width_px" | "height_px" | "body" | "mask">): FrameCuts {
	const { width_px, height_px, body } = seen;
	const long = Math.max(width_px, height_px);
	const tolerance = LANDMARK_TOLERANCE * long;
	const x = (i: number): number => body[5 * i];
	const y = (i: number): number => body[5 * i + 1];
	const isOutside = (i: number, by: number): boolean =>
		x(i) < -by || y(i) < -by || x(i) > width_px + by || y(i) > height_px + by;
	const outside = Array.from({ length: 33 }, (_, i) => i).filter((i) => isOutside(i, tolerance));
	const borders = seen.mask === null ? [] : touchedBorders(seen.mask, width_px, height_px, MIN_CONTACT * long);
	const touches = (border: FrameBorder): BorderCut | undefined => borders.find((cut) => cut.border === border);

	const face_y = meanOf(FACE, y);
	const neck = (y(SHOULDERS[0]) + y(SHOULDERS[1])) / 2 - face_y;
	const face_x = meanOf(FACE, x);
	const top = touches("top");
	const isHeadAtTop =
		top !== undefined && top.from_px < face_x + neck && top.to_px > face_x - neck && face_y < 2 * neck;
	const isHeadCut = face_y - CROWN * neck < 0 || isHeadAtTop;

	const bottom = touches("bottom");
	const lowest = Math.max(...FEET.map(y));
	const left = Math.min(...FEET.map(x)) - neck / 2;
	const right = Math.max(...FEET.map(x)) + neck / 2;
	const areFeetAtBottom =
		bottom !== undefined && bottom.from_px < right && bottom.to_px > left && lowest > height_px - 0.5 * neck;
	const areFeetCut = FEET.some((i) => isOutside(i, tolerance)) || areFeetAtBottom;

	const isSideCut =
		touches("left") !== undefined ||
		touches("right") !== undefined ||
		ARMS.some((i) => x(i) < -tolerance || x(i) > width_px + tolerance);
	return { borders, outside, isHeadCut, areFeetCut, isSideCut };
}

function touchedBorders(mask: Float32Array, width: number, height: number, minimum_px: number): BorderCut[] {
	const lines: readonly (readonly [FrameBorder, start: number, step: number, length: number])[] = [
		["top", 0, 1, width],
		["bottom", width * (height - 1), 1, width],
		["left", 0, width, height],
		["right", width - 1, width, height],
	];
	const cuts: BorderCut[] = [];
	for (const [border, start, step, length] of lines) {
		let [count, from_px, to_px] = [0, -1, -1];
		for (let i = 0; i < length; i++) {
			if (!(mask[start + i * step] > 0.5)) continue;
			count++;
			if (from_px < 0) from_px = i;
			to_px = i;
		}
		if (count > minimum_px) cuts.push({ border, share: count / length, from_px, to_px });
	}
	return cuts;
}

function meanOf(landmarks: readonly number[], value: (landmark: number) => number): number {
	return landmarks.reduce((sum, i) => sum + value(i), 0) / landmarks.length;
}
