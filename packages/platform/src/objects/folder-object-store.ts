import { randomBytes } from "node:crypto";
import type { Dirent } from "node:fs";
import { chmod, mkdir, open, readdir, rename, rm, rmdir, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Readable } from "node:stream";
import { makeFolder } from "@anny-fitter/anny/model-data";
import { AppError } from "@anny-fitter/contracts";
import { checkObjectKey, checkObjectPrefix } from "./object-key.js";
import type { ObjectInfo, ObjectStore } from "./object-store.js";

/** No key can begin with a dot. */
const TEMPORARY = ".temporary";
/** What a killed process left behind is certainly not being written any more after this time. */
const TEMPORARY_LIFETIME_MS = 3_600_000;

/** Objects as files that only this user may read. */
export class FolderObjectStore implements ObjectStore {
	readonly kind = "folder";
	readonly #root: string;

	private constructor(root: string) {
		this.#root = root;
	}

	/** @throws AppError `output_not_writable` naming the folder */
	static async open(root: string): Promise<FolderObjectStore> {
		const temporary = join(root, TEMPORARY);
		try {
			await makeFolder(temporary);
			await chmod(root, 0o700);
			for (const name of await readdir(temporary)) {
				const path = join(temporary, name);
				const stats = await stat(path).catch(() => null);
				if (stats !== null && Date.now() - stats.mtimeMs > TEMPORARY_LIFETIME_MS) await rm(path, { force: true });
			}
		} catch (cause) {
			throw new AppError("output_not_writable", `Exports cannot be written to ${root}.`, {
				remedy: "Set DATA_DIR to a folder that the server may write to.",
				cause,
			});
		}
		return new FolderObjectStore(root);
	}

	async put(key: string, content: Uint8Array): Promise<void> {
		checkObjectKey(key);
		const path = join(this.#root, key);
		const temporary = join(this.#root, TEMPORARY, randomBytes(12).toString("hex"));
		try {
			await writeFile(temporary, content, { flag: "wx", mode: 0o600, flush: true });
			await this.#moveTo(path, temporary);
		} catch (error) {
			await rm(temporary, { force: true });
			throw error;
		}
	}

	async get(key: string): Promise<{ stream: Readable; size_bytes: number } | null> {
		checkObjectKey(key);
		let file: Awaited<ReturnType<typeof open>>;
		try {
			file = await open(join(this.#root, key), "r");
		} catch (error) {
			if (isAbsent(error)) return null;
			throw error;
		}
		const stats = await file.stat();
		if (!stats.isFile()) {
			await file.close();
			return null;
		}
		return { stream: file.createReadStream(), size_bytes: stats.size };
	}

	async delete(keys: readonly string[]): Promise<void> {
		for (const key of keys) checkObjectKey(key);
		for (const key of keys) {
			const path = join(this.#root, key);
			await rm(path, { force: true }).catch((error: unknown) => {
				if (!isAbsent(error)) throw error;
			});
			await this.#removeEmptyFolders(dirname(path));
		}
	}

	async *list(prefix: string): AsyncIterable<ObjectInfo> {
		checkObjectPrefix(prefix);
		const folder = prefix.slice(0, prefix.lastIndexOf("/") + 1);
		for await (const key of this.#walk(folder)) {
			if (!key.startsWith(prefix)) continue;
			const stats = await stat(join(this.#root, key)).catch(() => null);
			if (stats !== null) yield { key, size_bytes: stats.size, createdAt: stats.mtime };
		}
	}

	async ping(): Promise<void> {
		await stat(join(this.#root, TEMPORARY));
	}

	async close(): Promise<void> {}

	/** Another process may remove the empty folder between the two steps. */
	async #moveTo(path: string, temporary: string): Promise<void> {
		for (let attempt = 1; ; attempt++) {
			try {
				await mkdir(dirname(path), { recursive: true, mode: 0o700 });
				await rename(temporary, path);
				return;
			} catch (error) {
				if (attempt === 5 || codeOf(error) !== "ENOENT") throw error;
			}
		}
	}

	async #removeEmptyFolders(folder: string): Promise<void> {
		let current = folder;
		while (current.length > this.#root.length && current.startsWith(this.#root)) {
			try {
				await rmdir(current);
			} catch {
				return;
			}
			current = dirname(current);
		}
	}

	/** Keys below a folder, which is "" or ends with a slash, in the order of their names. */
	async *#walk(folder: string): AsyncIterable<string> {
		let entries: Dirent[];
		try {
			entries = await readdir(join(this.#root, folder), { withFileTypes: true });
		} catch (error) {
			if (isAbsent(error)) return;
			throw error;
		}
		for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
			if (entry.name.startsWith(".")) continue;
			if (entry.isDirectory()) yield* this.#walk(`${folder}${entry.name}/`);
			else if (entry.isFile()) yield folder + entry.name;
		}
	}
}

function codeOf(error: unknown): unknown {
	return error instanceof Error && "code" in error ? error.code : undefined;
}

function isAbsent(error: unknown): boolean {
	const code = codeOf(error);
	return code === "ENOENT" || code === "ENOTDIR" || code === "EISDIR" || code === "ERR_FS_EISDIR";
}
