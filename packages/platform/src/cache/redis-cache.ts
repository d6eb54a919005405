import type { Log } from "../observability/log.js";
import { closeRedis, type RedisClient } from "../redis/open-redis.js";
import type { Cache } from "./cache.js";
import { CounterTable } from "./counter-table.js";
import { toJson } from "./process-cache.js";

/** One step, so that no process can count between the two commands and no counter stays without an end. */
const COUNT_SCRIPT = `
local count = redis.call("INCR", KEYS[1])
local left = redis.call("PTTL", KEYS[1])
if left < 0 then
	redis.call("PEXPIRE", KEYS[1], ARGV[1])
	left = tonumber(ARGV[1])
end
return {count, left}`;

/** The script as a method, as ioredis defines it. */
type CountingRedis = RedisClient & {
	countInWindow(key: string, window_ms: number): Promise<[number, number]>;
};

export interface RedisCacheOptions {
	/** Put before every key. */
	readonly prefix: string;
	readonly log: Log;
}

/**
 * Values and counters shared by processes. While Redis is away values are missing, counters go on in this process from
 * the last number that Redis gave, and deletions are made up for when it is back.
 */
export class RedisCache implements Cache {
	readonly kind = "redis";
	readonly #redis: CountingRedis;
	readonly #options: RedisCacheOptions;
	readonly #counters = new CounterTable(Date.now);
	/** Keys whose deletion did not reach Redis: what is there is out of date. */
	readonly #undeleted = new Set<string>();
	#hasFailed = false;

	/** @param redis belongs to the cache from here on */
	constructor(redis: RedisClient, options: RedisCacheOptions) {
		redis.defineCommand("countInWindow", { numberOfKeys: 1, lua: COUNT_SCRIPT });
		this.#redis = redis as CountingRedis;
		this.#options = options;
		redis.on("ready", () => void this.#deleteLate());
	}

	async get(key: string): Promise<unknown> {
		if (!(await this.#deleteLate()) && this.#undeleted.has(key)) return undefined;
		try {
			const json = await this.#redis.get(this.#keyOf(key));
			this.#succeed();
			return json === null ? undefined : (JSON.parse(json) as unknown);
		} catch (error) {
			this.#fail(error);
			return undefined;
		}
	}

	async set(key: string, value: unknown, lifetime_ms: number): Promise<void> {
		const json = toJson(value, lifetime_ms);
		try {
			await this.#redis.set(this.#keyOf(key), json, "PX", Math.ceil(lifetime_ms));
			this.#undeleted.delete(key);
			this.#succeed();
		} catch (error) {
			// The command may have been lost after the value changed: what is there counts as out of date.
			this.#undeleted.add(key);
			this.#fail(error);
		}
	}

	async delete(...keys: string[]): Promise<void> {
		if (keys.length === 0) return;
		for (const key of keys) this.#undeleted.add(key);
		this.#counters.delete(keys);
		await this.#deleteLate();
	}

	async count(key: string, window_ms: number): Promise<{ count: number; left_ms: number }> {
		if (!(window_ms > 0)) throw new RangeError("a counter needs a positive window");
		try {
			const [count, left_ms] = await this.#redis.countInWindow(this.#keyOf(key), Math.ceil(window_ms));
			this.#counters.adopt(key, count, left_ms);
			this.#succeed();
			return { count, left_ms };
		} catch (error) {
			this.#fail(error);
			return this.#counters.count(key, window_ms);
		}
	}

	async ping(): Promise<void> {
		await this.#redis.ping();
	}

	async close(): Promise<void> {
		await closeRedis(this.#redis);
	}

	/** @returns whether nothing out of date is left in Redis */
	async #deleteLate(): Promise<boolean> {
		if (this.#undeleted.size === 0) return true;
		const keys = [...this.#undeleted];
		try {
			// Each by itself: in a cluster they are on different nodes.
			await Promise.all(keys.map((key) => this.#redis.del(this.#keyOf(key))));
			for (const key of keys) this.#undeleted.delete(key);
			this.#succeed();
			return true;
		} catch (error) {
			this.#fail(error);
			return false;
		}
	}

	#keyOf(key: string): string {
		return `${this.#options.prefix}${key}`;
	}

	#fail(error: unknown): void {
		if (this.#hasFailed) return;
		this.#hasFailed = true;
		this.#options.log.warn({ err: error }, "Redis fails: values count as missing, counters go on in this process");
	}

	#succeed(): void {
		this.#hasFailed = false;
	}
}
