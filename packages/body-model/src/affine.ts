/** Affine 3×4 matrices inside flat arrays, row-major, p' = M p. @internal */

/** `out[at] = a[atA] · b[atB]`; `out` may be neither `a` nor `b` at the same place. */
export function multiplyAffine(
	out: Float64Array,
	at: number,
	a: Float64Array,
	atA: number,
	b: Float64Array,
	atB: number,
): void {
	for (let row = 0; row < 12; row += 4) {
		const x = a[atA + row];
		const y = a[atA + row + 1];
		const z = a[atA + row + 2];
		out[at + row] = x * b[atB] + y * b[atB + 4] + z * b[atB + 8];
		out[at + row + 1] = x * b[atB + 1] + y * b[atB + 5] + z * b[atB + 9];
		out[at + row + 2] = x * b[atB + 2] + y * b[atB + 6] + z * b[atB + 10];
		out[at + row + 3] = x * b[atB + 3] + y * b[atB + 7] + z * b[atB + 11] + a[atA + row + 3];
	}
}

/** `out[at] = a[atA] · rigid[atRigid]⁻¹`, the inverse taken as transpose; `out` must not be an input. */
export function multiplyByRigidInverse(
	out: Float64Array,
	at: number,
	a: Float64Array,
	atA: number,
	rigid: Float64Array,
	atRigid: number,
): void {
	const tx = rigid[atRigid + 3];
	const ty = rigid[atRigid + 7];
	const tz = rigid[atRigid + 11];
	for (let row = 0; row < 12; row += 4) {
		const x = a[atA + row];
		const y = a[atA + row + 1];
		const z = a[atA + row + 2];
		const first = x * rigid[atRigid] + y * rigid[atRigid + 1] + z * rigid[atRigid + 2];
		const second = x * rigid[atRigid + 4] + y * rigid[atRigid + 5] + z * rigid[atRigid + 6];
		const third = x * rigid[atRigid + 8] + y * rigid[atRigid + 9] + z * rigid[atRigid + 10];
		out[at + row] = first;
		out[at + row + 1] = second;
		out[at + row + 2] = third;
		out[at + row + 3] = a[atA + row + 3] - (first * tx + second * ty + third * tz);
	}
}

/** `out[at] = M[atM] · point[at]` for one point of 3; `out` must not be `points`. */
export function transformPoint(
	out: Float64Array,
	points: Float64Array,
	at: number,
	matrices: Float64Array,
	atMatrix: number,
): void {
	const x = points[at];
	const y = points[at + 1];
	const z = points[at + 2];
	for (let row = 0; row < 3; row++) {
		const m = atMatrix + 4 * row;
		out[at + row] = matrices[m] * x + matrices[m + 1] * y + matrices[m + 2] * z + matrices[m + 3];
	}
}
