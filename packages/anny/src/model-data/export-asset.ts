import { randomBytes } from "node:crypto";
import { renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";
import { sealAsset } from "../asset-seal.js";
import { type BodyModelStoreOptions, openBodyModelAsset } from "./body-model-store.js";
import { makeFolder } from "./make-folder.js";

export interface ExportOptions extends BodyModelStoreOptions {
	/** Also write `<path>.br` for servers that send prepared Brotli files: about 3.3 MB instead of 12. Default: false. */
	readonly brotli?: boolean;
}

/** What was written. */
export interface ExportedAsset {
	readonly path: string;
	readonly size_bytes: number;
	/** Of the whole file, in hex; for names of files that change with their content, and for `loadAnny`. */
	readonly sha256: string;
	/** The compressed file, null when none was asked for. */
	readonly brotli: { readonly path: string; readonly size_bytes: number } | null;
	/** Beside the file: where the data come from and under which licence. */
	readonly licencePath: string;
	/** One line for people. */
	readonly source: string;
	readonly licence: string;
}

/**
 * Writes the compiled body model as one file for a website, and beside it `<path>.licence.txt`. Compiles it first when it
 * is not in the cache. The file ends with its own checksum, which `loadAnny` looks at.
 *
 * @param path e.g. `public/anny.bin`; missing folders are made, an older file is replaced
 * @throws AnnyDataError when there are no data to compile; the file system's error when the file cannot be written
 */
export async function exportBodyModelAsset(path: string, options: ExportOptions = {}): Promise<ExportedAsset> {
	const { bytes, modelData, licence } = await openBodyModelAsset(options);
	const { file, sha256 } = await sealAsset(bytes);
	await makeFolder(dirname(resolve(path)));
	replaceFile(path, file);
	const licencePath = `${path}.licence.txt`;
	// The file may be published: a folder's path is nobody's business.
	const source = modelData.source === "npm" ? modelData.detail : "a folder with the data in MPFB2's layout";
	replaceFile(licencePath, licenceText(basename(path), source, licence, sha256));
	let brotli: ExportedAsset["brotli"] = null;
	if (options.brotli === true) {
		const compressed = brotliCompressSync(file, {
			params: {
				[constants.BROTLI_PARAM_QUALITY]: 5,
				[constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
				[constants.BROTLI_PARAM_SIZE_HINT]: file.length,
			},
		});
		brotli = { path: `${path}.br`, size_bytes: compressed.length };
		replaceFile(brotli.path, compressed);
	}
	return { path, size_bytes: file.length, sha256, brotli, licencePath, source, licence };
}

/** Readers see the old file or the new one, never half of it. */
function replaceFile(path: string, content: Uint8Array | string): void {
	const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(4).toString("hex")}.tmp`);
	try {
		writeFileSync(temporary, content);
		renameSync(temporary, path);
	} catch (error) {
		rmSync(temporary, { force: true });
		throw error;
	}
}

function licenceText(name: string, source: string, licence: string, sha256: string): string {
	return `${name}: the Anny body model, compiled from MakeHuman's assets.

Source:  ${source}
Licence: ${licence}
SHA-256: ${sha256}

MakeHuman released its core assets (base mesh, targets, rig, skin weights) under CC0 1.0 in September 2020:
https://creativecommons.org/publicdomain/zero/1.0/
The order and meaning of the shapes follow Anny (https://github.com/naver/anny), Copyright NAVER Corp., Apache-2.0.
`;
}
