import { BODY_STRIDE } from "../pose-landmarks.js";
import type { BodyLayout } from "./body-layout.js";

/** What of `HolisticResult` the regions are found from. */
export interface RegionLandmarks {
	/** [33 * 5] */
	readonly body: Float64Array;
	/** [33 * 3] */
	readonly bodyWorld: Float64Array;
	/** [468 * 3] or null */
	readonly face: Float64Array | null;
	/** [21 * 3] or null */
	readonly leftHand: Float64Array | null;
	readonly rightHand: Float64Array | null;
}

/** Vertices of the face mesh on cheeks, nose, forehead and beside the mouth: no eyes, brows, lips or hairline. */
const FACE_SKIN = [
	50, 101, 118, 117, 123, 187, 205, 36, 280, 330, 347, 346, 352, 411, 425, 266, 6, 197, 195, 5, 4, 151, 9, 108, 337, 69,
	299,
];
/** Vertices around the face, in order. */
export const FACE_OVAL = [
	10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152, 148, 176, 149, 150, 136,
	172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
];
/** Pairs of hand landmarks whose middles and first points lie on palm or back of the hand. */
const HAND_SKIN = [
	[0, 5],
	[0, 9],
	[0, 13],
	[0, 17],
	[5, 17],
	[9, 5],
	[13, 17],
	[1, 5],
] as const;
const NOSE = 0;
const SIDES = [
	{ eye: 3, ear: 7, mouth: 9 },
	{ eye: 6, ear: 8, mouth: 10 },
] as const;
/** The near side of a face in profile: the far ear is this much farther behind, in head lengths (about 0.2 m). */
const PROFILE_DEPTH_M = 0.04;

/** Points of the image that show the face's skin: [n * 2] pixels; empty when the face is turned away. */
export function faceSkinPoints({ body, face }: RegionLandmarks, layout: BodyLayout): number[] {
	if (face !== null) return FACE_SKIN.flatMap((i) => [face[3 * i], face[3 * i + 1]]);
	const points: number[] = [];
	const at = (landmark: number, k: number) => body[landmark * BODY_STRIDE + k];
	for (const [side, { eye, ear, mouth }] of SIDES.entries()) {
		const other = SIDES[1 - side];
		// Nearer ear, in front of which the nose can be seen: depth grows away from the camera.
		if (at(ear, 2) > at(other.ear, 2) + PROFILE_DEPTH_M * layout.pixelsPerMetre) continue;
		const reach = Math.hypot(at(NOSE, 0) - at(ear, 0), at(NOSE, 1) - at(ear, 1)) / layout.pixelsPerMetre;
		if (reach < 0.07 || at(NOSE, 2) > at(ear, 2) + PROFILE_DEPTH_M * layout.pixelsPerMetre) continue;
		for (const [target, shares] of [
			[mouth, [0.45, 0.6, 0.75]],
			[NOSE, [0.55, 0.7, 0.8]],
			[eye, [0.5, 0.65]],
		] as const) {
			for (const t of shares) {
				const x = at(ear, 0) + t * (at(target, 0) - at(ear, 0));
				const y = at(ear, 1) + t * (at(target, 1) - at(ear, 1));
				points.push(x, y);
			}
		}
	}
	return points;
}

/** Points of the image on palms and backs of the hands: [n * 2] pixels. */
export function handSkinPoints({ leftHand, rightHand }: RegionLandmarks): number[] {
	return [leftHand, rightHand].flatMap((hand) =>
		hand === null
			? []
			: HAND_SKIN.flatMap(([a, b]) => [
					hand[3 * a] * 0.5 + hand[3 * b] * 0.5,
					hand[3 * a + 1] * 0.5 + hand[3 * b + 1] * 0.5,
					hand[3 * a] * 0.25 + hand[3 * b] * 0.75,
					hand[3 * a + 1] * 0.25 + hand[3 * b + 1] * 0.75,
				]),
	);
}
