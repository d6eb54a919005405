import { AppError } from "@anny-fitter/contracts";

/** Runs at most so many pieces of work at one time; a few may wait, the rest is refused at once. */
export class Limiter {
	readonly #concurrency: number;
	readonly #maxWaiting: number;
	readonly #waiting: (() => void)[] = [];
	#running = 0;

	constructor(options: { readonly concurrency: number; readonly maxWaiting: number }) {
		this.#concurrency = options.concurrency;
		this.#maxWaiting = options.maxWaiting;
	}

	/** @throws AppError `service_unavailable` when too many wait already */
	async run<T>(work: () => Promise<T>): Promise<T> {
		if (this.#running >= this.#concurrency) {
			if (this.#waiting.length >= this.#maxWaiting) {
				throw new AppError("service_unavailable", "Too many people log in at this moment.", {
					details: { retry_after_s: 2 },
					retryable: true,
				});
			}
			// Whoever ends hands its place over, so the number that runs stays the same.
			await new Promise<void>((resolve) => this.#waiting.push(resolve));
		} else this.#running++;
		try {
			return await work();
		} finally {
			const next = this.#waiting.shift();
			if (next === undefined) this.#running--;
			else next();
		}
	}
}
