/** Values that may be lost at any time, and counters: in process, or in Redis. A failing Redis reads as a miss. */
export interface Cache {
	readonly kind: "process" | "redis";
	/** @returns the JSON value, or undefined */
	get(key: string): Promise<unknown>;
	set(key: string, value: unknown, lifetime_ms: number): Promise<void>;
	delete(...keys: string[]): Promise<void>;
	/** Adds one to a counter that starts with its first count and ends after the window; returns count and time left. */
	count(key: string, window_ms: number): Promise<{ readonly count: number; readonly left_ms: number }>;
	ping(): Promise<void>;
	close(): Promise<void>;
}
