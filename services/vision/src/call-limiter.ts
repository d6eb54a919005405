import { AppError } from "@anny-fitter/contracts";

interface Waiting {
	start(): void;
	reject(error: AppError): void;
}

/** Lets a few calls run at a time; the others wait in the order in which they came. */
export class CallLimiter {
	readonly #maxRunning: number;
	readonly #maxWaiting: number;
	readonly #waiting: Waiting[] = [];
	#running = 0;
	#isClosed = false;

	constructor(maxRunning: number, maxWaiting: number) {
		this.#maxRunning = maxRunning;
		this.#maxWaiting = maxWaiting;
	}

	get running(): number {
		return this.#running;
	}

	get waiting(): number {
		return this.#waiting.length;
	}

	/**
	 * Runs `work` when its turn comes.
	 *
	 * @throws AppError `service_unavailable` (retryable) when too many wait or the limiter is closed, `cancelled` when the
	 *   signal is aborted before the turn comes; and what `work` throws
	 */
	async run<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
		await this.#takeTurn(signal);
		try {
			return await work();
		} finally {
			this.#running--;
			this.#startNext();
		}
	}

	/** Refuses what waits and what comes later. */
	close(): void {
		this.#isClosed = true;
		for (const waiting of this.#waiting.splice(0)) waiting.reject(stopping());
	}

	async #takeTurn(signal: AbortSignal): Promise<void> {
		if (this.#isClosed) throw stopping();
		if (signal.aborted) throw cancelled();
		if (this.#running < this.#maxRunning) {
			this.#running++;
			return;
		}
		if (this.#waiting.length >= this.#maxWaiting) {
			throw new AppError("service_unavailable", "Too many photos are waiting for analysis.", { retryable: true });
		}
		let onAbort: (() => void) | undefined;
		try {
			await new Promise<void>((resolve, reject) => {
				const waiting: Waiting = { start: resolve, reject };
				onAbort = () => {
					const index = this.#waiting.indexOf(waiting);
					if (index < 0) return;
					this.#waiting.splice(index, 1);
					reject(cancelled());
				};
				signal.addEventListener("abort", onAbort, { once: true });
				this.#waiting.push(waiting);
			});
		} finally {
			if (onAbort !== undefined) signal.removeEventListener("abort", onAbort);
		}
	}

	#startNext(): void {
		const next = this.#running < this.#maxRunning ? this.#waiting.shift() : undefined;
		if (next === undefined) return;
		// Counted here: a call that comes in before the waiting one wakes up must not overtake it.
		this.#running++;
		next.start();
	}
}

export function stopping(): AppError {
	return new AppError("service_unavailable", "The vision service is stopping.", { retryable: true });
}

function cancelled(): AppError {
	return new AppError("cancelled", "The photo analysis was cancelled.");
}
