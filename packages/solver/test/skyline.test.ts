import { choleskyFactor, choleskySolve, createRandom } from "@anny-fitter/math";
import { createSkyline, factorSkyline, solveSkyline } from "@anny-fitter/solver";
import { expect, test } from "vitest";

test.each([1, 2, 3])("solves as the dense factorisation does, whole and leading part (seed %i)", (seed) => {
	const random = createRandom(seed);
	const size = 40;
	const first = Array.from({ length: size }, (_, row) => Math.floor(random.uniform() * (row + 1)));
	const matrix = createSkyline(first);
	const dense = new Float64Array(size * size);
	for (let i = 0; i < size; i++) {
		for (let j = first[i]; j <= i; j++) {
			const value = i === j ? size : random.normal();
			matrix.values[matrix.starts[i] + j - first[i]] = value;
			dense[i * size + j] = value;
		}
	}
	for (const part of [size, 25]) {
		const copy = { ...matrix, values: matrix.values.slice() };
		const leading = new Float64Array(part * part);
		for (let i = 0; i < part; i++) leading.set(dense.subarray(i * size, i * size + part), i * part);
		const b = Float64Array.from({ length: part }, () => random.normal());
		const expected = b.slice();
		expect(choleskyFactor(leading, part)).toBe(true);
		choleskySolve(leading, part, expected);
		expect(factorSkyline(copy, part)).toBe(true);
		solveSkyline(copy, b, part);
		for (let i = 0; i < part; i++) expect(b[i]).toBeCloseTo(expected[i], 12);
	}
});

test("refuses what is not positive definite, and rows that begin behind their diagonal", () => {
	const matrix = createSkyline([0, 0]);
	matrix.values.set([1, 2, 1]);
	expect(factorSkyline(matrix)).toBe(false);
	expect(() => createSkyline([1])).toThrow(RangeError);
});
