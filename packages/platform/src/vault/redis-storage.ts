import { randomBytes } from "node:crypto";
import { AppError } from "@anny-fitter/contracts";
import { closeRedis, type RedisClient } from "../redis/open-redis.js";
import type { StoredPhoto, VaultStorage, VaultWriter } from "./vault-storage.js";

export interface RedisStorageOptions {
	/** Put before every key; other secrets have other prefixes. */
	readonly prefix: string;
	/** Redis itself removes what is older. */
	readonly lifetime_ms: number;
	readonly now_ms: () => number;
}

/** KEYS: part, final, keys of the job. ARGV: lifetime. Nothing happens when the part is gone. */
const COMMIT_SCRIPT = `
if redis.call("EXISTS", KEYS[1]) == 0 then return 0 end
redis.call("RENAME", KEYS[1], KEYS[2])
redis.call("PEXPIRE", KEYS[2], ARGV[1])
redis.call("SREM", KEYS[3], KEYS[1])
redis.call("SADD", KEYS[3], KEYS[2])
redis.call("PEXPIRE", KEYS[3], ARGV[1])
return 1`;

/** Only what exists is overwritten: SETRANGE would make a new value without an end. */
const WIPE_SCRIPT = `
local size = redis.call("STRLEN", KEYS[1])
local zeros = string.rep("\\0", math.min(size, 1048576))
local position = 0
while position < size do
	local length = math.min(#zeros, size - position)
	redis.call("SETRANGE", KEYS[1], position, string.sub(zeros, 1, length))
	position = position + length
end
redis.call("DEL", KEYS[1])
return size`;

/**
 * Sealed photos in a Redis without persistence. Keys: `jobs` (sorted by time), `job:{ID}` (its keys), `photo:{ID}:INDEX`.
 * The braces keep what belongs to a job on one node of a cluster, and different jobs apart. Only `jobs` may lie elsewhere, so
 * it is written last and never believed alone: a job that it lacks is found by its id, and Redis removes it in time.
 */
export class RedisStorage implements VaultStorage {
	readonly kind = "redis";
	readonly #redis: RedisClient;
	readonly #options: RedisStorageOptions;

	/** @param redis belongs to the storage from here on */
	constructor(redis: RedisClient, options: RedisStorageOptions) {
		this.#redis = redis;
		this.#options = options;
	}

	async create(jobId: string, index: number): Promise<VaultWriter> {
		const { lifetime_ms, now_ms } = this.#options;
		const part = this.#key(`part:{${jobId}}:${index}:${randomBytes(6).toString("hex")}`);
		const final = this.#key(`photo:{${jobId}}:${index}`);
		const job = this.#key(`job:{${jobId}}`);
		const jobs = this.#key("jobs");
		await this.#ask(async (redis) => {
			const replies = await redis.multi().sadd(job, part).pexpire(job, lifetime_ms).exec();
			for (const [error] of replies ?? []) if (error !== null) throw error;
			await redis.zadd(jobs, now_ms(), jobId);
		});
		return {
			write: (bytes) =>
				this.#ask(async (redis) => {
					const replies = await redis.multi().append(part, bytes).pexpire(part, lifetime_ms).exec();
					for (const [error] of replies ?? []) if (error !== null) throw error;
				}),
			commit: async () => {
				await this.#wipeKey(final);
				const isDone = await this.#ask((redis) => redis.eval(COMMIT_SCRIPT, 3, part, final, job, lifetime_ms));
				if (isDone === 1) await this.#ask((redis) => redis.zadd(jobs, now_ms(), jobId));
				else throw new AppError("photos_lost", "The photos were removed while they arrived.");
			},
			abort: async () => {
				try {
					await this.#wipeKey(part);
					await this.#ask((redis) => redis.srem(job, part));
				} catch {
					// Redis is away; it removes the part by itself after its lifetime.
				}
			},
		};
	}

	async open(jobId: string, index: number): Promise<StoredPhoto | null> {
		const key = this.#key(`photo:{${jobId}}:${index}`);
		const size_bytes = await this.#ask((redis) => redis.strlen(key));
		if (size_bytes === 0) return null;
		return {
			size_bytes,
			read: (position, length) => this.#ask((redis) => redis.getrangeBuffer(key, position, position + length - 1)),
			close: async () => undefined,
		};
	}

	async photos(jobId: string): Promise<readonly number[]> {
		const start = this.#key(`photo:{${jobId}}:`);
		const keys = await this.#ask((redis) => redis.smembers(this.#key(`job:{${jobId}}`)));
		return keys.filter((key) => key.startsWith(start)).map((key) => Number(key.slice(start.length)));
	}

	async remove(jobId: string): Promise<void> {
		const job = this.#key(`job:{${jobId}}`);
		for (const key of await this.#ask((redis) => redis.smembers(job))) await this.#wipeKey(key);
		await this.#ask((redis) => redis.del(job));
		await this.#ask((redis) => redis.zrem(this.#key("jobs"), jobId));
	}

	async list(): Promise<readonly { readonly jobId: string; readonly modifiedAt: Date }[]> {
		const found: { jobId: string; modifiedAt: Date }[] = [];
		const jobIds = await this.#ask((redis) => redis.zrange(this.#key("jobs"), "0", "-1"));
		for (const jobId of jobIds) {
			const score = await this.#ask((redis) => redis.zscore(this.#key("jobs"), jobId));
			const isPresent = await this.#ask((redis) => redis.scard(this.#key(`job:{${jobId}}`)));
			if (score === null) continue;
			if (isPresent > 0) found.push({ jobId, modifiedAt: new Date(Number(score)) });
			// Redis has removed the rest already.
			else await this.#ask((redis) => redis.zrem(this.#key("jobs"), jobId));
		}
		return found;
	}

	/** Redis removes by itself what nobody renews. */
	async removeOrphans(): Promise<readonly string[]> {
		return [];
	}

	async close(isKept: boolean): Promise<void> {
		try {
			if (!isKept) for (const { jobId } of await this.list()) await this.remove(jobId);
		} finally {
			await closeRedis(this.#redis);
		}
	}

	#key(name: string): string {
		return `${this.#options.prefix}${name}`;
	}

	async #wipeKey(key: string): Promise<void> {
		try {
			await this.#ask((redis) => redis.eval(WIPE_SCRIPT, 1, key));
		} catch (error) {
			// Redis over its memory limit allows no writing, but removing; what is removed is sealed.
			if (!(error instanceof AppError) || error.code !== "vault_full") throw error;
			await this.#ask((redis) => redis.del(key));
		}
	}

	/** @throws AppError `vault_full` or `service_unavailable` */
	async #ask<Reply>(command: (redis: RedisClient) => Promise<Reply>): Promise<Reply> {
		try {
			return await command(this.#redis);
		} catch (cause) {
			if (isOutOfMemory(cause)) {
				throw new AppError("vault_full", "The photos' Redis has no memory for more.", { retryable: true, cause });
			}
			throw new AppError("service_unavailable", "The photos' Redis does not answer.", { retryable: true, cause });
		}
	}
}

/** In a transaction the commands' errors stand beside that of the whole. */
function isOutOfMemory(error: unknown): boolean {
	if (!(error instanceof Error)) return false;
	const { previousErrors } = error as { previousErrors?: readonly unknown[] };
	return /\bOOM\b/.test(error.message) || (previousErrors ?? []).some(isOutOfMemory);
}
