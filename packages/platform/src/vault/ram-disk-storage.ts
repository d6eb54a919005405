import { randomBytes } from "node:crypto";
import { type FileHandle, lstat, mkdir, open, rename, rm, rmdir, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "@anny-fitter/contracts";
import { isAlive, ownIdentity } from "./process-identity.js";
import type { StoredPhoto, VaultStorage, VaultWriter } from "./vault-storage.js";
import { codeOf, ignoreAbsent, namesIn, wipeFile, wipeFolder } from "./wipe-file.js";

export interface RamDiskOptions {
	/** Folder of all vaults of this user, on a RAM disk. */
	readonly root: string;
	/** Name of this vault's folder; processes with the same secret share it. */
	readonly vaultId: string;
	/** A process in another container counts as alive while its mark is younger. */
	readonly lifetime_ms: number;
}

const JOB = /^[0-9a-f-]{36}$/;
const PHOTO = /^(\d+)\.photo$/;
const PART = /^\d+\.(owner-[0-9-]+[0-9a-f]+)\.part$/;
const OWNER = /^owner-(\d+)-(\d+)-(\d+)-[0-9a-f]+$/;
/** A folder that is being made has no owner for a moment. */
const UNOWNED_GRACE_MS = 60_000;
const FULL = new Set<unknown>(["ENOSPC", "EDQUOT", "ENOMEM"]);

/**
 * Sealed photos as files on a RAM disk:
 *
 *   ROOT/VAULT/owner-PID-START-NAMESPACE-RANDOM    a mark of each process that uses the vault
 *   ROOT/VAULT/JOB/INDEX.photo                     and INDEX.OWNER.part while it arrives
 */
export class RamDiskStorage implements VaultStorage {
	readonly kind = "ram_disk";
	readonly #options: RamDiskOptions;
	readonly #folder: string;
	readonly #owner: string;

	private constructor(options: RamDiskOptions) {
		this.#options = options;
		this.#folder = join(options.root, options.vaultId);
		const { pid, start, namespace } = ownIdentity();
		this.#owner = `owner-${pid}-${start}-${namespace}-${randomBytes(4).toString("hex")}`;
	}

	/** @throws the file system's error; `EPERM` when the folder belongs to somebody else */
	static async open(options: RamDiskOptions): Promise<RamDiskStorage> {
		await mkdir(options.root, { mode: 0o700 }).catch((error: unknown) => {
			if (codeOf(error) !== "EEXIST") throw error;
		});
		const stats = await lstat(options.root);
		const isOurs = stats.isDirectory() && stats.uid === process.getuid?.() && (stats.mode & 0o077) === 0;
		if (!isOurs) throw Object.assign(new Error("the folder is open to others"), { code: "EPERM" });
		const storage = new RamDiskStorage(options);
		await storage.#register();
		return storage;
	}

	async create(jobId: string, index: number): Promise<VaultWriter> {
		const folder = join(this.#folder, jobId);
		const part = join(folder, `${index}.${this.#owner}.part`);
		const final = join(folder, `${index}.photo`);
		const file = await this.#createFile(folder, part);
		const close = async (): Promise<void> => file.close().catch(() => undefined);
		return {
			write: async (bytes) => {
				try {
					for (let start = 0; start < bytes.length; ) start += (await file.write(bytes, start)).bytesWritten;
				} catch (error) {
					throw explain(error);
				}
			},
			commit: async () => {
				await close();
				await wipeFile(final);
				try {
					await rename(part, final);
				} catch (cause) {
					throw new AppError("photos_lost", "The photos were removed while they arrived.", { cause });
				}
			},
			abort: async () => {
				await close();
				await wipeFile(part);
				await rmdir(folder).catch(() => undefined);
			},
		};
	}

	async open(jobId: string, index: number): Promise<StoredPhoto | null> {
		let file: FileHandle;
		try {
			file = await open(join(this.#folder, jobId, `${index}.photo`), "r");
		} catch (error) {
			ignoreAbsent(error);
			return null;
		}
		const { size } = await file.stat();
		return {
			size_bytes: size,
			read: async (position, length) => {
				const buffer = Buffer.alloc(Math.max(0, Math.min(length, size - position)));
				let filled = 0;
				while (filled < buffer.length) {
					const { bytesRead } = await file.read(buffer, filled, buffer.length - filled, position + filled);
					if (bytesRead === 0) break;
					filled += bytesRead;
				}
				return buffer.subarray(0, filled);
			},
			close: async () => file.close(),
		};
	}

	async photos(jobId: string): Promise<readonly number[]> {
		const names = await namesIn(join(this.#folder, jobId));
		return names.flatMap((name) => PHOTO.exec(name)?.[1] ?? []).map(Number);
	}

	async remove(jobId: string): Promise<void> {
		await wipeFolder(join(this.#folder, jobId));
	}

	async list(): Promise<readonly { readonly jobId: string; readonly modifiedAt: Date }[]> {
		const jobs: { jobId: string; modifiedAt: Date }[] = [];
		for (const jobId of (await namesIn(this.#folder)).filter((name) => JOB.test(name))) {
			const folder = join(this.#folder, jobId);
			const paths = [folder, ...(await namesIn(folder)).map((name) => join(folder, name))];
			// The folder's own time also covers a photo that got its final name meanwhile.
			const latest_ms = Math.max(...(await Promise.all(paths.map(modifiedAt_ms))));
			if (latest_ms > 0) jobs.push({ jobId, modifiedAt: new Date(latest_ms) });
		}
		return jobs;
	}

	async removeOrphans(): Promise<readonly string[]> {
		await this.#register();
		await this.#removeDeadOwners();
		const jobs: string[] = [];
		for (const name of await namesIn(this.#options.root)) {
			if (name !== this.#options.vaultId) jobs.push(...(await this.#removeVault(name)));
		}
		return jobs;
	}

	async close(isKept: boolean): Promise<void> {
		if (!isKept) for (const { jobId } of await this.list()) await this.remove(jobId);
		await rm(join(this.#folder, this.#owner), { force: true });
		// Fails while others use the vault or photos wait for them.
		await rmdir(this.#folder).catch(() => undefined);
	}

	/** Leaves a mark that this process uses the vault, or renews it. */
	async #register(): Promise<void> {
		const mark = join(this.#folder, this.#owner);
		for (let attempt = 1; ; attempt++) {
			try {
				await mkdir(this.#folder, { mode: 0o700 }).catch((error: unknown) => {
					if (codeOf(error) !== "EEXIST") throw error;
				});
				await writeFile(mark, "", { mode: 0o600 });
				const now = new Date();
				await utimes(mark, now, now);
				return;
			} catch (error) {
				// The last process to leave removes the folder.
				if (attempt === 5 || codeOf(error) !== "ENOENT") throw explain(error);
			}
		}
	}

	async #createFile(folder: string, part: string): Promise<FileHandle> {
		for (let attempt = 1; ; attempt++) {
			try {
				await mkdir(folder, { mode: 0o700 }).catch((error: unknown) => {
					if (codeOf(error) !== "EEXIST") throw error;
				});
				return await open(part, "wx", 0o600);
			} catch (error) {
				if (attempt === 5 || codeOf(error) !== "ENOENT") throw explain(error);
				await this.#register();
			}
		}
	}

	/** In the own vault: what a killed process was still writing cannot be finished by anybody. */
	async #removeDeadOwners(): Promise<void> {
		const names = await namesIn(this.#folder);
		for (const name of names) {
			if (OWNER.test(name) && !(await this.#isOwnerAlive(this.#folder, name))) {
				await rm(join(this.#folder, name), { force: true });
			}
		}
		for (const jobId of names.filter((name) => JOB.test(name))) {
			const folder = join(this.#folder, jobId);
			for (const name of await namesIn(folder)) {
				const owner = PART.exec(name)?.[1];
				if (owner === undefined || (await this.#isOwnerAlive(this.#folder, owner))) continue;
				await wipeFile(join(folder, name));
				await rmdir(folder).catch(() => undefined);
			}
		}
	}

	/** Another vault whose processes are all dead: nobody can read it any more, or nobody will. */
	async #removeVault(name: string): Promise<readonly string[]> {
		const folder = join(this.#options.root, name);
		if (!name.startsWith(".wiping-")) {
			const owners = (await namesIn(folder)).filter((entry) => OWNER.test(entry));
			if (owners.length === 0 && Date.now() - (await modifiedAt_ms(folder)) < UNOWNED_GRACE_MS) return [];
			for (const owner of owners) if (await this.#isOwnerAlive(folder, owner)) return [];
		}
		// Renamed first, so that a process that starts at this moment makes a folder of its own.
		const doomed = join(this.#options.root, `.wiping-${randomBytes(6).toString("hex")}`);
		try {
			await rename(folder, doomed);
		} catch (error) {
			ignoreAbsent(error);
			return [];
		}
		const jobs = (await namesIn(doomed)).filter((entry) => JOB.test(entry));
		for (const jobId of jobs) await wipeFolder(join(doomed, jobId));
		await wipeFolder(doomed);
		return jobs;
	}

	async #isOwnerAlive(folder: string, owner: string): Promise<boolean> {
		const [, pid, start, namespace] = OWNER.exec(owner) ?? [];
		if (pid === undefined || start === undefined || namespace === undefined) return false;
		const alive = isAlive({ pid: Number(pid), start, namespace });
		if (alive !== null) return alive;
		return Date.now() - (await modifiedAt_ms(join(folder, owner))) < this.#options.lifetime_ms;
	}
}

/** Zero when it is gone. */
async function modifiedAt_ms(path: string): Promise<number> {
	try {
		return (await stat(path)).mtimeMs;
	} catch (error) {
		ignoreAbsent(error);
		return 0;
	}
}

function explain(error: unknown): unknown {
	if (!FULL.has(codeOf(error))) return error;
	return new AppError("vault_full", "The RAM disk has no room for more photos.", { retryable: true, cause: error });
}
