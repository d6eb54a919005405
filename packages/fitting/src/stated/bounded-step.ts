import { choleskyFactor, choleskySolve } from "@anny-fitter/math";

/**
 * Minimises ½ (x − x₀)ᵀ H (x − x₀) + gᵀ (x − x₀) within bounds. What would leave its bounds is put on them, the others are
 * solved for again, until none leaves: the minimum for the few bounds that bodies reach, and never outside them.
 *
 * @param out [n] receives x; must not alias `x0`
 * @param hessian [n*n] symmetric positive definite
 * @param gradient [n] at x₀
 * @param x0 [n] within the bounds
 */
export function boundedStep(
	out: Float64Array,
	hessian: Float64Array,
	gradient: Float64Array,
	x0: Float64Array,
	lower: Float64Array,
	upper: Float64Array,
): void {
	const n = x0.length;
	const step = new Float64Array(n);
	let free = Array.from({ length: n }, (_, i) => i);
	for (;;) {
		const count = free.length;
		const factor = new Float64Array(count * count);
		const right = new Float64Array(count);
		const isFree = new Uint8Array(n);
		for (const p of free) isFree[p] = 1;
		for (let i = 0; i < count; i++) {
			const p = free[i];
			let sum = -gradient[p];
			for (let q = 0; q < n; q++) if (isFree[q] === 0) sum -= hessian[p * n + q] * step[q];
			right[i] = sum;
			for (let j = 0; j <= i; j++) factor[i * count + j] = hessian[p * n + free[j]];
		}
		if (!choleskyFactor(factor, count)) throw new RangeError("The Hessian must be positive definite.");
		choleskySolve(factor, count, right);
		const kept: number[] = [];
		for (let i = 0; i < count; i++) {
			const p = free[i];
			const low = lower[p] - x0[p];
			const high = upper[p] - x0[p];
			step[p] = Math.min(high, Math.max(low, right[i]));
			if (right[i] >= low && right[i] <= high) kept.push(p);
		}
		if (kept.length === count) break;
		free = kept;
	}
	for (let p = 0; p < n; p++) out[p] = x0[p] + step[p];
}
