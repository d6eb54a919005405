/** Things that will happen, earliest first; a binary heap. Of two at one time the one that was added first comes first. */
export class EventQueue<Event> {
	readonly #heap: { readonly at_s: number; readonly order: number; readonly event: Event }[] = [];
	#added = 0;

	get size(): number {
		return this.#heap.length;
	}

	add(at_s: number, event: Event): void {
		const heap = this.#heap;
		const entry = { at_s, order: this.#added++, event };
		let index = heap.length;
		while (index > 0) {
			const parent = (index - 1) >> 1;
			if (heap[parent]!.at_s <= at_s) break;
			heap[index] = heap[parent]!;
			index = parent;
		}
		heap[index] = entry;
	}

	takeNext(): { readonly at_s: number; readonly event: Event } | null {
		const heap = this.#heap;
		const first = heap[0];
		const last = heap.pop();
		if (first === undefined || last === undefined) return null;
		if (heap.length > 0) {
			let index = 0;
			for (;;) {
				let child = 2 * index + 1;
				if (child >= heap.length) break;
				if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++;
				if (!isBefore(heap[child]!, last)) break;
				heap[index] = heap[child]!;
				index = child;
			}
			heap[index] = last;
		}
		return first;
	}
}

function isBefore(
	a: { readonly at_s: number; readonly order: number },
	b: { readonly at_s: number; readonly order: number },
): boolean {
	return a.at_s < b.at_s || (a.at_s === b.at_s && a.order < b.order);
}
