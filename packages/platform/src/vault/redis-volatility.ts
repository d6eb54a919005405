import { AppError } from "@anny-fitter/contracts";
import { Cluster, Redis } from "ioredis";
import type { Log } from "../observability/log.js";
import type { RedisClient } from "../redis/open-redis.js";

/** What a server says of itself; null where it may not be asked. */
interface Answers {
	readonly save: string | null;
	readonly appendOnly: string | null;
	readonly eviction: string | null;
	/** Whether it copies to others or from another. */
	readonly isReplicated: boolean;
	readonly disklessSync: string | null;
	readonly disklessLoad: string | null;
}

/**
 * Makes sure that a Redis writes nothing to disk: every node of a cluster, and the replicas, which may become master.
 *
 * @param isVouchedFor the operator says so, for where Redis may not be asked
 * @throws AppError `invalid_configuration`
 */
export async function requireVolatile(redis: RedisClient, isVouchedFor: boolean, log: Log): Promise<void> {
	const servers = redis instanceof Cluster ? redis.nodes("all") : [redis, ...(await connectToReplicas(redis))];
	try {
		for (const server of servers) check(await ask(server), isVouchedFor, log);
	} finally {
		if (!(redis instanceof Cluster)) for (const replica of servers.slice(1)) replica.disconnect();
	}
}

function check(answers: Answers, isVouchedFor: boolean, log: Log): void {
	const { save, appendOnly, eviction, isReplicated, disklessSync, disklessLoad } = answers;
	const isSilent = save === null || appendOnly === null;
	if (isSilent) {
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
		throw writesToDisk(
			"The Redis of VAULT_REDIS_URL writes to disk, so it may not hold photos.",
			'Start it with `--save "" --appendonly no`, or name another in VAULT_REDIS_URL.',
		);
	}
	if (isReplicated && (disklessSync !== "yes" || disklessLoad === "disabled")) {
		throw writesToDisk(
			"The Redis of VAULT_REDIS_URL copies itself to replicas over the disk, so it may not hold photos.",
			"Start each with `--repl-diskless-sync yes --repl-diskless-load on-empty-db`.",
		);
	}
	if (eviction !== null && eviction !== "noeviction") {
		log.warn({ eviction }, "The photos' Redis drops photos when its memory is full; set maxmemory-policy noeviction");
	}
}

function writesToDisk(message: string, remedy: string): AppError {
	return new AppError("invalid_configuration", message, { remedy, details: { variable: "VAULT_REDIS_URL" } });
}

async function ask(redis: Redis): Promise<Answers> {
	const replication = await readReplication(redis);
	return {
		save: await readConfig(redis, "save"),
		appendOnly: await readConfig(redis, "appendonly"),
		eviction: await readConfig(redis, "maxmemory-policy"),
		isReplicated: /^role:slave/m.test(replication) || /^connected_slaves:[1-9]/m.test(replication),
		disklessSync: await readConfig(redis, "repl-diskless-sync"),
		disklessLoad: await readConfig(redis, "repl-diskless-load"),
	};
}

/** The replicas that a master has now, by the addresses under which it knows them. */
async function connectToReplicas(redis: Redis): Promise<Redis[]> {
	const { username, password, tls, connectTimeout, commandTimeout } = redis.options;
	const replication = await readReplication(redis);
	return [...replication.matchAll(/^slave\d+:ip=([^,]+),port=(\d+)/gm)].map(([, host, port]) => {
		const replica = new Redis({
			host: host!,
			port: Number(port),
			...(username && { username }),
			...(password && { password }),
			...(tls && { tls }),
			...(connectTimeout && { connectTimeout }),
			...(commandTimeout && { commandTimeout }),
			maxRetriesPerRequest: 0,
			retryStrategy: () => null,
		});
		// The question's own error tells.
		replica.on("error", () => undefined);
		return replica;
	});
}

/** Empty when Redis does not allow the question. */
async function readReplication(redis: Redis): Promise<string> {
	const reply = await askOnce(() => redis.info("replication"));
	return typeof reply === "string" ? reply : "";
}

/** Null when Redis does not allow the question. */
async function readConfig(redis: Redis, name: string): Promise<string | null> {
	const reply = await askOnce(() => redis.call("CONFIG", "GET", name));
	if (reply === null) return null;
	// A list of names and values, or a map in newer protocols.
	if (Array.isArray(reply)) return reply.length >= 2 ? String(reply[1]) : null;
	if (reply instanceof Map) return reply.has(name) ? String(reply.get(name)) : null;
	const value = (reply as Record<string, unknown>)[name];
	return value === undefined ? null : String(value);
}

/** Null when Redis does not allow the question. */
async function askOnce(question: () => Promise<unknown>): Promise<unknown> {
	try {
		return await question();
	} catch (error) {
		if (error instanceof Error && error.name === "ReplyError") return null;
		throw new AppError("service_unavailable", "The photos' Redis does not answer.", { retryable: true, cause: error });
	}
}
