import { createRandom, invertPositiveDefinite } from "@anny-fitter/math";
import { describe, expect, test } from "vitest";
import { type LinearTask, smallestChange } from "../src/smallest-change.js";

const SIZE = 8;

/** A random programme with bounds that some parameters reach. */
function randomTask(seed: number, rowCount: number, reach: number): LinearTask {
	const random = createRandom(seed);
	const a = Float64Array.from({ length: SIZE * SIZE }, () => random.normal());
	const covariance = new Float64Array(SIZE * SIZE);
	for (let i = 0; i < SIZE; i++) {
		for (let j = 0; j < SIZE; j++) {
			for (let k = 0; k < SIZE; k++) covariance[i * SIZE + j] += 0.1 * a[i * SIZE + k] * a[j * SIZE + k];
		}
		covariance[i * SIZE + i] += 0.05;
	}
	const bounds = Float64Array.from({ length: SIZE }, () => reach * (0.2 + Math.abs(random.normal())));
	return {
		size: SIZE,
		covariance,
		rows: Float64Array.from({ length: rowCount * SIZE }, () => random.normal()),
		wanted: Float64Array.from({ length: rowCount }, () => random.normal()),
		slack: new Float64Array(rowCount).fill(0.05),
		lower: bounds.map((b) => -b),
		upper: bounds,
	};
}

/** Projected gradient with a small step: slow and obvious. */
function slowly(task: LinearTask): Float64Array {
	const precision = new Float64Array(SIZE * SIZE);
	invertPositiveDefinite(precision, task.covariance, SIZE);
	const x = new Float64Array(SIZE);
	const gradient = new Float64Array(SIZE);
	const hessian = precision.slice();
	const linear = new Float64Array(SIZE);
	for (let r = 0; r < task.wanted.length; r++) {
		for (let i = 0; i < SIZE; i++) {
			const a = task.rows[r * SIZE + i] / task.slack[r] ** 2;
			linear[i] += a * task.wanted[r];
			for (let j = 0; j < SIZE; j++) hessian[i * SIZE + j] += a * task.rows[r * SIZE + j];
		}
	}
	let trace = 0;
	for (let i = 0; i < SIZE; i++) trace += hessian[i * SIZE + i];
	for (let round = 0; round < 400_000; round++) {
		for (let i = 0; i < SIZE; i++) {
			gradient[i] = -linear[i];
			for (let j = 0; j < SIZE; j++) gradient[i] += hessian[i * SIZE + j] * x[j];
		}
		for (let i = 0; i < SIZE; i++) {
			x[i] = Math.min(task.upper[i], Math.max(task.lower[i], x[i] - gradient[i] / trace));
		}
	}
	return x;
}

describe("the smallest change", () => {
	test.each([
		[1, 1, 10],
		[2, 2, 0.3],
		[3, 3, 0.2],
		[4, 6, 0.3],
		[5, 12, 0.2],
		[6, 3, 0.05],
	])("is that of a slow solver (seed %i, %i rows, reach %f)", (seed, rowCount, reach) => {
		const task = randomTask(seed, rowCount, reach);
		const change = new Float64Array(SIZE);
		const dual = new Float64Array(SIZE);
		smallestChange(change, dual, task);
		const expected = slowly(task);
		for (let i = 0; i < SIZE; i++) expect(change[i], `parameter ${i}`).toBeCloseTo(expected[i], 4);
		const precision = new Float64Array(SIZE * SIZE);
		invertPositiveDefinite(precision, task.covariance, SIZE);
		for (let i = 0; i < SIZE; i++) {
			let sum = 0;
			for (let j = 0; j < SIZE; j++) sum += precision[i * SIZE + j] * change[j];
			expect(dual[i], `dual ${i}`).toBeCloseTo(sum, 3);
		}
	});

	test("leaves a pinned parameter at its value and moves what goes with it (seed 9)", () => {
		const task = randomTask(9, 1, 10);
		task.lower[2] = 0.3;
		task.upper[2] = 0.3;
		const change = new Float64Array(SIZE);
		smallestChange(change, new Float64Array(SIZE), task);
		expect(change[2]).toBe(0.3);
		for (const [i, value] of slowly(task).entries()) expect(change[i]).toBeCloseTo(value, 4);
	});

	test("does with a singular covariance", () => {
		const task = { ...randomTask(7, 2, 10), covariance: new Float64Array(SIZE * SIZE).fill(1) };
		const change = new Float64Array(SIZE);
		smallestChange(change, new Float64Array(SIZE), task);
		for (const value of change) expect(value).toBeCloseTo(change[0], 6);
		expect(change.every(Number.isFinite)).toBe(true);
	});
});
