import type { BodyTape } from "../../../body/body-types.js";
import { pathSegments } from "./fat-lines.js";

/** Heights are measured along a rod beside the body; every other tape lies on the body. */
export const isHeight = (id: string): boolean => id === "stature" || /_height(_|$)/.test(id);

/** @returns [6n] the segments of some tapes behind one another */
export function tapeSegments(tapes: readonly BodyTape[]): Float32Array {
	return Float32Array.from(tapes.flatMap(({ path, isClosed }) => pathSegments(path, isClosed)));
}

/** A height as it is marked on the rod. */
export interface HeightMark {
	readonly id: string;
	/** Over the floor, metres. */
	readonly height_m: number;
	/** Where on the body it ends, Anny's frame. */
	readonly point: readonly [number, number, number];
}

/** The right or middle one of each height, from floor to top. */
export function heightMarks(tapes: readonly BodyTape[]): HeightMark[] {
	return tapes.flatMap(({ id, side, path }) => {
		if (!isHeight(id) || side === "left" || path.length < 6) return [];
		const [x, y, z] = path.subarray(path.length - 3) as unknown as [number, number, number];
		return [{ id, height_m: z - (path[2] as number), point: [x, y, z] as const }];
	});
}
