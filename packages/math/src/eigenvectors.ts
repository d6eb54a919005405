/**
 * Eigenvalues and eigenvectors of a small symmetric matrix by Jacobi's rotations (Golub and Van Loan, Matrix Computations,
 * 8.5). Convergence is quadratic.
 *
 * @param vectors [n*n] overwritten: orthonormal eigenvectors as rows, the largest eigenvalue's first
 * @param values [n] overwritten: eigenvalues, falling
 * @param matrix [n*n] symmetric; overwritten with no use to the caller
 */
export function symmetricEigenvectors(vectors: Float64Array, values: Float64Array, matrix: Float64Array): void {
	const n = values.length;
	vectors.fill(0);
	for (let k = 0; k < n; k++) vectors[k * n + k] = 1;
	for (let sweep = 0; sweep < 30 && !isDiagonal(matrix, n); sweep++) {
		for (let p = 0; p < n - 1; p++) {
			for (let q = p + 1; q < n; q++) turnPair(vectors, matrix, n, p, q);
		}
	}
	for (let k = 0; k < n; k++) values[k] = matrix[k * n + k];
	sortRows(vectors, values, n);
}

/** Whether what is left beside the diagonal turns no vector by more than 1e-12. */
function isDiagonal(matrix: Float64Array, n: number): boolean {
	let size = 0;
	let rest = 0;
	for (let row = 0; row < n; row++) {
		for (let column = 0; column < n; column++) {
			const square = matrix[row * n + column] ** 2;
			size += square;
			if (row !== column) rest += square;
		}
	}
	return rest <= 1e-24 * size;
}

/** Turns axes p and q so that their entry beside the diagonal vanishes. */
function turnPair(vectors: Float64Array, matrix: Float64Array, n: number, p: number, q: number): void {
	const off = matrix[p * n + q];
	if (off === 0) return;
	const ratio = (matrix[q * n + q] - matrix[p * n + p]) / (2 * off);
	const tangent = (ratio >= 0 ? 1 : -1) / (Math.abs(ratio) + Math.sqrt(ratio * ratio + 1));
	const c = 1 / Math.sqrt(tangent * tangent + 1);
	const s = tangent * c;
	for (let k = 0; k < n; k++) {
		const atP = matrix[k * n + p];
		const atQ = matrix[k * n + q];
		matrix[k * n + p] = c * atP - s * atQ;
		matrix[k * n + q] = s * atP + c * atQ;
	}
	for (const rows of [matrix, vectors]) {
		for (let k = 0; k < n; k++) {
			const ofP = rows[p * n + k];
			const ofQ = rows[q * n + k];
			rows[p * n + k] = c * ofP - s * ofQ;
			rows[q * n + k] = s * ofP + c * ofQ;
		}
	}
}

function sortRows(vectors: Float64Array, values: Float64Array, n: number): void {
	for (let k = 1; k < n; k++) {
		for (let row = k; row > 0 && values[row] > values[row - 1]; row--) {
			swap(values, row, row - 1);
			for (let column = 0; column < n; column++) swap(vectors, row * n + column, (row - 1) * n + column);
		}
	}
}

function swap(a: Float64Array, i: number, j: number): void {
	const kept = a[i];
	a[i] = a[j];
	a[j] = kept;
}
