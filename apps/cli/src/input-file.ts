import { open } from "node:fs/promises";
import { basename } from "node:path";
import { AppError } from "@anny-fitter/contracts";

/** No photo or mesh that the product can use is larger; reading more could fill the memory. */
const LARGEST_FILE_BYTES = 512 * 1024 * 1024;

export interface InputFile {
	readonly bytes: Uint8Array;
	/** File name without folders. */
	readonly name: string;
}

/**
 * Reads a file that the user named.
 *
 * @param path as given by the user
 * @param kind what the file should be, for messages: "photo", "params file", "mesh"
 * @throws {AppError} `file_not_found`, `invalid_argument` or `image_too_large`
 */
export async function readInputFile(path: string, kind: string): Promise<InputFile> {
	try {
		const file = await open(path, "r");
		try {
			const { size } = await file.stat();
			if (size > LARGEST_FILE_BYTES) {
				const code = kind === "photo" ? "image_too_large" : "invalid_argument";
				throw new AppError(code, `${path} has ${Math.round(size / 2 ** 20)} MB, which is too much for a ${kind}.`, {
					remedy: "Use a file of at most 512 MB.",
				});
			}
			return { bytes: await file.readFile(), name: basename(path) };
		} finally {
			await file.close();
		}
	} catch (error) {
		throw inputError(error, path, kind);
	}
}

function inputError(error: unknown, path: string, kind: string): unknown {
	const code = error instanceof Error && "code" in error ? error.code : null;
	if (code === "ENOENT" || code === "ENOTDIR") {
		return new AppError("file_not_found", `The ${kind} ${path} does not exist.`, { cause: error });
	}
	if (code === "EISDIR") {
		return new AppError("invalid_argument", `${path} is a folder, not a ${kind}.`, {
			remedy: `Name the ${kind} itself.`,
			cause: error,
		});
	}
	if (code === "EACCES" || code === "EPERM") {
		return new AppError("invalid_argument", `The ${kind} ${path} may not be read.`, {
			remedy: "Ask for permission to read it, or copy it to a folder of your own.",
			cause: error,
		});
	}
	return error;
}
