import { constants } from "node:fs";
import { type FileHandle, open, readdir, rm, rmdir, unlink } from "node:fs/promises";
import { join } from "node:path";

const ZEROS = Buffer.alloc(1_048_576);

/** Overwrites a file with zeros over its full length and removes it. No error when there is none. */
export async function wipeFile(path: string): Promise<void> {
	let file: FileHandle;
	try {
		file = await open(path, constants.O_RDWR | constants.O_NOFOLLOW);
	} catch (error) {
		const code = codeOf(error);
		if (code === "ENOENT") return;
		// A link or a folder has no content of ours.
		if (code !== "ELOOP" && code !== "EISDIR") throw error;
		await rm(path, { recursive: true, force: true });
		return;
	}
	try {
		const { size } = await file.stat();
		for (let position = 0; position < size; ) {
			const { bytesWritten } = await file.write(ZEROS, 0, Math.min(ZEROS.length, size - position), position);
			position += bytesWritten;
		}
		await file.datasync();
	} finally {
		await file.close();
	}
	await unlink(path).catch(ignoreAbsent);
}

/** Wipes the files of a folder and removes it, unless something new has come into it meanwhile. */
export async function wipeFolder(path: string): Promise<void> {
	for (const name of await namesIn(path)) await wipeFile(join(path, name));
	await rmdir(path).catch((error: unknown) => {
		if (codeOf(error) !== "ENOTEMPTY") ignoreAbsent(error);
	});
}

/** Names in a folder; none when it does not exist. */
export async function namesIn(path: string): Promise<string[]> {
	try {
		return await readdir(path);
	} catch (error) {
		ignoreAbsent(error);
		return [];
	}
}

/** The code of a file system's error. */
export function codeOf(error: unknown): unknown {
	return error instanceof Error && "code" in error ? error.code : undefined;
}

/** Another process may have removed it first. @throws any other error */
export function ignoreAbsent(error: unknown): void {
	const code = codeOf(error);
	if (code !== "ENOENT" && code !== "ENOTDIR") throw error;
}
