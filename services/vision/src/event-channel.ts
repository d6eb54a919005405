/** Hands events of a callback to one reader, in order. */
export class EventChannel<T> implements AsyncIterable<T> {
	readonly #events: T[] = [];
	#isClosed = false;
	#wake: () => void = () => undefined;

	push(event: T): void {
		this.#events.push(event);
		this.#wake();
	}

	/** No more events will come; the reader ends after the last one. */
	close(): void {
		this.#isClosed = true;
		this.#wake();
	}

	async *[Symbol.asyncIterator](): AsyncGenerator<T, void, void> {
		for (;;) {
			for (let event = this.#events.shift(); event !== undefined; event = this.#events.shift()) yield event;
			if (this.#isClosed) return;
			await new Promise<void>((resolve) => {
				this.#wake = resolve;
			});
		}
	}
}
