import type { Loss } from "./loss.js";
import type { LeastSquaresProblem, ResidualSink } from "./problem.js";
import { parameterCount } from "./problem.js";

export interface GradientMismatch {
	readonly residual: number;
	readonly parameter: number;
	readonly analytic: number;
	readonly numeric: number;
}

export interface GradientReport {
	readonly residualCount: number;
	/** Largest |analytic − numeric| / max(1, |numeric|) over all entries. */
	readonly worstError: number;
	/** Entries beyond the tolerance, worst first. */
	readonly mismatches: readonly GradientMismatch[];
}

/**
 * Compares every analytic Jacobian entry with central differences.
 *
 * @param steps [total] finite-difference step per parameter
 * @throws RangeError when the number or value of residuals depends on whether Jacobians are wanted
 */
export function checkGradients(
	problem: LeastSquaresProblem,
	x: Float64Array,
	steps: Float64Array,
	tolerance = 1e-5,
): GradientReport {
	const total = parameterCount(problem);
	const collect = (point: Float64Array, needsJacobian: boolean): RowCollector => {
		const rows = new RowCollector(problem.sharedCount, problem.blockCounts, total, needsJacobian);
		if (!problem.evaluate(point, rows)) throw new RangeError("The point to check must be feasible.");
		return rows;
	};
	const analytic = collect(x, true);
	const plain = collect(x, false);
	if (plain.residuals.length !== analytic.residuals.length) {
		throw new RangeError("The number of residuals depends on whether Jacobians are wanted.");
	}
	for (let r = 0; r < plain.residuals.length; r++) {
		if (plain.residuals[r] !== analytic.residuals[r])
			throw new RangeError(`Residual ${r} depends on the Jacobian flag.`);
	}
	const mismatches: (GradientMismatch & { error: number })[] = [];
	let worstError = 0;
	const point = x.slice();
	for (let p = 0; p < total; p++) {
		point[p] = x[p] + steps[p];
		const above = collect(point, false).residuals;
		point[p] = x[p] - steps[p];
		const below = collect(point, false).residuals;
		point[p] = x[p];
		for (let r = 0; r < above.length; r++) {
			const numeric = (above[r] - below[r]) / (2 * steps[p]);
			const value = analytic.rows[r][p];
			const error = Math.abs(value - numeric) / Math.max(1, Math.abs(numeric));
			worstError = Math.max(worstError, error);
			if (!(error <= tolerance)) mismatches.push({ residual: r, parameter: p, analytic: value, numeric, error });
		}
	}
	mismatches.sort((a, b) => b.error - a.error);
	return { residualCount: analytic.residuals.length, worstError, mismatches };
}

class RowCollector implements ResidualSink {
	readonly residuals: number[] = [];
	readonly rows: Float64Array[] = [];
	readonly #offsets: number[] = [];

	constructor(
		readonly sharedCount: number,
		readonly blockCounts: readonly number[],
		readonly total: number,
		readonly needsJacobian: boolean,
	) {
		let offset = sharedCount;
		for (const n of blockCounts) {
			this.#offsets.push(offset);
			offset += n;
		}
	}

	add(
		residual: number,
		_weight: number,
		_loss: Loss,
		shared: Float64Array,
		block: number,
		blockRow: Float64Array,
	): void {
		this.residuals.push(residual);
		if (!this.needsJacobian) return;
		const row = new Float64Array(this.total);
		row.set(shared.subarray(0, this.sharedCount));
		if (block >= 0) row.set(blockRow.subarray(0, this.blockCounts[block]), this.#offsets[block]);
		this.rows.push(row);
	}
}
