import { createRandom } from "@anny-fitter/math";
import type { LeastSquaresProblem, Loss } from "@anny-fitter/solver";
import {
	cauchyLoss,
	checkGradients,
	gemanMcClureLoss,
	minimizeLeastSquares,
	NormalEquations,
	squaredLoss,
} from "@anny-fitter/solver";
import { describe, expect, test } from "vitest";

const none = new Float64Array(0);
const free = (n: number) => ({ lower: new Float64Array(n).fill(-Infinity), upper: new Float64Array(n).fill(Infinity) });

/** Rosenbrock's valley as residuals 10(y − x²), 1 − x. */
const rosenbrock: LeastSquaresProblem = {
	sharedCount: 2,
	blockCounts: [],
	...free(2),
	evaluate(x, sink) {
		sink.add(10 * (x[1] - x[0] ** 2), 1, squaredLoss, Float64Array.of(-20 * x[0], 10), -1, none);
		sink.add(1 - x[0], 1, squaredLoss, Float64Array.of(-1, 0), -1, none);
		return true;
	},
};

/** Lines y = slope·t + intercept_b: one slope for all, an intercept per block. */
function lines(seed: number, loss: Loss, outliers = 0): LeastSquaresProblem {
	const random = createRandom(seed);
	const data = Array.from({ length: 60 }, (_, i) => {
		const t = random.normal();
		return { block: i % 3, t, y: 2 * t + [1, -2, 5][i % 3] + 0.01 * random.normal() + (i < outliers ? 50 : 0) };
	});
	return {
		sharedCount: 1,
		blockCounts: [1, 1, 1],
		...free(4),
		evaluate(x, sink) {
			for (const d of data) {
				sink.add(x[0] * d.t + x[1 + d.block] - d.y, 1, loss, Float64Array.of(d.t), d.block, Float64Array.of(1));
			}
			return true;
		},
	};
}

describe("Levenberg–Marquardt", () => {
	test("walks Rosenbrock's valley to its end", () => {
		const result = minimizeLeastSquares(rosenbrock, Float64Array.of(-1.2, 1), { maxIterations: 200, costTolerance: 0 });
		expect(result.x[0]).toBeCloseTo(1, 8);
		expect(result.x[1]).toBeCloseTo(1, 8);
		for (let i = 1; i < result.costHistory.length; i++) {
			expect(result.costHistory[i]).toBeLessThanOrEqual(result.costHistory[i - 1]);
		}
	});

	test("finds shared and block parameters (seed 3)", () => {
		const result = minimizeLeastSquares(lines(3, squaredLoss), new Float64Array(4));
		expect(result.converged).toBe(true);
		for (const [i, value] of [2, 1, -2, 5].entries()) expect(Math.abs(result.x[i] - value)).toBeLessThan(0.02);
	});

	test("a robust loss ignores outliers that bend the squared one (seed 4)", () => {
		const bent = minimizeLeastSquares(lines(4, squaredLoss, 6), new Float64Array(4)).x;
		const robust = minimizeLeastSquares(lines(4, cauchyLoss(0.1), 6), new Float64Array(4), { maxIterations: 200 }).x;
		expect(Math.abs(bent[1] - 1)).toBeGreaterThan(1);
		expect(Math.abs(robust[1] - 1)).toBeLessThan(0.02);
	});

	test("stays inside bounds and uses the free directions", () => {
		const boxed = { ...rosenbrock, upper: Float64Array.of(0.5, Infinity) };
		const result = minimizeLeastSquares(boxed, Float64Array.of(-1.2, 1), { maxIterations: 200, costTolerance: 0 });
		expect(result.x[0]).toBe(0.5);
		expect(result.x[1]).toBeCloseTo(0.25, 6);
	});

	test("holds parameters, limits steps, reports an infeasible start and an abort", () => {
		const held = minimizeLeastSquares(rosenbrock, Float64Array.of(-1.2, 1), { hold: Uint8Array.of(1, 0) });
		expect(held.x[0]).toBe(-1.2);
		expect(held.x[1]).toBeCloseTo(1.44, 6);
		const limited = minimizeLeastSquares(rosenbrock, Float64Array.of(-1.2, 1), {
			maxIterations: 1,
			stepLimits: Float64Array.of(0.01, 0.01),
		});
		expect(Math.abs(limited.x[0] + 1.2)).toBeLessThanOrEqual(0.01 + 1e-12);
		const infeasible = { ...rosenbrock, evaluate: () => false };
		expect(minimizeLeastSquares(infeasible, new Float64Array(2)).stopReason).toBe("infeasible_start");
		expect(minimizeLeastSquares(rosenbrock, new Float64Array(2), { signal: { aborted: true } }).stopReason).toBe(
			"aborted",
		);
		expect(() => minimizeLeastSquares(rosenbrock, new Float64Array(3))).toThrow(RangeError);
		expect(() => minimizeLeastSquares(rosenbrock, Float64Array.of(Number.NaN, 0))).toThrow(RangeError);
	});
});

test("block elimination gives the covariance of the dense inverse (seed 5)", () => {
	const problem = lines(5, squaredLoss);
	const equations = new NormalEquations(problem);
	problem.evaluate(new Float64Array(4), equations);
	const covariance = new Float64Array(1);
	expect(equations.sharedCovariance(covariance)).toBe(true);
	// Dense: variance of a slope with one intercept per group is 1 / Σ (t − mean_group)².
	let inverse = 0;
	const groups: number[][] = [[], [], []];
	problem.evaluate(new Float64Array(4), {
		needsJacobian: true,
		add: (_r, _w, _l, shared, block) => groups[block].push(shared[0]),
	});
	for (const g of groups) {
		const mean = g.reduce((s, v) => s + v, 0) / g.length;
		inverse += g.reduce((s, v) => s + (v - mean) ** 2, 0);
	}
	expect(covariance[0]).toBeCloseTo(1 / inverse, 9);
});

test.each([
	["cauchy", cauchyLoss(0.7)],
	["geman-mcclure", gemanMcClureLoss(0.7)],
])("%s loss: weight is the derivative of the value, 1 at zero", (_name, loss) => {
	expect(loss.value(0)).toBe(0);
	expect(loss.weight(0)).toBe(1);
	for (const s of [0.01, 0.5, 3, 100]) {
		expect(loss.weight(s)).toBeCloseTo((loss.value(s + 1e-6) - loss.value(s - 1e-6)) / 2e-6, 5);
	}
	expect(() => cauchyLoss(0)).toThrow(RangeError);
});

describe("gradient checker", () => {
	const steps = new Float64Array(2).fill(1e-5);
	test("passes a right Jacobian and names the wrong entry of a wrong one", () => {
		expect(checkGradients(rosenbrock, Float64Array.of(0.3, -0.4), steps).mismatches).toEqual([]);
		const wrong: LeastSquaresProblem = {
			...rosenbrock,
			evaluate(x, sink) {
				sink.add(10 * (x[1] - x[0] ** 2), 1, squaredLoss, Float64Array.of(-20 * x[0], 10), -1, none);
				sink.add(1 - x[0], 1, squaredLoss, Float64Array.of(1, 0), -1, none);
				return true;
			},
		};
		const report = checkGradients(wrong, Float64Array.of(0.3, -0.4), steps);
		expect(report.mismatches).toMatchObject([{ residual: 1, parameter: 0, analytic: 1 }]);
	});
});
