import { type Log, silentLog } from "../observability/log.js";
import { closeRedis, openRedis } from "../redis/open-redis.js";
import type { EventBus } from "./event-bus.js";
import { ProcessEventBus } from "./process-event-bus.js";
import { RedisEventBus } from "./redis-event-bus.js";

export interface EventBusOptions {
	/** An address of REDIS_URL; undefined means in process. */
	readonly redisUrl?: string | undefined;
	/** Put before every channel in Redis. Default `anny-fitter:events:`. */
	readonly prefix?: string | undefined;
	readonly log?: Log | undefined;
}

/** How long publishing and subscribing may wait for Redis. */
const COMMAND_TIMEOUT_MS = 2000;

/**
 * Opens the bus. A Redis that does not answer is logged and does not stop the start.
 *
 * @throws AppError `invalid_configuration` when Redis refuses the credentials
 */
export async function openEventBus(options: EventBusOptions = {}): Promise<EventBus> {
	const log = options.log ?? silentLog;
	if (options.redisUrl === undefined) return new ProcessEventBus(log);
	const common = { variable: "REDIS_URL", commandTimeout_ms: COMMAND_TIMEOUT_MS, isRequired: false, log };
	const publisher = await openRedis(options.redisUrl, { ...common, connectionName: "anny-fitter-publisher" });
	try {
		const subscriber = await openRedis(options.redisUrl, { ...common, connectionName: "anny-fitter-subscriber" });
		return new RedisEventBus(publisher, subscriber, { prefix: options.prefix ?? "anny-fitter:events:", log });
	} catch (error) {
		await closeRedis(publisher);
		throw error;
	}
}
