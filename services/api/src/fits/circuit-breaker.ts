export interface CircuitBreakerOptions {
	/** So many failures within the window open the circuit. */
	readonly threshold: number;
	readonly window_ms: number;
	/** After this time one call is let through to try. */
	readonly halfOpenAfter_ms: number;
	readonly now: () => Date;
	readonly onChange?: (state: CircuitState) => void;
}

export type CircuitState = "closed" | "open" | "half_open";

/** Whoever is let through reports how it went, exactly once. */
export interface CircuitPermit {
	succeeded(): void;
	failed(): void;
	/** The call ended without telling anything about the service, such as by being cancelled. */
	dropped(): void;
}

/**
 * Spares a service that keeps failing, and its callers the wait: closed, calls go through; open, none does; half open,
 * one does, and its outcome decides.
 */
export class CircuitBreaker {
	readonly #options: CircuitBreakerOptions;
	#failures_ms: number[] = [];
	#state: CircuitState = "closed";
	#openedAt_ms = 0;

	constructor(options: CircuitBreakerOptions) {
		this.#options = options;
	}

	get state(): CircuitState {
		return this.#state;
	}

	/** @returns null when the call must not be made */
	tryAcquire(): CircuitPermit | null {
		if (this.#state === "half_open") return null;
		if (this.#state === "open") {
			if (this.#now() - this.#openedAt_ms < this.#options.halfOpenAfter_ms) return null;
			this.#change("half_open");
			return this.#probe();
		}
		return {
			// Successes in between do not excuse failures: a service that fails every other call is not well.
			succeeded: () => undefined,
			failed: () => this.#countFailure(),
			dropped: () => undefined,
		};
	}

	#probe(): CircuitPermit {
		return {
			succeeded: () => {
				this.#failures_ms = [];
				this.#change("closed");
			},
			failed: () => this.#open(),
			// The next caller tries at once.
			dropped: () => this.#change("open"),
		};
	}

	#countFailure(): void {
		if (this.#state !== "closed") return;
		const now = this.#now();
		this.#failures_ms = this.#failures_ms.filter((at) => now - at < this.#options.window_ms);
		this.#failures_ms.push(now);
		if (this.#failures_ms.length >= this.#options.threshold) this.#open();
	}

	#open(): void {
		this.#openedAt_ms = this.#now();
		this.#change("open");
	}

	#change(state: CircuitState): void {
		this.#state = state;
		this.#options.onChange?.(state);
	}

	#now(): number {
		return this.#options.now().getTime();
	}
}
