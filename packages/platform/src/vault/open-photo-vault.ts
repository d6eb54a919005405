import { hkdfSync, randomBytes } from "node:crypto";
import { statfs } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { AppError } from "@anny-fitter/contracts";
import { type Log, silentLog } from "../observability/log.js";
import { closeRedis, openRedis } from "../redis/open-redis.js";
import { EncryptedVault } from "./encrypted-vault.js";
import { MemoryStorage } from "./memory-storage.js";
import type { PhotoVault } from "./photo-vault.js";
import { RamDiskStorage } from "./ram-disk-storage.js";
import { RedisStorage } from "./redis-storage.js";
import { requireVolatile } from "./redis-volatility.js";
import type { VaultStorage } from "./vault-storage.js";
import { codeOf } from "./wipe-file.js";

export interface PhotoVaultOptions {
	/** A Redis without persistence; undefined means RAM disk, or memory where there is none. */
	readonly redisUrl?: string | undefined;
	/** The operator vouches for Redis writing nothing to disk, where it may not be asked. */
	readonly redisIsVolatile?: boolean | undefined;
	/**
	 * At least 32 bytes; processes with the same secret share photos, and photos outlive a restart. Undefined means a
	 * random one: nobody else can read the photos, and they are wiped when the vault is closed.
	 */
	readonly secret?: Buffer | undefined;
	/** A photo is wiped at this age. */
	readonly lifetime_ms: number;
	/** Folder on a RAM disk. Default `/dev/shm/anny-fitter-UID`. */
	readonly folder?: string | undefined;
	/** Forces memory although there is a RAM disk. */
	readonly storage?: "memory" | undefined;
	/** In memory: all photos together. Default 512 MB. */
	readonly maxSize_bytes?: number | undefined;
	/** Milliseconds since 1970; tests move it. */
	readonly now_ms?: (() => number) | undefined;
	readonly log?: Log | undefined;
}

const REDIS_TIMEOUT_MS = 10_000;
/** Types of file systems without a disk, from linux/magic.h: tmpfs and ramfs. */
const RAM_FILE_SYSTEMS = new Set([0x01021994, 0x858458f6]);

/**
 * Opens the vault and wipes what dead processes left that nobody can read.
 *
 * @throws AppError `invalid_configuration` or `service_unavailable`
 */
export async function openPhotoVault(options: PhotoVaultOptions): Promise<PhotoVault> {
	const isSecretShared = options.secret !== undefined;
	if (options.secret !== undefined && options.secret.length < 32) {
		throw new AppError("invalid_configuration", "VAULT_SECRET is shorter than 32 bytes.", {
			remedy: "Make one with `openssl rand -base64 48`.",
			details: { variable: "VAULT_SECRET" },
		});
	}
	const secret = options.secret ?? randomBytes(32);
	const now_ms = options.now_ms ?? Date.now;
	const storage = await openStorage(options, vaultIdOf(secret, isSecretShared), now_ms);
	const vault = new EncryptedVault(storage, { secret, isSecretShared, lifetime_ms: options.lifetime_ms, now_ms });
	if (options.secret === undefined) secret.fill(0);
	try {
		await vault.sweep();
	} catch (error) {
		await vault.close();
		throw error;
	}
	return vault;
}

async function openStorage(options: PhotoVaultOptions, vaultId: string, now_ms: () => number): Promise<VaultStorage> {
	const log = options.log ?? silentLog;
	if (options.redisUrl !== undefined) return openRedisStorage(options.redisUrl, options, vaultId, now_ms);
	if (options.storage !== "memory") {
		const ramDisk = await openRamDisk(options, vaultId, log);
		if (ramDisk !== null) return ramDisk;
	}
	return new MemoryStorage(options.maxSize_bytes ?? 512_000_000, now_ms);
}

async function openRedisStorage(
	url: string,
	options: PhotoVaultOptions,
	vaultId: string,
	now_ms: () => number,
): Promise<VaultStorage> {
	const log = options.log ?? silentLog;
	const redis = await openRedis(url, {
		variable: "VAULT_REDIS_URL",
		connectionName: "anny-fitter-vault",
		commandTimeout_ms: REDIS_TIMEOUT_MS,
		isRequired: true,
		log,
	});
	try {
		await requireVolatile(redis, options.redisIsVolatile ?? false, log);
	} catch (error) {
		await closeRedis(redis);
		throw error;
	}
	const prefix = `anny-fitter:vault:${vaultId}:`;
	return new RedisStorage(redis, { prefix, lifetime_ms: Math.ceil(options.lifetime_ms), now_ms });
}

/** Null, with a warning, when there is no RAM disk that only this user may read. */
async function openRamDisk(options: PhotoVaultOptions, vaultId: string, log: Log): Promise<VaultStorage | null> {
	const root = resolve(options.folder ?? `/dev/shm/anny-fitter-${process.getuid?.() ?? 0}`);
	if (!(await isOnRamDisk(root))) {
		log.warn({ folder: root }, "There is no RAM disk; photos are kept in this process's memory");
		return null;
	}
	try {
		return await RamDiskStorage.open({ root, vaultId, lifetime_ms: options.lifetime_ms });
	} catch (error) {
		log.warn(
			{ folder: root, code: codeOf(error) },
			"The RAM disk cannot be used by this user alone; photos are kept in this process's memory",
		);
		return null;
	}
}

/** Looks at the nearest folder that exists. */
async function isOnRamDisk(path: string): Promise<boolean> {
	try {
		return RAM_FILE_SYSTEMS.has((await statfs(path)).type);
	} catch {
		return dirname(path) !== path && isOnRamDisk(dirname(path));
	}
}

/** Tells vaults apart without telling anything about the secret. */
function vaultIdOf(secret: Buffer, isShared: boolean): string {
	const id = Buffer.from(hkdfSync("sha256", secret, "", "anny-fitter vault id v1", 12)).toString("hex");
	return `${isShared ? "shared" : "process"}-${id}`;
}
