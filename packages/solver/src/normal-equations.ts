import { choleskyFactor, choleskySolve, invertPositiveDefinite } from "@anny-fitter/math";
import type { Loss } from "./loss.js";
import type { ProblemLayout, ResidualSink } from "./problem.js";
import { parameterCount } from "./problem.js";

/**
 * Gauss–Newton normal equations H δ = −g of a block-arrow problem, accumulated row by row and solved by
 * eliminating each block (Schur complement; Triggs et al. 2000, section 6).
 */
export class NormalEquations implements ResidualSink {
	readonly needsJacobian = true;
	/** ½ Σ weight ρ(r²) of the residuals seen since {@link reset}. */
	cost = 0;
	/** [total] gradient of the cost. */
	readonly gradient: Float64Array;
	/** [shared*shared] lower triangle */
	readonly #shared: Float64Array;
	/** per block: [n*shared] coupling, [n*n] lower triangle */
	readonly #coupling: Float64Array[];
	readonly #block: Float64Array[];
	readonly #offsets: number[];
	readonly #layout: ProblemLayout;
	readonly #solveScratch: { shared: Float64Array; rhs: Float64Array; block: Float64Array[]; coupling: Float64Array[] };

	constructor(layout: ProblemLayout) {
		const s = layout.sharedCount;
		this.#layout = layout;
		this.gradient = new Float64Array(parameterCount(layout));
		this.#shared = new Float64Array(s * s);
		this.#coupling = layout.blockCounts.map((n) => new Float64Array(n * s));
		this.#block = layout.blockCounts.map((n) => new Float64Array(n * n));
		this.#offsets = [];
		let offset = s;
		for (const n of layout.blockCounts) {
			this.#offsets.push(offset);
			offset += n;
		}
		this.#solveScratch = {
			shared: new Float64Array(s * s),
			rhs: new Float64Array(this.gradient.length),
			block: this.#block.map((b) => new Float64Array(b.length)),
			coupling: this.#coupling.map((c) => new Float64Array(c.length)),
		};
	}

	reset(): void {
		this.cost = 0;
		this.gradient.fill(0);
		this.#shared.fill(0);
		for (const c of this.#coupling) c.fill(0);
		for (const b of this.#block) b.fill(0);
	}

	add(residual: number, weight: number, loss: Loss, shared: Float64Array, block: number, blockRow: Float64Array): void {
		const squared = residual * residual;
		this.cost += 0.5 * weight * loss.value(squared);
		const w = weight * loss.weight(squared);
		if (w === 0) return;
		const s = this.#layout.sharedCount;
		const wr = w * residual;
		const gradient = this.gradient;
		const sharedBlock = this.#shared;
		for (let i = 0; i < s; i++) {
			const a = shared[i];
			if (a === 0) continue;
			gradient[i] += wr * a;
			const wa = w * a;
			const row = i * s;
			for (let j = 0; j <= i; j++) sharedBlock[row + j] += wa * shared[j];
		}
		if (block < 0) return;
		const n = this.#layout.blockCounts[block];
		const offset = this.#offsets[block];
		const coupling = this.#coupling[block];
		const own = this.#block[block];
		for (let i = 0; i < n; i++) {
			const a = blockRow[i];
			if (a === 0) continue;
			gradient[offset + i] += wr * a;
			const wa = w * a;
			for (let j = 0, row = i * s; j < s; j++) coupling[row + j] += wa * shared[j];
			for (let j = 0, row = i * n; j <= i; j++) own[row + j] += wa * blockRow[j];
		}
	}

	/** Diagonal entry of H for parameter `index`. */
	diagonal(index: number): number {
		const s = this.#layout.sharedCount;
		if (index < s) return this.#shared[index * s + index];
		const block = this.#blockOf(index);
		const n = this.#layout.blockCounts[block];
		const i = index - this.#offsets[block];
		return this.#block[block][i * n + i];
	}

	/**
	 * Solves (H + diag(damping)) δ = −g with the parameters of `fixed` held.
	 *
	 * @param step [total] receives δ (zero where fixed)
	 * @param damping [total] added to the diagonal
	 * @param fixed [total] non-zero where a parameter must not move
	 * @returns false when the matrix is not positive definite
	 */
	solve(step: Float64Array, damping: Float64Array, fixed: Uint8Array): boolean {
		const s = this.#layout.sharedCount;
		const { shared, rhs, block, coupling } = this.#solveScratch;
		for (let i = 0; i < rhs.length; i++) rhs[i] = fixed[i] ? 0 : -this.gradient[i];
		copyDamped(shared, this.#shared, s, 0, damping, fixed);
		for (let b = 0; b < block.length; b++) {
			const n = this.#layout.blockCounts[b];
			const offset = this.#offsets[b];
			copyDamped(block[b], this.#block[b], n, offset, damping, fixed);
			if (!choleskyFactor(block[b], n)) return false;
			const source = this.#coupling[b];
			// Rows of `solved` are columns of B⁻¹ C: stored transposed, [s*n], so that each solve is contiguous.
			const solved = coupling[b];
			for (let j = 0; j < s; j++) {
				for (let i = 0; i < n; i++) solved[j * n + i] = fixed[j] || fixed[offset + i] ? 0 : source[i * s + j];
			}
			choleskySolve(block[b], n, solved, s);
			const own = rhs.subarray(offset, offset + n);
			for (let i = 0; i < s; i++) {
				if (fixed[i]) continue;
				const row = i * s;
				for (let j = 0; j <= i; j++) {
					if (fixed[j]) continue;
					let sum = 0;
					for (let k = 0; k < n; k++) if (!fixed[offset + k]) sum += source[k * s + i] * solved[j * n + k];
					shared[row + j] -= sum;
				}
				let sum = 0;
				for (let k = 0; k < n; k++) sum += solved[i * n + k] * own[k];
				rhs[i] -= sum;
			}
		}
		if (!choleskyFactor(shared, s)) return false;
		choleskySolve(shared, s, rhs);
		for (let b = 0; b < block.length; b++) {
			const n = this.#layout.blockCounts[b];
			const offset = this.#offsets[b];
			const own = rhs.subarray(offset, offset + n);
			choleskySolve(block[b], n, own);
			const solved = coupling[b];
			for (let i = 0; i < s; i++) {
				const d = rhs[i];
				if (d !== 0) for (let k = 0; k < n; k++) own[k] -= solved[i * n + k] * d;
			}
		}
		step.set(rhs);
		return true;
	}

	/**
	 * Posterior covariance of the shared parameters, the blocks marginalised out: the inverse of the Schur complement.
	 *
	 * @param out [shared*shared] symmetric
	 * @returns false when the problem does not determine them
	 */
	sharedCovariance(out: Float64Array): boolean {
		const s = this.#layout.sharedCount;
		const schur = this.#shared.slice();
		for (let b = 0; b < this.#block.length; b++) {
			const n = this.#layout.blockCounts[b];
			const factor = this.#block[b].slice();
			// A whisper of damping: a block parameter that nothing observes must not spoil the shared ones.
			for (let i = 0; i < n; i++) factor[i * n + i] += 1e-12 * (1 + factor[i * n + i]);
			if (!choleskyFactor(factor, n)) return false;
			const source = this.#coupling[b];
			const solved = new Float64Array(s * n);
			for (let j = 0; j < s; j++) for (let i = 0; i < n; i++) solved[j * n + i] = source[i * s + j];
			choleskySolve(factor, n, solved, s);
			for (let i = 0; i < s; i++) {
				for (let j = 0; j <= i; j++) {
					let sum = 0;
					for (let k = 0; k < n; k++) sum += source[k * s + i] * solved[j * n + k];
					schur[i * s + j] -= sum;
				}
			}
		}
		return invertPositiveDefinite(out, schur, s);
	}

	#blockOf(index: number): number {
		let block = 0;
		while (block + 1 < this.#offsets.length && index >= this.#offsets[block + 1]) block++;
		return block;
	}
}

/** Lower triangle of `source` plus damping; rows and columns of fixed parameters become the identity's. */
function copyDamped(
	out: Float64Array,
	source: Float64Array,
	n: number,
	offset: number,
	damping: Float64Array,
	fixed: Uint8Array,
): void {
	for (let i = 0; i < n; i++) {
		const held = fixed[offset + i];
		for (let j = 0; j < i; j++) out[i * n + j] = held || fixed[offset + j] ? 0 : source[i * n + j];
		out[i * n + i] = held ? 1 : source[i * n + i] + damping[offset + i];
	}
}
