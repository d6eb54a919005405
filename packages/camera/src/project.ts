/** Points closer to the camera plane than this (metres) cannot be projected. */
const NEAR_M = 0.05;

/**
 * Pinhole projection of one camera-frame point (+X right, +Y down, +Z forward, metres) to pixels.
 *
 * @param out [2] u, v in pixels, (0,0) the outer corner of the first pixel
 * @param jacobian [6] or null: d(u,v)/d(x,y,z), row-major 2×3; d(u,v)/d(ln f) is (u − cx, v − cy)
 * @returns false when the point is behind or within 5 cm of the camera plane (then `out` is unchanged)
 */
export function projectPoint(
	out: Float64Array,
	jacobian: Float64Array | null,
	x: number,
	y: number,
	z: number,
	focal_px: number,
	cx_px: number,
	cy_px: number,
): boolean {
	if (!(z > NEAR_M)) return false;
	const inverse = 1 / z;
	const u = focal_px * x * inverse;
	const v = focal_px * y * inverse;
	out[0] = cx_px + u;
	out[1] = cy_px + v;
	if (jacobian) {
		jacobian[0] = focal_px * inverse;
		jacobian[1] = 0;
		jacobian[2] = -u * inverse;
		jacobian[3] = 0;
		jacobian[4] = focal_px * inverse;
		jacobian[5] = -v * inverse;
	}
	return true;
}
