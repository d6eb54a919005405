import { BODY_STRIDE } from "../pose-landmarks.js";

/** Where the person is, in pixels of the photo: what SAM-type networks are asked with. */
export interface SegmentationPrompt {
	/** Left, top, right, bottom; null without a box. */
	readonly box_px: readonly [number, number, number, number] | null;
	/** [n * 2] points on the person, the most telling ones first. */
	readonly points_px: Float64Array;
}

/** Body landmarks between which a point certainly shows the person: pairs of MediaPipe's indices, and where between them. */
const POINTS_BETWEEN: readonly (readonly [number, number, number, number])[] = [
	// Four landmarks: the mean of two pairs' points; trunk first, then thighs, shins, arms.
	[11, 24, 12, 23],
	[23, 25, 23, 25],
	[24, 26, 24, 26],
	[11, 12, 11, 12],
	[25, 27, 25, 27],
	[26, 28, 26, 28],
	[23, 24, 23, 24],
	[11, 13, 11, 13],
	[12, 14, 12, 14],
	[7, 8, 7, 8],
	[13, 15, 13, 15],
	[14, 16, 14, 16],
];
const MIN_VISIBILITY = 0.5;
/** A pixel of MediaPipe's mask that counts as the person. */
const MASK_LEVEL = 0.5;
/** The box is this much larger than what was seen, as a share of its height: landmarks lie inside the body. */
const BOX_MARGIN = 0.02;

/**
 * Box and points for one person, from body landmarks and the mask of the same photo: points in the middle of trunk and
 * limbs between landmarks that are visible, where the mask agrees.
 *
 * @param body [33 * 5] x, y, z (px), visibility, presence; empty when nobody was found
 * @param mask [width * height] person probability 0…1
 * @returns null when nothing tells where the person is
 */
export function promptFromBody(
	body: Float64Array,
	mask: Float32Array,
	width: number,
	height: number,
): SegmentationPrompt | null {
	if (mask.length !== width * height) throw new RangeError("the mask does not match the photo");
	const isVisible = (i: number) =>
		body.length > 0 && body[BODY_STRIDE * i + 3] > MIN_VISIBILITY && body[BODY_STRIDE * i + 4] > MIN_VISIBILITY;
	const points: number[] = [];
	for (const landmarks of POINTS_BETWEEN) {
		if (!landmarks.every(isVisible)) continue;
		let x = 0;
		let y = 0;
		for (const i of landmarks) {
			x += body[BODY_STRIDE * i] / 4;
			y += body[BODY_STRIDE * i + 1] / 4;
		}
		if (!(x >= 0 && x < width && y >= 0 && y < height)) continue;
		if (mask[Math.floor(y) * width + Math.floor(x)] > MASK_LEVEL) points.push(x, y);
	}
	let [left, top, right, bottom] = maskBounds(mask, width, height);
	for (let i = 0; 5 * i < body.length; i++) {
		if (!isVisible(i)) continue;
		const x = body[BODY_STRIDE * i];
		const y = body[BODY_STRIDE * i + 1];
		left = Math.min(left, x);
		right = Math.max(right, x);
		top = Math.min(top, y);
		bottom = Math.max(bottom, y);
	}
	if (!(right > left && bottom > top) || points.length === 0) return null;
	const margin = BOX_MARGIN * (bottom - top);
	return {
		box_px: [
			Math.max(left - margin, 0),
			Math.max(top - margin, 0),
			Math.min(right + margin, width),
			Math.min(bottom + margin, height),
		],
		points_px: Float64Array.from(points),
	};
}

function maskBounds(mask: Float32Array, width: number, height: number): [number, number, number, number] {
	let left = Number.POSITIVE_INFINITY;
	let top = Number.POSITIVE_INFINITY;
	let right = Number.NEGATIVE_INFINITY;
	let bottom = Number.NEGATIVE_INFINITY;
	for (let y = 0; y < height; y++) {
		for (let x = 0; x < width; x++) {
			if (mask[y * width + x] <= MASK_LEVEL) continue;
			left = Math.min(left, x);
			right = Math.max(right, x + 1);
			top = Math.min(top, y);
			bottom = y + 1;
		}
	}
	return [left, top, right, bottom];
}
