/** Dense Cholesky factorisation of symmetric positive definite matrices, row-major, in place. */

/**
 * Factors `a = L Lᵀ`; on return the lower triangle of `a` holds L. Only the lower triangle is read.
 *
 * @param a [n*n] row-major, overwritten
 * @returns false when the matrix is not numerically positive definite (then `a` is spoilt)
 */
export function choleskyFactor(a: Float64Array, n: number): boolean {
	for (let i = 0; i < n; i++) {
		const rowI = i * n;
		for (let j = 0; j <= i; j++) {
			const rowJ = j * n;
			let sum = a[rowI + j];
			for (let k = 0; k < j; k++) sum -= a[rowI + k] * a[rowJ + k];
			if (i === j) {
				if (!(sum > 0)) return false;
				a[rowI + i] = Math.sqrt(sum);
			} else {
				a[rowI + j] = sum / a[rowJ + j];
			}
		}
	}
	return true;
}

/**
 * Solves `L Lᵀ x = b` for `columns` right-hand sides stored as rows of `b` ([columns*n]), in place.
 */
export function choleskySolve(factor: Float64Array, n: number, b: Float64Array, columns = 1): void {
	for (let c = 0; c < columns; c++) {
		const base = c * n;
		for (let i = 0; i < n; i++) {
			let sum = b[base + i];
			for (let k = 0; k < i; k++) sum -= factor[i * n + k] * b[base + k];
			b[base + i] = sum / factor[i * n + i];
		}
		for (let i = n - 1; i >= 0; i--) {
			let sum = b[base + i];
			for (let k = i + 1; k < n; k++) sum -= factor[k * n + i] * b[base + k];
			b[base + i] = sum / factor[i * n + i];
		}
	}
}

/**
 * Inverse of a symmetric positive definite matrix.
 *
 * @param out [n*n] full symmetric inverse; must not alias `a`
 * @param a [n*n] lower triangle read; left unchanged
 * @returns false when `a` is not numerically positive definite
 */
export function invertPositiveDefinite(out: Float64Array, a: Float64Array, n: number): boolean {
	const factor = a.slice(0, n * n);
	if (!choleskyFactor(factor, n)) return false;
	out.fill(0, 0, n * n);
	for (let i = 0; i < n; i++) out[i * n + i] = 1;
	choleskySolve(factor, n, out, n);
	return true;
}
