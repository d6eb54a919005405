import type { Cache } from "./cache.js";
import { CounterTable } from "./counter-table.js";

interface Entry {
	/** JSON, so that a reader cannot change what others read. */
	readonly json: string;
	readonly endsAt_ms: number;
}

export interface ProcessCacheOptions {
	/** The least recently used value leaves when there are more. */
	readonly maxEntries: number;
	/** Characters of JSON, all values together. */
	readonly maxSize_chars: number;
	/** Milliseconds since 1970; tests move it. */
	readonly now_ms: () => number;
}

/** Values and counters of one process. */
export class ProcessCache implements Cache {
	readonly kind = "process";
	readonly #options: ProcessCacheOptions;
	readonly #counters: CounterTable;
	/** In the order of use, the oldest first. */
	readonly #entries = new Map<string, Entry>();
	#size_chars = 0;

	constructor(options: ProcessCacheOptions) {
		this.#options = options;
		this.#counters = new CounterTable(options.now_ms);
	}

	async get(key: string): Promise<unknown> {
		const entry = this.#entries.get(key);
		if (entry === undefined) return undefined;
		this.#remove(key);
		if (entry.endsAt_ms <= this.#options.now_ms()) return undefined;
		this.#add(key, entry);
		return JSON.parse(entry.json) as unknown;
	}

	async set(key: string, value: unknown, lifetime_ms: number): Promise<void> {
		const json = toJson(value, lifetime_ms);
		this.#remove(key);
		if (json.length > this.#options.maxSize_chars) return;
		this.#add(key, { json, endsAt_ms: this.#options.now_ms() + lifetime_ms });
		while (this.#entries.size > this.#options.maxEntries || this.#size_chars > this.#options.maxSize_chars) {
			const oldest = this.#entries.keys().next().value;
			if (oldest === undefined) break;
			this.#remove(oldest);
		}
	}

	async delete(...keys: string[]): Promise<void> {
		for (const key of keys) this.#remove(key);
		this.#counters.delete(keys);
	}

	async count(key: string, window_ms: number): Promise<{ count: number; left_ms: number }> {
		return this.#counters.count(key, window_ms);
	}

	async ping(): Promise<void> {}

	async close(): Promise<void> {
		this.#entries.clear();
		this.#size_chars = 0;
		this.#counters.clear();
	}

	#add(key: string, entry: Entry): void {
		this.#entries.set(key, entry);
		this.#size_chars += entry.json.length;
	}

	#remove(key: string): void {
		const entry = this.#entries.get(key);
		if (entry === undefined) return;
		this.#entries.delete(key);
		this.#size_chars -= entry.json.length;
	}
}

/** @throws TypeError when the value is no JSON value; RangeError when the lifetime is not positive */
export function toJson(value: unknown, lifetime_ms: number): string {
	if (!(lifetime_ms > 0)) throw new RangeError("a cached value needs a positive lifetime");
	const json: string | undefined = JSON.stringify(value);
	if (json === undefined) throw new TypeError("only JSON values can be cached");
	return json;
}
