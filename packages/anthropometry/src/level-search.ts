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
	if (best === 0 || best === samples - 1) {
		return { t: best * step, value: values[best], isAtEdge: true, prominence: 0 };
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
		const shift = Math.max(-1, Math.min(1, (0.5 * (before - after)) / curvature));
		const candidate = evaluate(t + shift * width);
		if (sign * candidate <= sign * value) break;
		t += shift * width;
		value = candidate;
		if (round > 0) break;
		width = step / 4;
		before = evaluate(t - width);
		after = evaluate(t + width);
	}
	return { t, value, isAtEdge: false, prominence: sign * value - Math.max(first, last) };
}
