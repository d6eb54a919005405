import { mkdir } from "node:fs/promises";
import { dirname, resolve } from "node:path";

/**
 * Makes a folder and the parents that are missing; a folder that exists is left as it is. Node's own `recursive` never
 * ends where making a folder says that the folder above does not exist although it does, as in `/proc`.
 *
 * @throws the file system's error
 */
export async function makeFolder(path: string): Promise<void> {
	const folder = resolve(path);
	const code = await tryMake(folder);
	if (code !== "ENOENT") return;
	// A drive that is not there has no parent.
	if (dirname(folder) !== folder) await makeFolder(dirname(folder));
	// A second ENOENT is final: the parents are there now.
	if ((await tryMake(folder)) === "ENOENT") {
		throw Object.assign(new Error(`No folder can be made at ${folder}.`), { code: "ENOENT" });
	}
}

/** Undefined when made, or the code of the two failures that are expected: it exists, or its parent does not. */
async function tryMake(folder: string): Promise<"EEXIST" | "ENOENT" | undefined> {
	try {
		await mkdir(folder);
		return undefined;
	} catch (error) {
		const code = error instanceof Error && "code" in error ? error.code : undefined;
		if (code === "EEXIST" || code === "ENOENT") return code;
		throw error;
	}
}
