import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { AnnyDataError } from "./data-error.js";
import type { AssetSource, LoadOptions } from "./load-options.js";
import { openBodyModelAsset } from "./model-data/body-model-store.js";
import { readAsset, verifyAsset } from "./read-asset.js";

/**
 * The compiled model that the options name, verified; without one, what the installed data compile to.
 *
 * @throws AnnyDataError
 */
export async function openAsset(options: LoadOptions): Promise<Uint8Array> {
	const { asset, modelDataDir, cacheDir, onProgress, signal, sha256 } = options;
	signal?.throwIfAborted();
	if (asset === undefined) {
		const onCompile = () => onProgress?.({ stage: "compile", loaded_bytes: 0, total_bytes: null });
		const { bytes } = await openBodyModelAsset({ modelDataDir, cacheDir, onCompile });
		return verifyAsset(bytes, sha256);
	}
	const path = filePath(asset);
	return verifyAsset(path === null ? await readAsset(asset, options) : await readBytes(path), sha256);
}

/** Null for what is not a file. */
function filePath(source: AssetSource): string | null {
	if (source instanceof URL) return source.protocol === "file:" ? fileURLToPath(source) : null;
	if (typeof source !== "string" || /^(?:https?|data|blob):/.test(source)) return null;
	return source.startsWith("file:") ? fileURLToPath(source) : source;
}

async function readBytes(path: string): Promise<Uint8Array> {
	try {
		return await readFile(path);
	} catch (cause) {
		throw new AnnyDataError(
			"asset_unreachable",
			`The body model ${path} cannot be read.`,
			"Check the path, or leave it out to use the installed data.",
			{ place: path, cause },
		);
	}
}
