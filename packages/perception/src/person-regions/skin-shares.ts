import { BODY_PARTS, type BodyPart, layOutBody, partAt } from "./body-layout.js";
import { REGION } from "./label-regions.js";
import type { RegionLandmarks } from "./skin-seeds.js";

/** Share of bare skin among the pixels of a part whose label is known, 0..1; null when too few are known. */
export type SkinShares = Readonly<Record<"upper_arm" | "forearm" | "thigh" | "shank" | "trunk", number | null>>;

/** Every how many pixels a label is looked at. */
const STEP = 4;
const LEAST_SAMPLES = 20;

/**
 * How much of upper arms, forearms, thighs, shanks and trunk is bare; both sides together.
 *
 * @param regions [width * height] of `labelRegions`
 */
export function skinShares(
	regions: Uint8Array,
	width: number,
	height: number,
	{ body, bodyWorld }: Pick<RegionLandmarks, "body" | "bodyWorld">,
): SkinShares {
	if (regions.length !== width * height) throw new RangeError("regions and image sizes do not match");
	const layout = layOutBody(body, bodyWorld);
	const bare = new Float64Array(BODY_PARTS.length);
	const known = new Float64Array(BODY_PARTS.length);
	for (let y = STEP >> 1; y < height; y += STEP) {
		for (let x = STEP >> 1; x < width; x += STEP) {
			const label = regions[y * width + x];
			if (label === REGION.unknown || label === REGION.hair) continue;
			const part = partAt(layout, x + 0.5, y + 0.5);
			known[part]++;
			if (label === REGION.skin) bare[part]++;
		}
	}
	const share = (part: BodyPart) => {
		const index = BODY_PARTS.indexOf(part);
		return known[index] < LEAST_SAMPLES ? null : bare[index] / known[index];
	};
	return {
		upper_arm: share("upper_arm"),
		forearm: share("forearm"),
		thigh: share("thigh"),
		shank: share("shank"),
		trunk: share("trunk"),
	};
}
