import type { Log } from "../observability/log.js";

type Listener = (message: unknown) => void;

/** One subscription; the same function may subscribe twice. */
export interface Subscription {
	readonly listener: Listener;
}

/** Who listens to which channel in this process. */
export class ListenerTable {
	readonly #log: Log;
	readonly #channels = new Map<string, Set<Subscription>>();

	constructor(log: Log) {
		this.#log = log;
	}

	add(channel: string, listener: Listener): Subscription {
		const subscription = { listener };
		let subscriptions = this.#channels.get(channel);
		if (subscriptions === undefined) {
			subscriptions = new Set();
			this.#channels.set(channel, subscriptions);
		}
		subscriptions.add(subscription);
		return subscription;
	}

	/** @returns whether that was the channel's last */
	remove(channel: string, subscription: Subscription): boolean {
		const subscriptions = this.#channels.get(channel);
		if (subscriptions === undefined || !subscriptions.delete(subscription)) return false;
		if (subscriptions.size > 0) return false;
		this.#channels.delete(channel);
		return true;
	}

	has(channel: string): boolean {
		return this.#channels.has(channel);
	}

	channels(): string[] {
		return [...this.#channels.keys()];
	}

	/** Calls every listener with its own copy; one that throws does not keep others from hearing. */
	deliver(channel: string, json: string): void {
		for (const { listener } of [...(this.#channels.get(channel) ?? [])]) {
			try {
				listener(JSON.parse(json));
			} catch (error) {
				this.#log.error({ err: error }, "An event's listener failed");
			}
		}
	}

	clear(): void {
		this.#channels.clear();
	}
}
