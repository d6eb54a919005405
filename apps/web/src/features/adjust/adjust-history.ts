/** Steps that can be taken back and forth. */
export interface History<T> {
	readonly past: readonly T[];
	readonly present: T;
	readonly future: readonly T[];
	/** What the last step changed; further changes of the same within a moment belong to it. */
	readonly lastKey: string | null;
	readonly lastAt_ms: number;
}

/** A drag is one step, however many values it passes. */
const MOMENT_MS = 1000;
/** More than anybody takes back. */
const MAX_STEPS = 200;

/** A history of one step. */
export function startHistory<T>(present: T): History<T> {
	return { past: [], present, future: [], lastKey: null, lastAt_ms: Number.NEGATIVE_INFINITY };
}

/**
 * Adds a step. What had been taken back is gone then.
 *
 * @param key what is changed; null: a step of its own
 */
export function record<T>(history: History<T>, next: T, key: string | null, now_ms: number): History<T> {
	const isSame = key !== null && key === history.lastKey && now_ms - history.lastAt_ms < MOMENT_MS;
	const past = isSame ? history.past : [...history.past, history.present].slice(-MAX_STEPS);
	return { past, present: next, future: [], lastKey: key, lastAt_ms: now_ms };
}

/** Replaces a step wherever it stands, as when its result has become known. */
export function amend<T>(history: History<T>, change: (step: T) => T): History<T> {
	return {
		...history,
		past: history.past.map(change),
		present: change(history.present),
		future: history.future.map(change),
	};
}

/** Goes a step back, if there is one. */
export function undo<T>(history: History<T>): History<T> {
	const previous = history.past.at(-1);
	if (previous === undefined) return history;
	return {
		past: history.past.slice(0, -1),
		present: previous,
		future: [history.present, ...history.future],
		lastKey: null,
		lastAt_ms: Number.NEGATIVE_INFINITY,
	};
}

/** Goes a step forth again, if one was taken back. */
export function redo<T>(history: History<T>): History<T> {
	const [next, ...future] = history.future;
	if (next === undefined) return history;
	return {
		past: [...history.past, history.present],
		present: next,
		future,
		lastKey: null,
		lastAt_ms: Number.NEGATIVE_INFINITY,
	};
}
