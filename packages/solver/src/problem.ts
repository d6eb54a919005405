import type { Loss } from "./loss.js";

/**
 * Sizes of a block-arrow problem: `shared` parameters touch every residual (a person's shape), each block's
 * parameters only that block's residuals (one photo's pose and camera). A dense problem has no blocks.
 * The parameter vector is [shared, block 0, block 1, …].
 */
export interface ProblemLayout {
	readonly sharedCount: number;
	readonly blockCounts: readonly number[];
}

/** Receives the residuals of one evaluation. */
export interface ResidualSink {
	/** Whether Jacobian rows are wanted; when false, pass any rows. */
	readonly needsJacobian: boolean;
	/**
	 * Adds one whitened residual (already divided by its σ).
	 *
	 * @param weight constant factor on the residual's cost, not robustified (≥ 0)
	 * @param shared [sharedCount] derivative with respect to the shared parameters
	 * @param block index of the block the residual belongs to, or −1
	 * @param blockRow [blockCounts[block]] derivative with respect to that block's parameters
	 */
	add(residual: number, weight: number, loss: Loss, shared: Float64Array, block: number, blockRow: Float64Array): void;
}

/** A nonlinear least-squares problem: minimise ½ Σ weightᵢ ρᵢ(rᵢ(x)²) within bounds. */
export interface LeastSquaresProblem extends ProblemLayout {
	/** Lower and upper bound per parameter ([total]; ±Infinity where free). */
	readonly lower: Float64Array;
	readonly upper: Float64Array;
	/**
	 * Sends every residual at `x` to the sink, in a fixed order and number. Residuals must not depend on
	 * whether Jacobians are wanted.
	 *
	 * @returns false when `x` is infeasible (a point behind the camera): the step is then refused
	 */
	evaluate(x: Float64Array, sink: ResidualSink): boolean;
}

/** Number of parameters of a layout. */
export function parameterCount(layout: ProblemLayout): number {
	return layout.blockCounts.reduce((sum, n) => sum + n, layout.sharedCount);
}
