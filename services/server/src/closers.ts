interface Closable {
	close(): Promise<void>;
}

/** What has been opened and has to be closed, last opened first. */
export class Closers {
	readonly #closers: (() => Promise<unknown>)[] = [];

	add(close: () => Promise<unknown>): void {
		this.#closers.push(close);
	}

	/** Waits for all, also when one fails, so that what did open is closed with the rest. */
	async openAll<T extends readonly Closable[]>(...opening: { [K in keyof T]: T[K] | Promise<T[K]> }): Promise<T> {
		const outcomes = await Promise.allSettled(opening);
		for (const outcome of outcomes) {
			if (outcome.status === "fulfilled") this.add(() => (outcome.value as Closable).close());
		}
		for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
		return outcomes.map((outcome) => (outcome as PromiseFulfilledResult<Closable>).value) as unknown as T;
	}

	/** Closes all, also when one fails; then throws the first failure. */
	async close(): Promise<void> {
		const failures: unknown[] = [];
		for (let close = this.#closers.pop(); close !== undefined; close = this.#closers.pop()) {
			await close().catch((error: unknown) => failures.push(error));
		}
		if (failures.length > 0) throw failures[0];
	}
}
