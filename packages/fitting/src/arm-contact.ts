import type { PhotoObservation } from "./observation.js";

/** Where an arm and the body beside it form one area of the mask, so that neither has an outline there. */
export interface ArmContact {
	readonly side: "left" | "right";
	/** Share of the rows between armpit and wrist without background between arm and body. */
	readonly share: number;
	/** First and last such row, pixels; null when there is none. */
	readonly from_px: number | null;
	readonly to_px: number | null;
	/** Whether it is more than the armpit of an arm held away. */
	readonly isTouching: boolean;
}

const SHOULDER = [11, 12] as const;
const ELBOW = [13, 14] as const;
const WRIST = [15, 16] as const;
const HIP = [23, 24] as const;
const KNEE = [25, 26] as const;

/** The armpit lies this far down the upper arm. */
const ARMPIT = 0.45;
/** From here on, inwards from the shoulder, a point is surely on the trunk. */
const INSIDE_TRUNK = 0.3;
/** Background narrower than this, in lengths of the torso, is a seam between sleeve and shirt. */
const GAP = 0.015;
/** An arm 20° away from the trunk leaves it at the elbow, before half of the rows. */
const TOUCHING_SHARE = 0.55;
/** Less of an arm than this, in lengths of the torso, says nothing: a raised or foreshortened arm. */
const MIN_HEIGHT = 0.25;

/**
 * Looks for background between each arm and the trunk or the leg beside it, row by row from armpit to wrist.
 *
 * Meant for views from the front and from behind: from the side arms lie before the trunk. Arms that are raised, and
 * photos without a mask, have no contact.
 *
 * @param seen mask [width*height] or null; body [33*5]
 * @returns one entry per arm that hangs, left first
 */
export function findArmContacts(
	seen: Pick<PhotoObservation, "width_px" | "height_px" | "body" | "mask">,
): ArmContact[] {
	const { body, mask, width_px, height_px } = seen;
	if (mask === null) return [];
	const x = (i: number): number => body[5 * i];
	const y = (i: number): number => body[5 * i + 1];
	const torso = (y(HIP[0]) + y(HIP[1]) - y(SHOULDER[0]) - y(SHOULDER[1])) / 2;
	if (!(torso > 8)) return [];
	const gap = Math.max(2, GAP * torso);
	return ([0, 1] as const).flatMap((side): ArmContact[] => {
		const arm = [
			[x(SHOULDER[side]), y(SHOULDER[side])],
			[x(ELBOW[side]), y(ELBOW[side])],
			[x(WRIST[side]), y(WRIST[side])],
		] as const;
		const shoulder_x = x(SHOULDER[side]) + INSIDE_TRUNK * (x(SHOULDER[1 - side]) - x(SHOULDER[side]));
		const trunk = [
			[shoulder_x, y(SHOULDER[side])],
			[x(HIP[side]), y(HIP[side])],
			[x(KNEE[side]), y(KNEE[side])],
		] as const;
		const top = Math.max(0, Math.ceil(arm[0][1] + ARMPIT * (arm[1][1] - arm[0][1])));
		const bottom = Math.min(height_px - 1, Math.floor(arm[2][1]), Math.floor(trunk[2][1]));
		if (arm[1][1] < arm[0][1] || bottom - top < MIN_HEIGHT * torso) return [];
		let [count, from_px, to_px]: [number, number | null, number | null] = [0, null, null];
		for (let row = top; row <= bottom; row++) {
			if (hasGap(mask, width_px, row, crossing(arm, row + 0.5), crossing(trunk, row + 0.5), gap)) continue;
			count++;
			from_px ??= row;
			to_px = row;
		}
		const share = count / (bottom + 1 - top);
		return [{ side: side === 0 ? "left" : "right", share, from_px, to_px, isTouching: share > TOUCHING_SHARE }];
	});
}

/** Whether a row of the mask has a run of background of some width between two columns. */
function hasGap(mask: Float32Array, width: number, row: number, a: number, b: number, gap: number): boolean {
	const from = Math.max(0, Math.floor(Math.min(a, b)));
	const to = Math.min(width - 1, Math.ceil(Math.max(a, b)));
	let run = 0;
	for (let column = from; column <= to; column++) {
		run = mask[row * width + column] > 0.5 ? 0 : run + 1;
		if (run >= gap) return true;
	}
	return false;
}

/** Column at which a chain of three points that runs downwards crosses a row. */
function crossing(chain: readonly (readonly [number, number])[], row: number): number {
	const [a, b, c] = chain as readonly [readonly [number, number], readonly [number, number], readonly [number, number]];
	const [from, to] = row < b[1] ? [a, b] : [b, c];
	const height = to[1] - from[1];
	const t = height > 0 ? Math.min(1, Math.max(0, (row - from[1]) / height)) : 0;
	return from[0] + t * (to[0] - from[0]);
}
