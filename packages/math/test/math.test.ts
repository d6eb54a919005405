import {
	choleskyFactor,
	choleskySolve,
	createRandom,
	invertPositiveDefinite,
	leftJacobian,
	multiplyRotations,
	rotationBetweenFrames,
	rotationFromVector,
	vectorFromRotation,
} from "@anny-fitter/math";
import { describe, expect, test } from "vitest";

const vectors: [string, number[]][] = [
	["zero", [0, 0, 0]],
	["tiny", [1e-7, -2e-7, 3e-8]],
	["small", [1e-4, 2e-4, -1e-4]],
	["ordinary", [0.3, -0.8, 0.5]],
	["near pi", [0, Math.PI - 1e-6, 1e-4]],
	["beyond pi", [2.5, 2.5, 1]],
];

describe("rotations", () => {
	test.each(vectors)("matrix of a %s vector is orthonormal and inverts", (_name, v) => {
		const r = new Float64Array(9);
		rotationFromVector(r, v);
		for (let i = 0; i < 3; i++) {
			for (let j = 0; j < 3; j++) {
				const dot = r[3 * i] * r[3 * j] + r[3 * i + 1] * r[3 * j + 1] + r[3 * i + 2] * r[3 * j + 2];
				expect(dot).toBeCloseTo(i === j ? 1 : 0, 12);
			}
		}
		const back = new Float64Array(3);
		vectorFromRotation(back, r);
		const again = new Float64Array(9);
		rotationFromVector(again, back);
		for (let i = 0; i < 9; i++) expect(again[i]).toBeCloseTo(r[i], 9);
	});

	test.each(vectors)("left Jacobian at a %s vector matches central differences", (_name, v) => {
		const jacobian = new Float64Array(9);
		leftJacobian(jacobian, v);
		const r = new Float64Array(9);
		rotationFromVector(r, v);
		const h = 1e-6;
		for (let k = 0; k < 3; k++) {
			const above = new Float64Array(9);
			const below = new Float64Array(9);
			rotationFromVector(
				above,
				v.map((x, i) => x + (i === k ? h : 0)),
			);
			rotationFromVector(
				below,
				v.map((x, i) => x - (i === k ? h : 0)),
			);
			// dR Rᵀ is the cross-product matrix of the Jacobian's column.
			const d = above.map((x, i) => (x - below[i]) / (2 * h));
			const transposed = Float64Array.of(r[0], r[3], r[6], r[1], r[4], r[7], r[2], r[5], r[8]);
			const cross = new Float64Array(9);
			multiplyRotations(cross, d, transposed);
			expect(cross[7]).toBeCloseTo(jacobian[k], 6);
			expect(cross[2]).toBeCloseTo(jacobian[3 + k], 6);
			expect(cross[3]).toBeCloseTo(jacobian[6 + k], 6);
		}
	});

	test("two directions fix a rotation", () => {
		const truth = new Float64Array(9);
		rotationFromVector(truth, [0.4, 2, -1]);
		const apply = (v: number[]) =>
			[0, 1, 2].map((i) => truth[3 * i] * v[0] + truth[3 * i + 1] * v[1] + truth[3 * i + 2] * v[2]);
		const out = new Float64Array(9);
		rotationBetweenFrames(out, [1, 2, 0], [0, 1, 1], apply([1, 2, 0]), apply([0, 1, 1]));
		for (let i = 0; i < 9; i++) expect(out[i]).toBeCloseTo(truth[i], 12);
		expect(() => rotationBetweenFrames(out, [1, 0, 0], [2, 0, 0], [1, 0, 0], [0, 1, 0])).toThrow(RangeError);
	});
});

describe("Cholesky (seed 7)", () => {
	const random = createRandom(7);
	const n = 12;
	const b = Float64Array.from({ length: n * n }, () => random.normal());
	const a = new Float64Array(n * n);
	for (let i = 0; i < n; i++) {
		for (let j = 0; j < n; j++) {
			for (let k = 0; k < n; k++) a[i * n + j] += b[i * n + k] * b[j * n + k];
		}
	}

	test("solves and inverts", () => {
		const factor = a.slice();
		expect(choleskyFactor(factor, n)).toBe(true);
		const x = Float64Array.from({ length: n }, () => random.normal());
		const rhs = new Float64Array(n);
		for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) rhs[i] += a[i * n + j] * x[j];
		choleskySolve(factor, n, rhs);
		for (let i = 0; i < n; i++) expect(rhs[i]).toBeCloseTo(x[i], 6);
		const inverse = new Float64Array(n * n);
		expect(invertPositiveDefinite(inverse, a, n)).toBe(true);
		let trace = 0;
		for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) trace += inverse[i * n + j] * a[j * n + i];
		expect(trace).toBeCloseTo(n, 6);
	});

	test("refuses an indefinite matrix", () => {
		expect(choleskyFactor(Float64Array.of(1, 0, 0, -1), 2)).toBe(false);
	});
});

test("random numbers repeat by seed and have the right moments", () => {
	const a = createRandom(42);
	const b = createRandom(42);
	const values = Array.from({ length: 20000 }, () => a.normal());
	expect(values.slice(0, 5)).toEqual(Array.from({ length: 5 }, () => b.normal()));
	const mean = values.reduce((s, v) => s + v, 0) / values.length;
	const variance = values.reduce((s, v) => s + (v - mean) ** 2, 0) / values.length;
	expect(Math.abs(mean)).toBeLessThan(0.03);
	expect(Math.abs(variance - 1)).toBeLessThan(0.03);
	expect(createRandom(1).uniform()).not.toBe(createRandom(2).uniform());
});
