import { createRandom, symmetricEigenvectors } from "@anny-fitter/math";
import { expect, test } from "vitest";

test.each([2, 3, 4, 7])(
	"a symmetric matrix of size %i is its eigenvectors' sum, the largest first (seed = size)",
	(n) => {
		const random = createRandom(n);
		const matrix = new Float64Array(n * n);
		for (let i = 0; i < n; i++) {
			for (let j = 0; j <= i; j++) {
				matrix[i * n + j] = random.normal();
				matrix[j * n + i] = matrix[i * n + j];
			}
		}
		const vectors = new Float64Array(n * n);
		const values = new Float64Array(n);
		symmetricEigenvectors(vectors, values, matrix.slice());
		for (let k = 1; k < n; k++) expect(values[k]).toBeLessThanOrEqual(values[k - 1]);
		const sum = (terms: (k: number) => number): number =>
			Array.from({ length: n }, (_, k) => terms(k)).reduce((a, b) => a + b);
		for (let i = 0; i < n; i++) {
			for (let j = 0; j < n; j++) {
				expect(sum((k) => values[k] * vectors[k * n + i] * vectors[k * n + j])).toBeCloseTo(matrix[i * n + j], 11);
				expect(sum((k) => vectors[i * n + k] * vectors[j * n + k])).toBeCloseTo(i === j ? 1 : 0, 12);
			}
		}
	},
);

test("equal eigenvalues and a diagonal matrix need no turn", () => {
	const vectors = new Float64Array(9);
	const values = new Float64Array(3);
	symmetricEigenvectors(vectors, values, Float64Array.of(2, 0, 0, 0, 5, 0, 0, 0, 2));
	expect(Array.from(values)).toEqual([5, 2, 2]);
	expect(Array.from(vectors.subarray(0, 3))).toEqual([0, 1, 0]);
});
