/** Mean of points. @param points [n*3] @returns [3] */
export function meanPoint(points: Float64Array): Float64Array {
	const mean = new Float64Array(3);
	for (let i = 0; i < points.length; i++) mean[i % 3]! += points[i]!;
	for (let a = 0; a < 3; a++) mean[a]! /= points.length / 3;
	return mean;
}

/**
 * The rotation that turns `points` most nearly onto `reference`, point by point, both about their means: the orthogonal
 * polar factor of their covariance, by Newton's iteration (Higham 1986).
 *
 * @param reference [n*3]
 * @param points [n*3] corresponding points
 * @returns [9] row-major, or null when the points are a mirror image or lie in a plane
 */
export function alignmentRotation(reference: Float64Array, points: Float64Array): Float64Array | null {
	const from = meanPoint(points);
	const to = meanPoint(reference);
	let matrix = new Float64Array(9);
	for (let i = 0; i < points.length; i += 3) {
		for (let row = 0; row < 3; row++) {
			for (let column = 0; column < 3; column++) {
				matrix[3 * row + column]! += (reference[i + row]! - to[row]!) * (points[i + column]! - from[column]!);
			}
		}
	}
	for (let iteration = 0; iteration < 60; iteration++) {
		const cofactors = cofactorMatrix(matrix);
		const determinant = matrix[0]! * cofactors[0]! + matrix[1]! * cofactors[1]! + matrix[2]! * cofactors[2]!;
		const scale = Math.max(...matrix.map(Math.abs));
		if (!(determinant > 1e-12 * scale ** 3)) return null;
		const next = matrix.map((value, entry) => (value + cofactors[entry]! / determinant) / 2);
		const change = Math.max(...next.map((value, entry) => Math.abs(value - matrix[entry]!)));
		matrix = next;
		if (change < 1e-14) break;
	}
	return matrix;
}

/** Transposed adjugate: the inverse transposed, times the determinant. */
function cofactorMatrix(m: Float64Array): Float64Array {
	const out = new Float64Array(9);
	for (let row = 0; row < 3; row++) {
		for (let column = 0; column < 3; column++) {
			const [r1, r2] = [(row + 1) % 3, (row + 2) % 3];
			const [c1, c2] = [(column + 1) % 3, (column + 2) % 3];
			out[3 * row + column] = m[3 * r1 + c1]! * m[3 * r2 + c2]! - m[3 * r1 + c2]! * m[3 * r2 + c1]!;
		}
	}
	return out;
}

/**
 * Rotates points about `from` and puts that point at `to`.
 *
 * @param out [n*3]; may be `points`
 * @param points [n*3]
 * @param rotation [9] row-major
 */
export function rotateAboutPoint(
	out: Float64Array,
	points: Float64Array,
	rotation: Float64Array,
	from: Float64Array,
	to: Float64Array,
): void {
	for (let i = 0; i < points.length; i += 3) {
		const x = points[i]! - from[0]!;
		const y = points[i + 1]! - from[1]!;
		const z = points[i + 2]! - from[2]!;
		for (let a = 0; a < 3; a++) {
			out[i + a] = rotation[3 * a]! * x + rotation[3 * a + 1]! * y + rotation[3 * a + 2]! * z + to[a]!;
		}
	}
}
