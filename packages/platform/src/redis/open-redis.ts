import { AppError } from "@anny-fitter/contracts";
import { Redis } from "ioredis";
import type { Log } from "../observability/log.js";

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

/**
 * Connects to Redis. While it is away commands fail at once instead of waiting in a queue, and the connection comes back
 * by itself; its loss and its return are logged once each.
 *
 * @throws AppError `invalid_configuration` when Redis refuses the credentials, or `service_unavailable` when it is
 * required and does not answer
 */
export async function openRedis(url: string, options: RedisOptions): Promise<Redis> {
	const redis = new Redis(url, {
		lazyConnect: true,
		connectionName: options.connectionName,
		connectTimeout: CONNECT_TIMEOUT_MS,
		commandTimeout: options.commandTimeout_ms,
		enableOfflineQueue: false,
		autoResubscribe: false,
		maxRetriesPerRequest: 0,
		retryStrategy: (attempt) => Math.min(100 * attempt, 2000),
	});
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
	try {
		await redis.connect();
	} catch (cause) {
		const refusal = describeRefusal(firstError) ?? describeRefusal(cause);
		if (refusal !== null) {
			redis.disconnect();
			throw new AppError("invalid_configuration", `Redis refused the user or password in ${options.variable}.`, {
				remedy: `Correct user and password in ${options.variable}: redis://USER:PASSWORD@HOST:PORT.`,
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

/** Ends the connection without waiting for a server that is away. */
export async function closeRedis(redis: Redis): Promise<void> {
	if (redis.status !== "ready") {
		redis.disconnect();
		return;
	}
	try {
		await redis.quit();
	} catch {
		redis.disconnect();
	}
}

/** The first word of a reply that no later attempt will change, or null. */
function describeRefusal(error: unknown): string | null {
	return error instanceof Error ? (/^(WRONGPASS|NOAUTH|NOPERM)\b/.exec(error.message)?.[1] ?? null) : null;
}
