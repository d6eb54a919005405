import { AppError } from "@anny-fitter/contracts";
import type { Log } from "../observability/log.js";
import { closeRedis, type RedisClient } from "../redis/open-redis.js";
import type { EventBus } from "./event-bus.js";
import { ListenerTable } from "./listener-table.js";

export interface RedisEventBusOptions {
	/** Put before every channel. */
	readonly prefix: string;
	readonly log: Log;
}

/**
 * Events among processes. Redis is told of a channel once, however many listen here; after a lost connection all channels
 * are subscribed again. What is published while Redis is away is lost: state is in the database.
 */
export class RedisEventBus implements EventBus {
	readonly kind = "redis";
	readonly #publisher: RedisClient;
	/** A connection that subscribes can do little else. */
	readonly #subscriber: RedisClient;
	readonly #options: RedisEventBusOptions;
	readonly #listeners: ListenerTable;
	/** Changes of one channel happen in order, or an end could overtake the next beginning. */
	readonly #pending = new Map<string, Promise<void>>();
	#hasFailed = false;

	/** @param publisher and @param subscriber belong to the bus from here on */
	constructor(publisher: RedisClient, subscriber: RedisClient, options: RedisEventBusOptions) {
		this.#publisher = publisher;
		this.#subscriber = subscriber;
		this.#options = options;
		this.#listeners = new ListenerTable(options.log);
		subscriber.on("message", (channel: string, json: string) => {
			this.#listeners.deliver(channel.slice(options.prefix.length), json);
		});
		subscriber.on("ready", () => void this.#subscribeAgain());
	}

	async publish(channel: string, message: unknown): Promise<void> {
		const json = JSON.stringify(message);
		try {
			await this.#publisher.publish(this.#options.prefix + channel, json);
			this.#hasFailed = false;
		} catch (error) {
			if (this.#hasFailed) return;
			this.#hasFailed = true;
			this.#options.log.warn({ err: error }, "Redis fails: events do not reach other processes");
		}
	}

	async subscribe(channel: string, listener: (message: unknown) => void): Promise<() => Promise<void>> {
		const subscription = this.#listeners.add(channel, listener);
		try {
			await this.#settle(channel);
		} catch (cause) {
			this.#listeners.remove(channel, subscription);
			throw new AppError("service_unavailable", "Events cannot be followed at the moment.", {
				remedy: "Ask for the state again instead, or try again in a moment.",
				retryable: true,
				cause,
			});
		}
		return async () => {
			if (!this.#listeners.remove(channel, subscription)) return;
			// Without a connection nothing is subscribed any more.
			await this.#settle(channel).catch(() => undefined);
		};
	}

	async ping(): Promise<void> {
		await this.#publisher.ping();
		if (this.#subscriber.status !== "ready") {
			throw new AppError("service_unavailable", "Redis does not answer.", { retryable: true });
		}
	}

	async close(): Promise<void> {
		this.#listeners.clear();
		await Promise.all([closeRedis(this.#publisher), closeRedis(this.#subscriber)]);
	}

	/** Makes Redis's subscription of a channel agree with whether anybody listens, after the changes before. */
	#settle(channel: string): Promise<void> {
		const name = this.#options.prefix + channel;
		const before = this.#pending.get(channel) ?? Promise.resolve();
		const settled = before
			.catch(() => undefined)
			.then(async () => {
				if (this.#listeners.has(channel)) await this.#subscriber.subscribe(name);
				else await this.#subscriber.unsubscribe(name);
			});
		this.#pending.set(channel, settled);
		const forget = (): void => {
			if (this.#pending.get(channel) === settled) this.#pending.delete(channel);
		};
		settled.then(forget, forget);
		return settled;
	}

	async #subscribeAgain(): Promise<void> {
		const names = this.#listeners.channels().map((channel) => this.#options.prefix + channel);
		if (names.length === 0) return;
		try {
			await this.#subscriber.subscribe(...names);
		} catch (error) {
			// Another lost connection: its return calls this again. Anything else must not leave listeners deaf.
			if (this.#subscriber.status === "ready") this.#subscriber.disconnect(true);
			this.#options.log.warn({ err: error }, "Events could not be subscribed to again; trying once more");
		}
	}
}
