/**
 * Symmetric positive definite matrices whose rows begin late: only the part between a row's first entry and its diagonal
 * is stored. Cholesky factorisation fills nothing outside it (George & Liu 1981, chapter 4), so a tree of unknowns that is
 * ordered from the leaves to the root costs little more than its number of related pairs.
 *
 * Three rows that begin together at a multiple of three, such as those of a rotation, are treated as one: nine sums run
 * side by side, which one sum after another would wait for each other.
 */

/** Lower triangle by rows: row i holds columns `first[i] … i`, entry (i, j) at `starts[i] + j − first[i]`. */
export interface SkylineMatrix {
	readonly size: number;
	/** [n] */
	readonly first: Int32Array;
	/** [n+1] */
	readonly starts: Int32Array;
	/** [n] 1 where three rows begin that have a common first column, both multiples of three. @internal */
	readonly triples: Uint8Array;
	readonly values: Float64Array;
}

/**
 * Allocates a matrix of zeros.
 *
 * @param first [n] first stored column of every row, at most the row itself
 */
export function createSkyline(first: ArrayLike<number>): SkylineMatrix {
	const starts = new Int32Array(first.length + 1);
	const triples = new Uint8Array(first.length);
	for (let row = 0; row < first.length; row++) {
		if (!(first[row] >= 0 && first[row] <= row)) throw new RangeError(`Row ${row} cannot begin at ${first[row]}`);
		starts[row + 1] = starts[row] + row - first[row] + 1;
		const together = first[row] === first[row + 1] && first[row] === first[row + 2];
		triples[row] = together && row % 3 === 0 && first[row] % 3 === 0 ? 1 : 0;
	}
	return {
		size: first.length,
		first: Int32Array.from(first),
		starts,
		triples,
		values: new Float64Array(starts[first.length]),
	};
}

/**
 * Factors the leading `size` rows in place: A = L Lᵀ.
 *
 * @returns false when that part is not numerically positive definite (then it is spoilt)
 */
export function factorSkyline(matrix: SkylineMatrix, size: number = matrix.size): boolean {
	return eliminateSkyline(matrix, size, size);
}

/**
 * Eliminates the first `lead` unknowns of the leading `size` rows in place: those rows become L; the later rows hold L in
 * the first `lead` columns and, in the others, the Schur complement of what has been eliminated.
 *
 * @returns false when the first part is not numerically positive definite (then the matrix is spoilt)
 */
export function eliminateSkyline(matrix: SkylineMatrix, lead: number, size: number): boolean {
	const { triples } = matrix;
	let row = 0;
	while (row < size) {
		const triple = triples[row] === 1 && row + 3 <= size && (row + 3 <= lead || row >= lead);
		const done = triple ? eliminateTriple(matrix, row, lead) : eliminateRow(matrix, row, lead);
		if (!done) return false;
		row += triple ? 3 : 1;
	}
	return true;
}

/** One row against all before it. */
function eliminateRow(matrix: SkylineMatrix, i: number, lead: number): boolean {
	const { first, starts, values } = matrix;
	eliminateColumns(matrix, i, first[i], i, lead);
	const row = starts[i] - first[i];
	let square = 0;
	for (let k = first[i], end = Math.min(i, lead); k < end; k++) square += values[row + k] * values[row + k];
	const pivot = values[row + i] - square;
	if (i >= lead) {
		values[row + i] = pivot;
		return true;
	}
	if (!(pivot > 0)) return false;
	values[row + i] = Math.sqrt(pivot);
	return true;
}

/** Columns `from … to` of one row. */
function eliminateColumns(matrix: SkylineMatrix, i: number, from: number, to: number, lead: number): void {
	const { first, starts, values } = matrix;
	const row = starts[i] - first[i];
	for (let j = from; j < to; j++) {
		const column = starts[j] - first[j];
		let sum = values[row + j];
		for (let k = Math.max(first[i], first[j]), end = Math.min(j, lead); k < end; k++) {
			sum -= values[row + k] * values[column + k];
		}
		values[row + j] = j < lead ? sum / values[column + j] : sum;
	}
}

/** Three rows against all before them, three columns at a time. */
function eliminateTriple(matrix: SkylineMatrix, i: number, lead: number): boolean {
	const { first, starts, values, triples } = matrix;
	const start = first[i];
	const r0 = starts[i] - start;
	const r1 = starts[i + 1] - start;
	const r2 = starts[i + 2] - start;
	for (let j = start; j < i; j += 3) {
		if (triples[j] === 0 || (j < lead && j + 3 > lead)) {
			for (let r = 0; r < 3; r++) eliminateColumns(matrix, i + r, j, j + 3, lead);
			continue;
		}
		const firstJ = first[j];
		const c0 = starts[j] - firstJ;
		const c1 = starts[j + 1] - firstJ;
		const c2 = starts[j + 2] - firstJ;
		let s00 = values[r0 + j];
		let s01 = values[r0 + j + 1];
		let s02 = values[r0 + j + 2];
		let s10 = values[r1 + j];
		let s11 = values[r1 + j + 1];
		let s12 = values[r1 + j + 2];
		let s20 = values[r2 + j];
		let s21 = values[r2 + j + 1];
		let s22 = values[r2 + j + 2];
		const end = Math.min(j, lead);
		for (let k = Math.max(start, firstJ); k < end; k++) {
			const a0 = values[r0 + k];
			const a1 = values[r1 + k];
			const a2 = values[r2 + k];
			const b0 = values[c0 + k];
			const b1 = values[c1 + k];
			const b2 = values[c2 + k];
			s00 -= a0 * b0;
			s01 -= a0 * b1;
			s02 -= a0 * b2;
			s10 -= a1 * b0;
			s11 -= a1 * b1;
			s12 -= a1 * b2;
			s20 -= a2 * b0;
			s21 -= a2 * b1;
			s22 -= a2 * b2;
		}
		if (j < lead) {
			const d0 = 1 / values[c0 + j];
			const d1 = 1 / values[c1 + j + 1];
			const d2 = 1 / values[c2 + j + 2];
			const l10 = values[c1 + j];
			const l20 = values[c2 + j];
			const l21 = values[c2 + j + 1];
			s00 *= d0;
			s10 *= d0;
			s20 *= d0;
			s01 = (s01 - s00 * l10) * d1;
			s11 = (s11 - s10 * l10) * d1;
			s21 = (s21 - s20 * l10) * d1;
			s02 = (s02 - s00 * l20 - s01 * l21) * d2;
			s12 = (s12 - s10 * l20 - s11 * l21) * d2;
			s22 = (s22 - s20 * l20 - s21 * l21) * d2;
		}
		values[r0 + j] = s00;
		values[r0 + j + 1] = s01;
		values[r0 + j + 2] = s02;
		values[r1 + j] = s10;
		values[r1 + j + 1] = s11;
		values[r1 + j + 2] = s12;
		values[r2 + j] = s20;
		values[r2 + j + 1] = s21;
		values[r2 + j + 2] = s22;
	}
	return eliminateDiagonal(values, r0, r1, r2, start, i, lead);
}

/** The 3×3 block on the diagonal. */
function eliminateDiagonal(
	values: Float64Array,
	r0: number,
	r1: number,
	r2: number,
	start: number,
	i: number,
	lead: number,
): boolean {
	let s00 = values[r0 + i];
	let s10 = values[r1 + i];
	let s11 = values[r1 + i + 1];
	let s20 = values[r2 + i];
	let s21 = values[r2 + i + 1];
	let s22 = values[r2 + i + 2];
	const end = Math.min(i, lead);
	for (let k = start; k < end; k++) {
		const a0 = values[r0 + k];
		const a1 = values[r1 + k];
		const a2 = values[r2 + k];
		s00 -= a0 * a0;
		s10 -= a1 * a0;
		s11 -= a1 * a1;
		s20 -= a2 * a0;
		s21 -= a2 * a1;
		s22 -= a2 * a2;
	}
	if (i < lead) {
		if (!(s00 > 0)) return false;
		s00 = Math.sqrt(s00);
		s10 /= s00;
		s20 /= s00;
		s11 -= s10 * s10;
		if (!(s11 > 0)) return false;
		s11 = Math.sqrt(s11);
		s21 = (s21 - s20 * s10) / s11;
		s22 -= s20 * s20 + s21 * s21;
		if (!(s22 > 0)) return false;
		s22 = Math.sqrt(s22);
	}
	values[r0 + i] = s00;
	values[r1 + i] = s10;
	values[r1 + i + 1] = s11;
	values[r2 + i] = s20;
	values[r2 + i + 1] = s21;
	values[r2 + i + 2] = s22;
	return true;
}

/**
 * Solves L Lᵀ x = b in place for the leading `size` rows of a factor.
 *
 * @param b [≥ size]
 */
export function solveSkyline(factor: SkylineMatrix, b: Float64Array, size: number = factor.size): void {
	reduceRightSide(factor, b, size, size);
	substituteBack(factor, b, size, size);
}

/**
 * First half of a solution after {@link eliminateSkyline}: the first `lead` entries become L⁻¹b, the later ones the right
 * side of the Schur complement's system.
 *
 * @param b [≥ size]
 */
export function reduceRightSide(factor: SkylineMatrix, b: Float64Array, lead: number, size: number): void {
	const { first, starts, values } = factor;
	for (let i = 0; i < size; i++) {
		const row = starts[i] - first[i];
		let sum = b[i];
		for (let k = first[i], end = Math.min(i, lead); k < end; k++) sum -= values[row + k] * b[k];
		b[i] = i < lead ? sum / values[row + i] : sum;
	}
}

/**
 * Second half: with the unknowns from `lead` on in place, finds those before it.
 *
 * @param b [≥ size] L⁻¹b, then the later unknowns; becomes the solution
 */
export function substituteBack(factor: SkylineMatrix, b: Float64Array, lead: number, size: number): void {
	const { first, starts, values } = factor;
	for (let i = size - 1; i >= 0; i--) {
		const row = starts[i] - first[i];
		if (i < lead) b[i] /= values[row + i];
		const x = b[i];
		for (let k = first[i], end = Math.min(i, lead); k < end; k++) b[k] -= values[row + k] * x;
	}
}
