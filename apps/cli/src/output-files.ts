import { randomBytes } from "node:crypto";
import { mkdir, rename, rm, rmdir, stat, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { AppError } from "@anny-fitter/contracts";

/** A folder that is known to be writable, before the long work begins. */
export interface OutputFolder {
	readonly path: string;
	/**
	 * Writes all files or none: each under a temporary name first, then all are renamed.
	 *
	 * @returns sizes in bytes, in the order of the files
	 * @throws {AppError} `output_not_writable`; `cancelled` when the signal is aborted before the renaming
	 */
	write(files: readonly OutputFile[], signal: AbortSignal): Promise<number[]>;
	/** Removes the folders that were made for this output, if nothing was written into them. */
	discard(): Promise<void>;
}

export interface OutputFile {
	readonly name: string;
	readonly content: Uint8Array | string;
}

/**
 * Makes a folder if it does not exist, and tries to write into it.
 *
 * @param path as given by the user
 * @throws {AppError} `output_not_writable`
 */
export async function openOutputFolder(path: string): Promise<OutputFolder> {
	if (path === "") {
		throw new AppError("output_not_writable", "The name of the output folder is empty.", {
			remedy: "Name a folder that you may write to with --out.",
		});
	}
	let firstMade: string | undefined;
	try {
		firstMade = await makeFolders(resolve(path));
		const probe = temporaryPath(path, "probe");
		await writeFile(probe, "");
		await rm(probe);
	} catch (error) {
		if (firstMade !== undefined) await removeEmptyFolders(path, firstMade);
		throw outputError(error, path);
	}
	return {
		path,
		write: (files, signal) => writeTogether(path, files, signal),
		discard: async () => {
			if (firstMade !== undefined) await removeEmptyFolders(path, firstMade);
		},
	};
}

/**
 * Makes a folder and the parents that are missing. Node's own `recursive` never ends where making a folder says that the
 * folder above does not exist although it does, as in `/proc`.
 *
 * @returns the topmost folder that was made, undefined when none was
 */
async function makeFolders(path: string): Promise<string | undefined> {
	const missing: string[] = [];
	let existing = path;
	while (!(await isThere(existing)) && dirname(existing) !== existing) {
		missing.push(existing);
		existing = dirname(existing);
	}
	if (!(await stat(existing)).isDirectory()) {
		throw Object.assign(new Error("not a folder"), { code: missing.length === 0 ? "EEXIST" : "ENOTDIR" });
	}
	let firstMade: string | undefined;
	try {
		for (const folder of missing.reverse()) {
			await mkdir(folder).catch((error) => {
				// Another process made it at the same time.
				if (error.code !== "EEXIST") throw error;
			});
			firstMade ??= folder;
		}
	} catch (error) {
		if (firstMade !== undefined) await removeEmptyFolders(dirname(path), firstMade);
		throw error;
	}
	return firstMade;
}

async function isThere(path: string): Promise<boolean> {
	try {
		await stat(path);
		return true;
	} catch (error) {
		if (error instanceof Error && "code" in error && error.code === "ENOENT") return false;
		throw error;
	}
}

async function writeTogether(folder: string, files: readonly OutputFile[], signal: AbortSignal): Promise<number[]> {
	const temporary = files.map((file) => temporaryPath(folder, file.name));
	try {
		for (const [index, file] of files.entries()) await writeFile(temporary[index]!, file.content, { signal });
		// Ctrl-C pressed during the work is noticed only when the event loop turns.
		await new Promise((resolveTurn) => setImmediate(resolveTurn));
		signal.throwIfAborted();
		const sizes: number[] = [];
		for (const [index, file] of files.entries()) {
			sizes.push((await stat(temporary[index]!)).size);
			await rename(temporary[index]!, join(folder, file.name));
		}
		return sizes;
	} catch (error) {
		await Promise.all(temporary.map((path) => rm(path, { force: true })));
		if (signal.aborted) throw new AppError("cancelled", "The command was cancelled.", { cause: error });
		throw outputError(error, folder);
	}
}

function temporaryPath(folder: string, name: string): string {
	return join(folder, `.anny-fitter-${randomBytes(6).toString("hex")}-${name}`);
}

/** Removes `path` and its parents up to `firstMade`, as far as they are empty. */
async function removeEmptyFolders(path: string, firstMade: string): Promise<void> {
	const last = resolve(firstMade);
	for (let folder = resolve(path); ; folder = dirname(folder)) {
		try {
			await rmdir(folder);
		} catch {
			return;
		}
		if (folder === last) return;
	}
}

const REASONS: Readonly<Record<string, string>> = {
	EACCES: "permission is missing",
	EPERM: "permission is missing",
	EROFS: "the disk is read-only",
	ENOSPC: "the disk is full",
	EDQUOT: "the disk quota is used up",
	EEXIST: "a file with this name is in the way",
	ENOTDIR: "a part of the path is a file",
	EISDIR: "a folder with the name of an output file is in the way",
	ENAMETOOLONG: "the name is too long",
	ENOENT: "folders cannot be made there",
};

function outputError(error: unknown, path: string): unknown {
	const code = error instanceof Error && "code" in error ? String(error.code) : "";
	const reason = REASONS[code];
	if (reason === undefined) return error;
	return new AppError("output_not_writable", `Nothing can be written to ${path}: ${reason}.`, {
		remedy:
			code === "ENOSPC" || code === "EDQUOT"
				? "Make room, or choose another disk with --out."
				: "Choose a folder that you may write to with --out.",
		cause: error,
	});
}
