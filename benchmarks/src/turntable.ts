/**
 * Camera axes of somebody who walks round the body at chest height; yaw 0 sees its front.
 *
 * @param points `[3k]` in Anny's frame, metres
 * @param yaw_rad how far round, to the person's left when negative
 * @param centre_m height of the camera
 * @returns `[3k]`, metres
 */
export function seenFrom(points: Float64Array, yaw_rad: number, centre_m: number, distance_m: number): Float64Array {
	const out = new Float64Array(points.length);
	const [c, s] = [Math.cos(yaw_rad), Math.sin(yaw_rad)];
	for (let i = 0; i < points.length; i += 3) {
		const x = points[i] ?? 0;
		const y = points[i + 1] ?? 0;
		out[i] = c * x - s * y;
		out[i + 1] = centre_m - (points[i + 2] ?? 0);
		out[i + 2] = distance_m + s * x + c * y;
	}
	return out;
}
