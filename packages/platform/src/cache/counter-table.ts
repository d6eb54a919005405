interface Counter {
	count: number;
	readonly endsAt_ms: number;
}

/** About 100 bytes each. A counter that is pushed out starts again, so the bound is far above what one window sees. */
const MAX_COUNTERS = 100_000;

/** Counters of one process, each with a window that starts with its first count. */
export class CounterTable {
	readonly #now_ms: () => number;
	readonly #counters = new Map<string, Counter>();

	/** @param now_ms milliseconds since 1970 */
	constructor(now_ms: () => number) {
		this.#now_ms = now_ms;
	}

	count(key: string, window_ms: number): { count: number; left_ms: number } {
		if (!(window_ms > 0)) throw new RangeError("a counter needs a positive window");
		const now_ms = this.#now_ms();
		const known = this.#counters.get(key);
		if (known !== undefined && known.endsAt_ms > now_ms) {
			known.count++;
			return { count: known.count, left_ms: known.endsAt_ms - now_ms };
		}
		this.#put(key, { count: 1, endsAt_ms: now_ms + window_ms });
		return { count: 1, left_ms: window_ms };
	}

	/** Takes over what another counter says, so that counting can go on here when that one is lost. */
	adopt(key: string, count: number, left_ms: number): void {
		this.#put(key, { count, endsAt_ms: this.#now_ms() + left_ms });
	}

	delete(keys: readonly string[]): void {
		for (const key of keys) this.#counters.delete(key);
	}

	clear(): void {
		this.#counters.clear();
	}

	#put(key: string, counter: Counter): void {
		this.#counters.delete(key);
		this.#counters.set(key, counter);
		if (this.#counters.size <= MAX_COUNTERS) return;
		const now_ms = this.#now_ms();
		for (const [other, { endsAt_ms }] of this.#counters) {
			if (endsAt_ms <= now_ms) this.#counters.delete(other);
		}
		for (const other of this.#counters.keys()) {
			if (this.#counters.size <= MAX_COUNTERS * 0.9) break;
			this.#counters.delete(other);
		}
	}
}
