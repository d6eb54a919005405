import { AppError } from "@anny-fitter/contracts";
import type { Redis } from "ioredis";
import type { Log } from "../observability/log.js";

/**
 * Makes sure that a Redis writes nothing to disk.
 *
 * @param isVouchedFor the operator says so, for where Redis may not be asked
 * @throws AppError `invalid_configuration`
 */
export async function requireVolatile(redis: Redis, isVouchedFor: boolean, log: Log): Promise<void> {
	const save = await readConfig(redis, "save");
	const appendOnly = await readConfig(redis, "appendonly");
	if (save === null || appendOnly === null) {
		if (isVouchedFor) return;
		throw new AppError(
			"invalid_configuration",
			"The Redis of VAULT_REDIS_URL does not say whether it writes to disk.",
			{
				remedy: "Make sure that it does not, then set VAULT_REDIS_IS_VOLATILE=true.",
				details: { variable: "VAULT_REDIS_IS_VOLATILE" },
			},
		);
	}
	if (save.trim() !== "" || appendOnly !== "no") {
		throw new AppError(
			"invalid_configuration",
			"The Redis of VAULT_REDIS_URL writes to disk, so it may not hold photos.",
			{
				remedy: 'Start it with `--save "" --appendonly no`, or name another in VAULT_REDIS_URL.',
				details: { variable: "VAULT_REDIS_URL" },
			},
		);
	}
	const eviction = await readConfig(redis, "maxmemory-policy");
	if (eviction !== null && eviction !== "noeviction") {
		log.warn({ eviction }, "The photos' Redis drops photos when its memory is full; set maxmemory-policy noeviction");
	}
}

/** Null when Redis does not allow the question. */
async function readConfig(redis: Redis, name: string): Promise<string | null> {
	let reply: unknown;
	try {
		reply = await redis.call("CONFIG", "GET", name);
	} catch (error) {
		if (error instanceof Error && error.name === "ReplyError") return null;
		throw new AppError("service_unavailable", "The photos' Redis does not answer.", { retryable: true, cause: error });
	}
	// A list of names and values, or a map in newer protocols.
	if (Array.isArray(reply)) return reply.length >= 2 ? String(reply[1]) : null;
	if (reply instanceof Map) return reply.has(name) ? String(reply.get(name)) : null;
	const value = (reply as Record<string, unknown> | null)?.[name];
	return value === undefined ? null : String(value);
}
