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
	{ ear: 7, mouth: 9 },
	{ ear: 8, mouth: 10 },
] as const;
/** A nose this much farther from the camera than the ears belongs to somebody seen from behind, metres. */
const BEHIND_M = 0.15;
/** A nose this near to its ear belongs to a face that looks at the camera, or away from it, metres. */
const LEAST_PROFILE_M = 0.055;

/** Points of the image that show the face's skin: [n * 2] pixels; empty when the face is turned away. */
export function faceSkinPoints(seen: RegionLandmarks, layout: BodyLayout): number[] {
	const { body, face } = seen;
	if (face !== null) return FACE_SKIN.flatMap((i) => [face[3 * i], face[3 * i + 1]]);
	const { ear, mouth } = nearSide(body);
	const forward = profileDirection(seen, layout);
	if (forward === null) return [];
	const x = (landmark: number) => body[landmark * BODY_STRIDE];
	const y = (landmark: number) => body[landmark * BODY_STRIDE + 1];
	const points: number[] = [];
	for (const [target, shares] of [
		[mouth, [0.5, 0.65, 0.8]],
		[NOSE, [0.5, 0.65, 0.8]],
	] as const) {
		for (const t of shares) points.push(x(ear) + t * (x(target) - x(ear)), y(ear) + t * (y(target) - y(ear)));
	}
	return points;
}

/** The side of the face that is turned to the camera: depth grows away from it. */
function nearSide(body: Float64Array): (typeof SIDES)[number] {
	const [left, right] = SIDES;
	return body[left.ear * BODY_STRIDE + 2] < body[right.ear * BODY_STRIDE + 2] ? left : right;
}

/** Unit vector in the image from the near ear to the nose of a face in profile; null when the nose cannot be seen. */
export function profileDirection({ body }: RegionLandmarks, layout: BodyLayout): readonly [number, number] | null {
	const at = (landmark: number, k: number) => body[landmark * BODY_STRIDE + k];
	const earDepth = (at(SIDES[0].ear, 2) + at(SIDES[1].ear, 2)) / 2;
	if (at(NOSE, 2) - earDepth > BEHIND_M * layout.pixelsPerMetre) return null;
	const { ear } = nearSide(body);
	const dx = at(NOSE, 0) - at(ear, 0);
	const dy = at(NOSE, 1) - at(ear, 1);
	const length = Math.hypot(dx, dy);
	return length < LEAST_PROFILE_M * layout.pixelsPerMetre ? null : [dx / length, dy / length];
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
