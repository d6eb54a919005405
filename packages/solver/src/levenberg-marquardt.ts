import type { Loss } from "./loss.js";
import { NormalEquations } from "./normal-equations.js";
import type { LeastSquaresProblem, ResidualSink } from "./problem.js";
import { parameterCount } from "./problem.js";

export type StopReason =
	| "cost_converged"
	| "step_converged"
	| "gradient_converged"
	| "max_iterations"
	| "no_progress"
	| "infeasible_start"
	| "aborted";

export interface SolverOptions {
	readonly maxIterations?: number;
	/** Stop when an accepted step lowers the cost by less than this fraction. Default 1e-6. */
	readonly costTolerance?: number;
	/** Stop when the step is shorter than this fraction of the parameters' length. Default 1e-8. */
	readonly stepTolerance?: number;
	/** Stop when the largest free component of the gradient is below this. Default 1e-10. */
	readonly gradientTolerance?: number;
	/** First damping, relative to the diagonal of H. Default 1e-3. */
	readonly initialDamping?: number;
	/** Largest change of each parameter in one step ([total]); a longer step is scaled back as a whole. */
	readonly stepLimits?: Float64Array;
	/** Parameters to hold at their start value ([total], non-zero = hold). */
	readonly hold?: Uint8Array;
	/** Checked before every iteration; an `AbortSignal` will do. */
	readonly signal?: { readonly aborted: boolean };
	readonly onIteration?: (iteration: {
		readonly index: number;
		readonly cost: number;
		readonly damping: number;
	}) => void;
}

export interface SolverSummary {
	/** [total] the best point found */
	readonly x: Float64Array;
	readonly stopReason: StopReason;
	readonly converged: boolean;
	readonly iterations: number;
	readonly costHistory: readonly number[];
	/** Normal equations at `x`, undamped: gradient and covariance come from here. */
	readonly equations: NormalEquations;
}

/**
 * Minimises a nonlinear least-squares problem within bounds by Levenberg–Marquardt with Marquardt's diagonal
 * scaling and Nielsen's damping rule (Madsen, Nielsen & Tingleff 2004, algorithm 3.16). Parameters at a bound
 * whose gradient points outwards are held for the step; steps are clipped to the box.
 *
 * Not converging is a result, not an error. `start` is left unchanged.
 *
 * @throws RangeError when `start` has the wrong length or a value that is not finite
 */
export function minimizeLeastSquares(
	problem: LeastSquaresProblem,
	start: Float64Array,
	options: SolverOptions = {},
): SolverSummary {
	const total = parameterCount(problem);
	if (start.length !== total) throw new RangeError(`The start has ${start.length} parameters, the problem ${total}.`);
	if (!start.every(Number.isFinite)) throw new RangeError("The start must be finite.");
	const maxIterations = options.maxIterations ?? 50;
	const costTolerance = options.costTolerance ?? 1e-6;
	const stepTolerance = options.stepTolerance ?? 1e-8;
	const gradientTolerance = options.gradientTolerance ?? 1e-10;

	const equations = new NormalEquations(problem);
	const costOnly = new CostSink();
	const x = Float64Array.from(start, (v, i) => Math.min(problem.upper[i], Math.max(problem.lower[i], v)));
	const trial = new Float64Array(total);
	const step = new Float64Array(total);
	const dampingVector = new Float64Array(total);
	const scale = new Float64Array(total);
	const fixed = new Uint8Array(total);
	const costHistory: number[] = [];
	const finish = (stopReason: StopReason, iterations: number): SolverSummary => ({
		x,
		stopReason,
		converged: stopReason.endsWith("_converged"),
		iterations,
		costHistory,
		equations,
	});

	if (!problem.evaluate(x, equations)) return finish("infeasible_start", 0);
	costHistory.push(equations.cost);
	let damping = options.initialDamping ?? 1e-3;
	let growth = 2;
	let iteration = 0;
	while (iteration < maxIterations) {
		if (options.signal?.aborted) return finish("aborted", iteration);
		let steepest = 0;
		for (let i = 0; i < total; i++) {
			const g = equations.gradient[i];
			const outward = (x[i] <= problem.lower[i] && g > 0) || (x[i] >= problem.upper[i] && g < 0);
			fixed[i] = outward || options.hold?.[i] ? 1 : 0;
			if (!fixed[i]) steepest = Math.max(steepest, Math.abs(g));
			// The scale never shrinks (Moré 1978): a parameter that is briefly unobserved must not run away.
			scale[i] = Math.max(scale[i], equations.diagonal(i), 1e-9);
		}
		if (steepest < gradientTolerance) return finish("gradient_converged", iteration);

		iteration++;
		let accepted = false;
		while (!accepted) {
			for (let i = 0; i < total; i++) dampingVector[i] = damping * scale[i];
			let predicted = 0;
			let stepLength = 0;
			let length = 0;
			if (equations.solve(step, dampingVector, fixed)) {
				limitStep(step, options.stepLimits);
				for (let i = 0; i < total; i++) {
					trial[i] = Math.min(problem.upper[i], Math.max(problem.lower[i], x[i] + step[i]));
					const d = trial[i] - x[i];
					predicted += 0.5 * d * (dampingVector[i] * d - equations.gradient[i]);
					stepLength += d * d;
					length += x[i] * x[i];
				}
				if (Math.sqrt(stepLength) <= stepTolerance * (Math.sqrt(length) + stepTolerance)) {
					return finish("step_converged", iteration);
				}
				costOnly.reset();
				const feasible = problem.evaluate(trial, costOnly);
				const gain = equations.cost - costOnly.cost;
				if (feasible && gain > 0) {
					const relative = gain / equations.cost;
					const ratio = predicted > 0 ? gain / predicted : 1;
					x.set(trial);
					equations.reset();
					problem.evaluate(x, equations);
					costHistory.push(equations.cost);
					options.onIteration?.({ index: iteration, cost: equations.cost, damping });
					damping = Math.max(1e-12, damping * Math.max(1 / 3, 1 - (2 * ratio - 1) ** 3));
					growth = 2;
					accepted = true;
					if (relative < costTolerance) return finish("cost_converged", iteration);
					continue;
				}
			}
			damping *= growth;
			growth *= 2;
			if (damping > 1e12) return finish("no_progress", iteration);
		}
	}
	return finish("max_iterations", iteration);
}

class CostSink implements ResidualSink {
	readonly needsJacobian = false;
	cost = 0;
	reset(): void {
		this.cost = 0;
	}
	add(residual: number, weight: number, loss: Loss): void {
		this.cost += 0.5 * weight * loss.value(residual * residual);
	}
}

function limitStep(step: Float64Array, limits: Float64Array | undefined): void {
	if (!limits) return;
	let factor = 1;
	for (let i = 0; i < step.length; i++) {
		const size = Math.abs(step[i]);
		if (size > limits[i]) factor = Math.min(factor, limits[i] / size);
	}
	if (factor < 1) for (let i = 0; i < step.length; i++) step[i] *= factor;
}
