import { type Log, silentLog } from "../observability/log.js";
import type { EventBus } from "./event-bus.js";
import { ListenerTable } from "./listener-table.js";

/** Events within one process. Listeners get a copy, as they would over Redis, after `publish` has returned. */
export class ProcessEventBus implements EventBus {
	readonly kind = "process";
	readonly #listeners: ListenerTable;

	constructor(log: Log = silentLog) {
		this.#listeners = new ListenerTable(log);
	}

	async publish(channel: string, message: unknown): Promise<void> {
		const json = JSON.stringify(message);
		queueMicrotask(() => this.#listeners.deliver(channel, json));
	}

	async subscribe(channel: string, listener: (message: unknown) => void): Promise<() => Promise<void>> {
		const entry = this.#listeners.add(channel, listener);
		return async () => {
			this.#listeners.remove(channel, entry);
		};
	}

	async ping(): Promise<void> {}

	async close(): Promise<void> {
		this.#listeners.clear();
	}
}
