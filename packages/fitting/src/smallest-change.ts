import { choleskyFactor, choleskySolve } from "@anny-fitter/math";

/** What a change of parameters has to achieve, to first order. */
export interface LinearTask {
	/** Number of parameters. */
	readonly size: number;
	/** [size²] covariance of the change: what is likely costs little */
	readonly covariance: Float64Array;
	/** [rows*size] derivatives of the quantities */
	readonly rows: Float64Array;
	/** [rows] wanted change of each quantity */
	readonly wanted: Float64Array;
	/** [rows] how much a quantity may be missed before missing it costs as much as one σ of change */
	readonly slack: Float64Array;
	/** [size] bounds of the change; equal bounds pin a parameter */
	readonly lower: Float64Array;
	readonly upper: Float64Array;
}

/** More rounds than parameters that can reach a bound, with some let go again. */
const MAX_ROUNDS_PER_PARAMETER = 3;
/** A pinned parameter counts as exact: its variance is this share of its slackest. */
const PIN_SHARE = 1e-12;
const BOUND_TOLERANCE = 1e-9;

/**
 * The change d with the smallest ½ dᵀ Σ⁻¹ d + ½ Σ ((rows·d − wanted) / slack)² within the bounds: a convex quadratic
 * programme, solved by an active set in the dual (d = Σ Aᵀ λ, A the rows and the pinned parameters), so that Σ is never
 * inverted and may be singular. Starts from nothing pinned but what the bounds pin; a bound is taken in when it is
 * violated most, and let go when its multiplier has the wrong sign.
 *
 * @param out [size] the change
 * @param dual [size] receives Σ⁻¹ d
 */
export function smallestChange(out: Float64Array, dual: Float64Array, task: LinearTask): void {
	const { size, lower, upper } = task;
	// −1 at the lower bound, 1 at the upper, 2 at both, 0 free.
	const pins = new Int8Array(size);
	for (let p = 0; p < size; p++) pins[p] = lower[p] === upper[p] ? 2 : 0;
	const rounds = MAX_ROUNDS_PER_PARAMETER * size;
	for (let round = 0; round < rounds; round++) {
		const multipliers = solvePinned(out, dual, task, pins);
		const worst = mostViolated(out, lower, upper, pins);
		if (worst >= 0) {
			pins[worst] = out[worst] > upper[worst] ? 1 : -1;
			continue;
		}
		const wrong = mostWronglyPinned(multipliers, task, pins);
		if (wrong < 0) break;
		pins[wrong] = 0;
	}
	for (let p = 0; p < size; p++) out[p] = Math.min(upper[p], Math.max(lower[p], out[p]));
}

/**
 * The change with some parameters pinned to their bounds.
 *
 * @returns [size] per pinned parameter how the cost grows with its bound, 0 elsewhere
 */
function solvePinned(out: Float64Array, dual: Float64Array, task: LinearTask, pins: Int8Array): Float64Array {
	const { size, covariance, rows, wanted, slack, lower, upper } = task;
	const rowCount = wanted.length;
	const pinned: number[] = [];
	for (let p = 0; p < size; p++) if (pins[p] !== 0) pinned.push(p);
	const count = rowCount + pinned.length;
	// Σ Aᵀ, one row per constraint.
	const spread = new Float64Array(count * size);
	for (let r = 0; r < rowCount; r++) {
		for (let p = 0; p < size; p++) {
			const derivative = rows[r * size + p];
			if (derivative === 0) continue;
			for (let q = 0; q < size; q++) spread[r * size + q] += derivative * covariance[p * size + q];
		}
	}
	for (let i = 0; i < pinned.length; i++) {
		const from = pinned[i] * size;
		spread.set(covariance.subarray(from, from + size), (rowCount + i) * size);
	}
	const gram = new Float64Array(count * count);
	const lambda = new Float64Array(count);
	for (let i = 0; i < count; i++) {
		const pin = i < rowCount ? -1 : pinned[i - rowCount];
		for (let j = 0; j <= i; j++) {
			let sum = 0;
			if (pin >= 0) sum = spread[j * size + pin];
			else for (let p = 0; p < size; p++) sum += rows[i * size + p] * spread[j * size + p];
			gram[i * count + j] = sum;
		}
		const exactness = pin < 0 ? slack[i] ** 2 : PIN_SHARE * (covariance[pin * size + pin] + PIN_SHARE);
		gram[i * count + i] += exactness;
		lambda[i] = pin < 0 ? wanted[i] : pins[pin] < 0 ? lower[pin] : upper[pin];
	}
	const multipliers = new Float64Array(size);
	out.fill(0);
	dual.fill(0);
	if (!choleskyFactor(gram, count)) return multipliers;
	choleskySolve(gram, count, lambda);
	for (let i = 0; i < count; i++) {
		for (let p = 0; p < size; p++) out[p] += lambda[i] * spread[i * size + p];
	}
	for (let i = 0; i < rowCount; i++) {
		for (let p = 0; p < size; p++) dual[p] += lambda[i] * rows[i * size + p];
	}
	for (let i = 0; i < pinned.length; i++) {
		multipliers[pinned[i]] = lambda[rowCount + i];
		dual[pinned[i]] += lambda[rowCount + i];
	}
	return multipliers;
}

/** Parameter that is furthest outside its bounds, −1 when none is. */
function mostViolated(change: Float64Array, lower: Float64Array, upper: Float64Array, pins: Int8Array): number {
	let worst = -1;
	let excess = BOUND_TOLERANCE;
	for (let p = 0; p < change.length; p++) {
		if (pins[p] !== 0) continue;
		const beyond = Math.max(change[p] - upper[p], lower[p] - change[p]);
		if (beyond <= excess) continue;
		worst = p;
		excess = beyond;
	}
	return worst;
}

/** Parameter whose bound holds it back from where it would not go anyway, −1 when there is none. */
function mostWronglyPinned(multipliers: Float64Array, { covariance, size }: LinearTask, pins: Int8Array): number {
	let wrong = -1;
	let most = 1e-9;
	for (let p = 0; p < size; p++) {
		if (pins[p] === 0 || pins[p] === 2) continue;
		const pull = pins[p] * multipliers[p] * Math.sqrt(covariance[p * size + p]);
		if (pull <= most) continue;
		wrong = p;
		most = pull;
	}
	return wrong;
}
