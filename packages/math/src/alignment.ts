import { symmetricEigenvectors } from "./eigenvectors.js";

/**
 * The rotation that turns one set of points most nearly onto another: it maximises Σ aᵀ R b for the correlation
 * M = Σ a bᵀ, through the quaternion that belongs to the largest eigenvalue of a symmetric 4×4 matrix (Horn 1987). Proper
 * for every M, mirrored or flat point sets included.
 *
 * @param out [9] row-major, R
 * @param correlation [9] row-major, M; left unchanged
 * @returns gap between the two largest eigenvalues over the largest: near 0 where the rotation is not determined
 */
export function rotationFromCorrelation(out: Float64Array, correlation: ArrayLike<number>): number {
	const [xx, xy, xz, yx, yy, yz, zx, zy, zz] = correlation as ArrayLike<number> & Iterable<number>;
	// Quaternion order w, x, y, z; a = R b, hence the signs.
	const matrix = Float64Array.of(
		xx + yy + zz,
		zy - yz,
		xz - zx,
		yx - xy,
		zy - yz,
		xx - yy - zz,
		xy + yx,
		xz + zx,
		xz - zx,
		xy + yx,
		yy - xx - zz,
		yz + zy,
		yx - xy,
		xz + zx,
		yz + zy,
		zz - xx - yy,
	);
	const vectors = new Float64Array(16);
	const values = new Float64Array(4);
	symmetricEigenvectors(vectors, values, matrix);
	const [w, x, y, z] = vectors;
	out[0] = 1 - 2 * (y * y + z * z);
	out[1] = 2 * (x * y - w * z);
	out[2] = 2 * (x * z + w * y);
	out[3] = 2 * (x * y + w * z);
	out[4] = 1 - 2 * (x * x + z * z);
	out[5] = 2 * (y * z - w * x);
	out[6] = 2 * (x * z - w * y);
	out[7] = 2 * (y * z + w * x);
	out[8] = 1 - 2 * (x * x + y * y);
	return values[0] > 0 ? (values[0] - values[1]) / values[0] : 0;
}
