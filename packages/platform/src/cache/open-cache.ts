import { type Log, silentLog } from "../observability/log.js";
import { openRedis } from "../redis/open-redis.js";
import type { Cache } from "./cache.js";
import { ProcessCache } from "./process-cache.js";
import { RedisCache } from "./redis-cache.js";

export interface CacheOptions {
	/** An address of REDIS_URL; undefined means in process. */
	readonly redisUrl?: string | undefined;
	/** Put before every key in Redis. Default `anny-fitter:cache:`. */
	readonly prefix?: string | undefined;
	/** In process: the least recently used value leaves when there are more. Default 10 000. */
	readonly maxEntries?: number | undefined;
	/** In process: characters of JSON, all values together. Default 32 million. */
	readonly maxSize_chars?: number | undefined;
	/** In process: milliseconds since 1970; tests move it. */
	readonly now_ms?: (() => number) | undefined;
	readonly log?: Log | undefined;
}

/** A Redis that is slower than this counts as failed. */
const COMMAND_TIMEOUT_MS = 1000;

/**
 * Opens the cache. A Redis that does not answer is logged and does not stop the start.
 *
 * @throws AppError `invalid_configuration` when Redis refuses the credentials
 */
export async function openCache(options: CacheOptions = {}): Promise<Cache> {
	if (options.redisUrl === undefined) {
		return new ProcessCache({
			maxEntries: options.maxEntries ?? 10_000,
			maxSize_chars: options.maxSize_chars ?? 32_000_000,
			now_ms: options.now_ms ?? Date.now,
		});
	}
	const log = options.log ?? silentLog;
	const redis = await openRedis(options.redisUrl, {
		variable: "REDIS_URL",
		connectionName: "anny-fitter-cache",
		commandTimeout_ms: COMMAND_TIMEOUT_MS,
		isRequired: false,
		log,
	});
	return new RedisCache(redis, { prefix: options.prefix ?? "anny-fitter:cache:", log });
}
