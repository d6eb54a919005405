import { AppError } from "@anny-fitter/contracts";
import { Cluster, type DNSLookupFunction, Redis } from "ioredis";
import type { Log } from "../observability/log.js";
import { parseRedisAddress, REDIS_FORM, type RedisAddress } from "./redis-address.js";

/** One server, or the master of Sentinels, or a cluster: the same commands. */
export type RedisClient = Redis | Cluster;

export interface RedisOptions {
	/** Setting that gave the address; named in errors, which never show the address itself. */
	readonly variable: string;
	/** Shown by Redis in its list of clients. */
	readonly connectionName: string;
	/** A command without an answer fails after this. */
	readonly commandTimeout_ms: number;
	/** Refuse to go on when Redis does not answer at the start. */
	readonly isRequired: boolean;
	readonly log: Log;
}

const CONNECT_TIMEOUT_MS = 5000;
/** How long a connection to a node that is gone without a word may go unnoticed. */
const TOPOLOGY_INTERVAL_MS = 5000;
/** A command follows a slot so often; then it fails as if Redis were away. */
const MAX_REDIRECTIONS = 4;

/**
 * Connects to Redis. While it is away commands fail at once instead of waiting in a queue, and the connection comes back
 * by itself; its loss and its return are logged once each. After a failover the connection leads to the new master.
 *
 * @throws AppError `invalid_configuration` when Redis refuses the credentials, or `service_unavailable` when it is
 * required and does not answer
 */
export async function openRedis(url: string, options: RedisOptions): Promise<RedisClient> {
	const address = parseRedisAddress(url);
	if (address === null) {
		throw new AppError("invalid_configuration", `${options.variable} is no address of a Redis.`, {
			remedy: `Set ${options.variable} to ${REDIS_FORM}.`,
			details: { variable: options.variable },
		});
	}
	const redis = createClient(url, address, options);
	let isAway = false;
	let firstError: unknown;
	redis.on("error", (error: unknown) => {
		firstError ??= error;
		if (isAway) return;
		isAway = true;
		options.log.error({ err: error, connection: options.connectionName }, "Redis does not answer");
	});
	redis.on("ready", () => {
		if (!isAway) return;
		isAway = false;
		options.log.info({ connection: options.connectionName }, "Redis answers again");
	});
	if (redis instanceof Cluster) redis.on("node error", (error: unknown) => (firstError ??= error));
	try {
		await connect(redis);
	} catch (cause) {
		const refusal = describeRefusal(firstError) ?? describeRefusal(cause);
		if (refusal !== null) {
			redis.disconnect();
			throw new AppError("invalid_configuration", `Redis refused the user or password in ${options.variable}.`, {
				remedy: `Correct user and password in ${options.variable}: ${REDIS_FORM}.`,
				details: { variable: options.variable, reason: refusal },
			});
		}
		if (options.isRequired) {
			redis.disconnect();
			throw new AppError("service_unavailable", `The Redis server named by ${options.variable} does not answer.`, {
				remedy: `Start it, or correct ${options.variable}.`,
				retryable: true,
				details: { variable: options.variable },
				cause,
			});
		}
	}
	return redis;
}

function createClient(url: string, address: RedisAddress, options: RedisOptions): RedisClient {
	const { username, password, usesTls } = address;
	const common = {
		connectionName: options.connectionName,
		connectTimeout: CONNECT_TIMEOUT_MS,
		commandTimeout: options.commandTimeout_ms,
		// A server that is gone without a word keeps no connection: the next one leads to the new master. The library's own
		// detector of failovers can end a client for good while it connects.
		socketTimeout: 2 * options.commandTimeout_ms,
		maxRetriesPerRequest: 0,
		// A master that has become a replica.
		reconnectOnError: (error: Error) => error.message.startsWith("READONLY"),
	};
	const single = {
		...common,
		lazyConnect: true,
		enableOfflineQueue: false,
		autoResubscribe: false,
		retryStrategy: waitBefore,
	};
	const login = { ...(username && { username }), ...(password && { password }), ...(usesTls && { tls: {} }) };
	if (address.kind === "single") return new Redis(url, single);
	if (address.kind === "sentinel") {
		const { sentinelUsername, sentinelPassword } = address;
		return new Redis({
			...single,
			...login,
			sentinels: [...address.nodes],
			name: address.master,
			...(sentinelUsername && { sentinelUsername }),
			...(sentinelPassword && { sentinelPassword }),
			...(usesTls && { enableTLSForSentinelMode: true, sentinelTLS: {} }),
			sentinelCommandTimeout: options.commandTimeout_ms,
			sentinelRetryStrategy: waitBefore,
		});
	}
	return new Cluster([...address.nodes], {
		lazyConnect: true,
		enableOfflineQueue: false,
		clusterRetryStrategy: waitBefore,
		maxRedirections: MAX_REDIRECTIONS,
		slotsRefreshInterval: TOPOLOGY_INTERVAL_MS,
		redisOptions: { ...common, ...login },
		// Certificates are for names; looked up beforehand, a name would be lost.
		...(usesTls && { dnsLookup: keepName }),
	});
}

const keepName: DNSLookupFunction = (name, callback) => callback(null, name, 0);

function waitBefore(attempt: number): number {
	return Math.min(100 * attempt, 2000);
}

/** Sentinels that are away are asked again without end; the start does not wait for that. */
async function connect(redis: RedisClient): Promise<void> {
	let timer: NodeJS.Timeout | undefined;
	const late = new Promise<never>((_, reject) => {
		timer = setTimeout(() => reject(new Error("no connection in time")), CONNECT_TIMEOUT_MS + 1000);
	});
	const connecting = redis.connect();
	// When it fails later, nobody waits for it.
	connecting.catch(() => undefined);
	try {
		await Promise.race([connecting, late]);
	} finally {
		clearTimeout(timer);
	}
}

/** Ends the connection without waiting for a server that is away. */
export async function closeRedis(redis: RedisClient): Promise<void> {
	if (redis.status !== "ready") {
		redis.disconnect();
		return;
	}
	try {
		await redis.quit();
	} catch {
		// It has ended by itself.
	} finally {
		// Connections to Sentinels stay otherwise.
		redis.disconnect();
	}
}

/** The first word of a reply that no later attempt will change, or null. Sentinels quote it; a cluster keeps it. */
function describeRefusal(error: unknown): string | null {
	if (!(error instanceof Error)) return null;
	const { lastNodeError } = error as { lastNodeError?: unknown };
	const word = /(?:^|Last error: )(WRONGPASS|NOAUTH|NOPERM)\b/.exec(error.message)?.[1];
	return word ?? describeRefusal(lastNodeError);
}
