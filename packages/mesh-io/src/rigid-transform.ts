/**
 * Rigid transforms for the glTF skeleton: 3×4 row-major matrices `[12]` at an offset of a flat array, and the
 * translation–rotation pairs that glTF nodes store.
 */
import type { NumericArray } from "./mesh-types.js";

/**
 * Copies an affine matrix with its 3×3 part replaced by the nearest rotation (polar decomposition by Newton's iteration,
 * Higham 1986).
 *
 * @param out `[12]` at `outOffset`; may be the input itself.
 * @param label Names the matrix in errors.
 * @throws RangeError when the matrix is not finite, singular or a reflection.
 */
export function nearestRigid(
	out: Float64Array,
	outOffset: number,
	matrix: NumericArray,
	offset: number,
	label: string,
): void {
	let [a, b, c] = [matrix[offset], matrix[offset + 1], matrix[offset + 2]];
	let [d, e, f] = [matrix[offset + 4], matrix[offset + 5], matrix[offset + 6]];
	let [g, h, i] = [matrix[offset + 8], matrix[offset + 9], matrix[offset + 10]];
	for (let iteration = 0; iteration < 60; iteration++) {
		const cofactorA = e * i - f * h;
		const cofactorB = f * g - d * i;
		const cofactorC = d * h - e * g;
		const determinant = a * cofactorA + b * cofactorB + c * cofactorC;
		if (!(determinant > 1e-9)) {
			throw new RangeError(`The 3×3 part of ${label} has determinant ${determinant}: not close to a rotation.`);
		}
		const k = 0.5 / determinant;
		// Mean of the matrix and its inverse transposed (= cofactors / determinant).
		const next = [
			a / 2 + k * cofactorA,
			b / 2 + k * cofactorB,
			c / 2 + k * cofactorC,
			d / 2 + k * (c * h - b * i),
			e / 2 + k * (a * i - c * g),
			f / 2 + k * (b * g - a * h),
			g / 2 + k * (b * f - c * e),
			h / 2 + k * (c * d - a * f),
			i / 2 + k * (a * e - b * d),
		] as const;
		const change =
			Math.abs(next[0] - a) + Math.abs(next[1] - b) + Math.abs(next[2] - c) + Math.abs(next[3] - d) +
			Math.abs(next[4] - e) + Math.abs(next[5] - f) + Math.abs(next[6] - g) + Math.abs(next[7] - h) +
			Math.abs(next[8] - i); // biome-ignore format: one matrix
		[a, b, c, d, e, f, g, h, i] = next;
		if (change < 1e-14) break;
	}
	const t = [matrix[offset + 3], matrix[offset + 7], matrix[offset + 11]] as const;
	if (!Number.isFinite(t[0] + t[1] + t[2])) throw new RangeError(`The translation of ${label} is not finite.`);
	out.set([a, b, c, t[0], d, e, f, t[1], g, h, i, t[2]], outOffset);
}

/**
 * `out = parent⁻¹ · child` for rigid matrices.
 *
 * @param out `[12]`, must not alias the inputs.
 */
export function relativeRigid(
	out: Float64Array,
	parent: NumericArray,
	parentOffset: number,
	child: NumericArray,
	childOffset: number,
): void {
	const dx = child[childOffset + 3] - parent[parentOffset + 3];
	const dy = child[childOffset + 7] - parent[parentOffset + 7];
	const dz = child[childOffset + 11] - parent[parentOffset + 11];
	for (let row = 0; row < 3; row++) {
		const px = parent[parentOffset + row];
		const py = parent[parentOffset + 4 + row];
		const pz = parent[parentOffset + 8 + row];
		for (let column = 0; column < 3; column++) {
			out[row * 4 + column] =
				px * child[childOffset + column] + py * child[childOffset + 4 + column] + pz * child[childOffset + 8 + column];
		}
		out[row * 4 + 3] = px * dx + py * dy + pz * dz;
	}
}

/**
 * `out = a · b⁻¹` for affine `a` and rigid `b`.
 *
 * @param out `[12]` at `outOffset`, must not alias the inputs.
 */
export function timesInverseRigid(
	out: Float64Array,
	outOffset: number,
	a: NumericArray,
	aOffset: number,
	b: NumericArray,
	bOffset: number,
): void {
	for (let row = 0; row < 3; row++) {
		const r = aOffset + row * 4;
		let translation = a[r + 3];
		for (let column = 0; column < 3; column++) {
			const c = bOffset + column * 4;
			const value = a[r] * b[c] + a[r + 1] * b[c + 1] + a[r + 2] * b[c + 2];
			out[outOffset + row * 4 + column] = value;
			translation -= value * b[c + 3];
		}
		out[outOffset + row * 4 + 3] = translation;
	}
}

/** The unit quaternion `[x, y, z, w]`, w ≥ 0, of the rotation in a rigid matrix at `offset` (Shepperd 1978). */
export function quaternionOf(matrix: NumericArray, offset: number): [number, number, number, number] {
	const xx = matrix[offset];
	const yy = matrix[offset + 5];
	const zz = matrix[offset + 10];
	const xyDifference = matrix[offset + 4] - matrix[offset + 1];
	const zxDifference = matrix[offset + 2] - matrix[offset + 8];
	const yzDifference = matrix[offset + 9] - matrix[offset + 6];
	const xySum = matrix[offset + 4] + matrix[offset + 1];
	const zxSum = matrix[offset + 2] + matrix[offset + 8];
	const yzSum = matrix[offset + 9] + matrix[offset + 6];
	const trace = xx + yy + zz;
	let q: [number, number, number, number];
	if (trace >= xx && trace >= yy && trace >= zz) q = [yzDifference, zxDifference, xyDifference, 1 + trace];
	else if (xx >= yy && xx >= zz) q = [1 + xx - yy - zz, xySum, zxSum, yzDifference];
	else if (yy >= zz) q = [xySum, 1 + yy - xx - zz, yzSum, zxDifference];
	else q = [zxSum, yzSum, 1 + zz - xx - yy, xyDifference];
	const scale = (q[3] < 0 ? -1 : 1) / Math.hypot(...q);
	return [q[0] * scale, q[1] * scale, q[2] * scale, q[3] * scale];
}
