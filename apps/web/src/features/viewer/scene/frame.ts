import { Matrix4 } from "three";

/**
 * The one place where Anny's frame (Z up, the body faces −Y) becomes the scene's (Y up, the body faces +Z):
 * (x, y, z) → (x, z, −y). Everything of a body hangs under one group with this matrix.
 */
// biome-ignore format: a matrix
export const WORLD_FROM_ANNY: Matrix4 = new Matrix4().set(
	1, 0, 0, 0,
	0, 0, 1, 0,
	0, -1, 0, 0,
	0, 0, 0, 1,
);

/** How a body fills the scene, metres. */
export interface Bounds {
	/** Lowest and highest point, Anny's frame. */
	readonly min: readonly [number, number, number];
	readonly max: readonly [number, number, number];
}

/** @param positions [3V] in Anny's frame */
export function boundsOf(positions: Float32Array): Bounds {
	const min: [number, number, number] = [Infinity, Infinity, Infinity];
	const max: [number, number, number] = [-Infinity, -Infinity, -Infinity];
	for (let at = 0; at < positions.length; at += 3) {
		for (let axis = 0; axis < 3; axis++) {
			const value = positions[at + axis] as number;
			if (value < (min[axis] as number)) min[axis] = value;
			if (value > (max[axis] as number)) max[axis] = value;
		}
	}
	return { min, max };
}
