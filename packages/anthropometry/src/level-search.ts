/** Where a searched girth was found. */
export interface LevelSearch {
	/** Place between 0 and 1. */
	t: number;
	/** Value there. */
	value: number;
	/** True if the value only grows (or falls) towards an end of the range: no extremum inside. */
	isAtEdge: boolean;
	/** How far the value stands out from the more extreme end of the range, ≥ 0; 0 at the edge. */
	prominence: number;
	/** How it was found, for {@link pullSearch}. */
	readonly trace: SearchTrace;
}

/** The choices of a search. */
interface SearchTrace {
	readonly sign: 1 | -1;
	/** The more extreme end of the range: 0 or 1. */
	readonly end: number;
	/** Steps to the vertex of a parabola that were taken. */
	readonly steps: readonly ParabolaStep[];
}

/** From t to t + shift × width, by values `before`, at and `after` t that lie a width apart. */
interface ParabolaStep {
	readonly t: number;
	readonly width: number;
	readonly shift: number;
	/** `before` − 2 × value + `after`; 0 where the shift was cut off, and so depends on no value. */
	readonly curvature: number;
}

/**
 * Extremum of a function on [0, 1]: equal samples, then two parabolas through the best sample and its neighbours. The
 * value found depends continuously on the function, also where the place of the extremum jumps.
 *
 * @param evaluate the function; called about `samples` + 2 times.
 * @param samples number of equal samples, at least 3.
 * @param sign 1 for a maximum, −1 for a minimum.
 */
export function searchExtremum(evaluate: (t: number) => number, samples: number, sign: 1 | -1): LevelSearch {
	const step = 1 / (samples - 1);
	const values = new Float64Array(samples);
	let best = 0;
	for (let i = 0; i < samples; i++) {
		values[i] = evaluate(i * step);
		if (sign * values[i] > sign * values[best]) best = i;
	}
	const first = sign * values[0];
	const last = sign * values[samples - 1];
	const steps: ParabolaStep[] = [];
	const trace = { sign, end: first >= last ? 0 : 1, steps };
	if (best === 0 || best === samples - 1) {
		return { t: best * step, value: values[best], isAtEdge: true, prominence: 0, trace };
	}
	let t = best * step;
	let value = values[best];
	let width = step;
	let before = values[best - 1];
	let after = values[best + 1];
	for (let round = 0; round < 2; round++) {
		const curvature = before - 2 * value + after;
		if (sign * curvature >= 0) break;
		// Never beyond the neighbours: a nearly straight profile would throw the vertex far out of the range.
		const vertex = (0.5 * (before - after)) / curvature;
		const shift = Math.max(-1, Math.min(1, vertex));
		const candidate = evaluate(t + shift * width);
		if (sign * candidate <= sign * value) break;
		steps.push({ t, width, shift, curvature: shift === vertex ? curvature : 0 });
		t += shift * width;
		value = candidate;
		if (round > 0) break;
		width = step / 4;
		before = evaluate(t - width);
		after = evaluate(t + width);
	}
	return { t, value, isAtEdge: false, prominence: sign * value - Math.max(first, last), trace };
}

/** Derivatives of a value by what a search found. */
export interface SearchWeights {
	readonly t: number;
	readonly value: number;
	readonly prominence: number;
}

/**
 * Pull back what a search found, through the search itself: the place found moves with the samples that its parabolas run
 * through, so the derivative is that of the number computed, not of an ideal extremum.
 *
 * @param pull pulls back the function's value at a fixed t: given t and a weight it adds the derivatives by everything
 * else, and returns the weight times the function's slope in t.
 */
export function pullSearch(
	search: LevelSearch,
	weights: SearchWeights,
	pull: (t: number, weight: number) => number,
): void {
	const { steps, sign, end } = search.trace;
	const pullIfAny = (t: number, weight: number): number => (weight === 0 ? 0 : pull(t, weight));
	let byT = weights.t;
	let byValue = weights.value;
	if (!search.isAtEdge && weights.prominence !== 0) {
		byValue += sign * weights.prominence;
		pull(end, -sign * weights.prominence);
	}
	let { t } = search;
	for (let i = steps.length - 1; i >= 0; i--) {
		const { width, shift, curvature } = steps[i];
		byT += pullIfAny(t, byValue);
		const byShift = curvature === 0 ? 0 : (byT * width) / curvature;
		t = steps[i].t;
		byValue = 2 * shift * byShift;
		// The first step's samples stand still; the second's move with the place it starts from.
		const slopes = pullIfAny(t - width, (0.5 - shift) * byShift) + pullIfAny(t + width, (-0.5 - shift) * byShift);
		byT = i > 0 ? byT + slopes : 0;
	}
	pullIfAny(t, byValue);
}
