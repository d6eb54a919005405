import type { SilhouetteSkin } from "./silhouette.js";

/** A vertex of the body's surface that a solve follows. */
export interface SurfacePoint {
	/** index into the problem's surface points */
	readonly surface: number;
	/** CSR range into {@link SurfaceInfluences} */
	readonly first: number;
	readonly last: number;
}

/** Joints that carry surface points, and how much. */
export interface SurfaceInfluences {
	readonly joints: Int8Array;
	readonly weights: Float64Array;
}

/** Surface points of model vertices, in their order, with their skin weights; `surface` holds the vertex. */
export function skinSurface(
	skin: SilhouetteSkin,
	vertices: readonly number[],
): SurfaceInfluences & { readonly points: readonly SurfacePoint[] } {
	const joints: number[] = [];
	const weights: number[] = [];
	const points = vertices.map((surface) => {
		const first = joints.length;
		for (let k = skin.offsets[surface]; k < skin.offsets[surface + 1]; k++) {
			joints.push(skin.joints[k]);
			weights.push(skin.weights[k]);
		}
		return { surface, first, last: joints.length };
	});
	return { points, joints: Int8Array.from(joints), weights: Float64Array.from(weights) };
}
