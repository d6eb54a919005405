import type { RotatedRect } from "./rotated-rect.js";

/**
 * Landmarks of a region → image pixels; z scales with the region's width.
 *
 * @param out [n * 3] x, y, z in image pixels; may be `points`
 * @param points [≥ n * 3] in the unit square of the region, z in the same unit
 */
export function projectLandmarks(out: Float64Array, points: Float64Array, region: RotatedRect): void {
	const cos = Math.cos(region.rotation);
	const sin = Math.sin(region.rotation);
	for (let i = 0; i < out.length; i += 3) {
		const u = (points[i] - 0.5) * region.width;
		const v = (points[i + 1] - 0.5) * region.height;
		out[i + 2] = points[i + 2] * region.width;
		out[i] = region.centerX + u * cos - v * sin;
		out[i + 1] = region.centerY + u * sin + v * cos;
	}
}

/**
 * World landmarks of a rotated region → upright image axes: rotates x and y, keeps z.
 *
 * @param out [n * 3] metres
 * @param points [≥ n * 3] metres; must not overlap `out`
 */
export function rotateWorldLandmarks(out: Float64Array, points: Float32Array, rotation: number): void {
	const cos = Math.cos(rotation);
	const sin = Math.sin(rotation);
	for (let i = 0; i < out.length; i += 3) {
		out[i] = cos * points[i] - sin * points[i + 1];
		out[i + 1] = sin * points[i] + cos * points[i + 1];
		out[i + 2] = points[i + 2];
	}
}
