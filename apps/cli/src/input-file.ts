import { type FileHandle, open } from "node:fs/promises";
import { basename } from "node:path";
import { AppError } from "@anny-fitter/contracts";

/** No photo or mesh that the product can use is larger; reading more could fill the memory. */
const LARGEST_FILE_BYTES = 512 * 1024 * 1024;
const CHUNK_BYTES = 1024 * 1024;

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
	if (path === "") {
		throw new AppError("invalid_argument", `The name of the ${kind} is empty.`, { remedy: `Name the ${kind}.` });
	}
	try {
		const file = await open(path, "r");
		try {
			if ((await file.stat()).size > LARGEST_FILE_BYTES) throw tooLarge(path, kind);
			return { bytes: await readAtMost(file, path, kind), name: basename(path) };
		} finally {
			await file.close();
		}
	} catch (error) {
		throw inputError(error, path, kind);
	}
}

/** Pipes and devices tell no size beforehand, and some never end. */
async function readAtMost(file: FileHandle, path: string, kind: string): Promise<Uint8Array> {
	const chunks: Uint8Array[] = [];
	let length = 0;
	for await (const chunk of file.createReadStream({ autoClose: false, highWaterMark: CHUNK_BYTES })) {
		chunks.push(chunk);
		length += chunk.length;
		if (length > LARGEST_FILE_BYTES) throw tooLarge(path, kind);
	}
	return Buffer.concat(chunks, length);
}

function tooLarge(path: string, kind: string): AppError {
	const code = kind === "photo" ? "image_too_large" : "invalid_argument";
	return new AppError(code, `${path} has more than 512 MB, which is too much for a ${kind}.`, {
		remedy: "Use a file of at most 512 MB.",
	});
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
