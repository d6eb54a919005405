import type { HolisticResult } from "./holistic.js";
import { BODY_LANDMARK_COUNT, BODY_STRIDE } from "./pose-landmarks.js";

/** What of the body the photo shows. */
export interface BodyVisibility {
	/** Names of needed parts that are not in the photo, from head to feet. */
	readonly missing: readonly string[];
	/** The face is there and everything below the neck is missing. */
	readonly isFaceOnly: boolean;
	/** Sentences about parts that are partly missing. */
	readonly warnings: readonly string[];
	/** Vertical extent of the visible landmarks in pixels. */
	readonly height_px: number;
}

/** Parts without which no body can be fitted, and their landmarks; one visible side is enough (side views). */
const NEEDED_PARTS: readonly (readonly [name: string, landmarks: readonly number[]])[] = [
	["head", [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]],
	["shoulders", [11, 12]],
	["hips", [23, 24]],
	["knees", [25, 26]],
	["feet", [27, 28]],
];
const EYES = [2, 5];
const TOES_AND_HEELS = [29, 30, 31, 32];
const SIDES = [
	{ name: "left", hand: [15, 17, 19, 21], foot: [27, 29, 31] },
	{ name: "right", hand: [16, 18, 20, 22], foot: [28, 30, 32] },
] as const;

/** Part of the image's longer side by which a landmark may lie outside: about the landmarks' own error. */
const FRAME_TOLERANCE = 0.01;
/** The networks place limbs outside the frame with confidence; "presence" is what tells them apart. */
const MIN_PRESENCE = 0.5;
/** Landmarks that the body itself hides have low visibility on one side only; both sides below this are hidden. */
const MIN_VISIBILITY = 0.3;

/** Judge which parts of the analysed person are in the photo. @throws RangeError without landmarks. */
export function describeVisibility(result: HolisticResult): BodyVisibility {
	if (result.body.length !== BODY_LANDMARK_COUNT * BODY_STRIDE) throw new RangeError("the result has no landmarks");
	const isSeen = (landmark: number) => isInside(result, landmark) && visibility(result, landmark) >= MIN_VISIBILITY;
	const missing = NEEDED_PARTS.filter(([name, landmarks]) => {
		if (name === "head" && EYES.every((eye) => isOutside(result, eye))) return true;
		return !landmarks.some(isSeen);
	}).map(([name]) => name);
	const warnings: string[] = [];
	if (!missing.includes("head") && isTopOfHeadCut(result)) {
		warnings.push("The top of the head touches the edge of the photo and may be cut off.");
	}
	for (const side of SIDES) {
		if (side.hand.some((landmark) => !isInside(result, landmark))) {
			warnings.push(`The ${side.name} hand is not fully inside the photo.`);
		}
	}
	if (!missing.includes("feet")) {
		if (TOES_AND_HEELS.every((landmark) => !isInside(result, landmark))) warnings.push("The feet are cut off.");
		else {
			for (const side of SIDES) {
				if (side.foot.some((landmark) => !isInside(result, landmark))) {
					warnings.push(`The ${side.name} foot is not fully inside the photo.`);
				}
			}
		}
	}
	return {
		missing,
		isFaceOnly: !missing.includes("head") && missing.length === NEEDED_PARTS.length - 1,
		warnings,
		height_px: visibleHeight(result, isSeen),
	};
}

function visibility(result: HolisticResult, landmark: number): number {
	return result.body[landmark * BODY_STRIDE + 3];
}

/** Distance in pixels by which a landmark lies outside the image; 0 or less inside. */
function overshoot(result: HolisticResult, landmark: number): number {
	const x = result.body[landmark * BODY_STRIDE];
	const y = result.body[landmark * BODY_STRIDE + 1];
	return Math.max(-x, x - result.imageWidth, -y, y - result.imageHeight);
}

function isOutside(result: HolisticResult, landmark: number): boolean {
	return overshoot(result, landmark) > 0;
}

function isInside(result: HolisticResult, landmark: number): boolean {
	const tolerance = FRAME_TOLERANCE * Math.max(result.imageWidth, result.imageHeight);
	return overshoot(result, landmark) <= tolerance && result.body[landmark * BODY_STRIDE + 4] >= MIN_PRESENCE;
}

/** The mask reaches the upper edge above the head: within one head's width of the eyes, ears and nose. */
function isTopOfHeadCut(result: HolisticResult): boolean {
	let [left, right, top] = [Infinity, -Infinity, Infinity];
	for (let landmark = 0; landmark <= 10; landmark++) {
		left = Math.min(left, result.body[landmark * BODY_STRIDE]);
		right = Math.max(right, result.body[landmark * BODY_STRIDE]);
		top = Math.min(top, result.body[landmark * BODY_STRIDE + 1]);
	}
	const margin = right - left;
	// A raised arm may touch the edge too; the crown is about one and a half face widths above the eyes at most.
	if (top > 3 * margin) return false;
	const from = Math.max(0, Math.floor(left - margin / 2));
	const to = Math.min(result.imageWidth, Math.ceil(right + margin / 2));
	for (let x = from; x < to; x++) if (result.mask[x] > 0.5) return true;
	return false;
}

function visibleHeight(result: HolisticResult, isSeen: (landmark: number) => boolean): number {
	let [top, bottom] = [Infinity, -Infinity];
	for (let landmark = 0; landmark < BODY_LANDMARK_COUNT; landmark++) {
		if (!isSeen(landmark)) continue;
		const y = result.body[landmark * BODY_STRIDE + 1];
		top = Math.min(top, y);
		bottom = Math.max(bottom, y);
	}
	return Math.max(0, bottom - top);
}
