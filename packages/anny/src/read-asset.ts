import { availableKernels, type BodyModelData, decodeBodyModel } from "@anny-fitter/body-model";
import { hasDigest, openSeal } from "./asset-seal.js";
import { AnnyDataError } from "./data-error.js";
import type { AssetSource, LoadOptions } from "./load-options.js";

const EXPORT_AGAIN = "Write the file again with `anny-fitter models export`, by the version that reads it.";
const CHECK_ADDRESS =
	"See that the file is served at this address (`anny-fitter models export --out public/anny.bin`).";

/**
 * Bytes of a compiled model from memory or from the network.
 *
 * @throws AnnyDataError `asset_unreachable` or `asset_invalid`; the signal's reason when it is aborted
 */
export async function readAsset(
	source: AssetSource,
	options: Pick<LoadOptions, "onProgress" | "signal">,
): Promise<Uint8Array> {
	if (source instanceof Uint8Array) return source;
	if (source instanceof ArrayBuffer || isShared(source)) return new Uint8Array(source);
	const isAddress = typeof source === "string" || source instanceof URL;
	const place = isAddress ? String(source) : null;
	try {
		options.signal?.throwIfAborted();
		const response = await (isAddress
			? fetch(source, options.signal === undefined ? {} : { signal: options.signal })
			: source);
		return await readResponse(response, options);
	} catch (cause) {
		options.signal?.throwIfAborted();
		if (cause instanceof AnnyDataError) throw cause;
		const problem = `The body model cannot be fetched${place === null ? "" : ` from ${place}`}.`;
		throw new AnnyDataError("asset_unreachable", problem, CHECK_ADDRESS, { place, cause });
	}
}

async function readResponse(
	response: Response,
	{ onProgress, signal }: Pick<LoadOptions, "onProgress" | "signal">,
): Promise<Uint8Array> {
	const place = response.url || null;
	if (!response.ok) {
		const problem = `The server answers ${response.status} instead of the body model${place === null ? "" : ` at ${place}`}.`;
		throw new AnnyDataError("asset_unreachable", problem, CHECK_ADDRESS, { place });
	}
	// Of a compressed answer the header counts other bytes than those that arrive.
	const length = response.headers.has("content-encoding") ? null : Number(response.headers.get("content-length"));
	const total_bytes = length === null || !(length > 0) ? null : length;
	const parts: Uint8Array[] = [];
	let loaded_bytes = 0;
	const reader = response.body?.getReader();
	for (;;) {
		const part = await reader?.read();
		if (part === undefined || part.done) break;
		signal?.throwIfAborted();
		parts.push(part.value);
		loaded_bytes += part.value.length;
		onProgress?.({ stage: "fetch", loaded_bytes, total_bytes });
	}
	const bytes = new Uint8Array(loaded_bytes);
	let at = 0;
	for (const part of parts) {
		bytes.set(part, at);
		at += part.length;
	}
	return bytes;
}

/**
 * Checks a file's sums, as far as it has any and this place can compute them, and returns the asset in it.
 *
 * @throws AnnyDataError `asset_invalid`
 */
export async function verifyAsset(file: Uint8Array, sha256: string | undefined): Promise<Uint8Array> {
	if (sha256 !== undefined && (await hasDigest(file, sha256)) === false) {
		throw new AnnyDataError("asset_invalid", "The body model is not the one whose SHA-256 was given.", EXPORT_AGAIN);
	}
	const { asset, sum } = openSeal(file);
	if (sum !== null && (await hasDigest(asset, sum)) === false) {
		throw new AnnyDataError("asset_invalid", "The body model was damaged on its way.", "Load it again.");
	}
	return asset;
}

/**
 * Decodes an asset.
 *
 * @throws AnnyDataError `asset_invalid`
 */
export function decodeAsset(asset: Uint8Array): BodyModelData {
	try {
		return decodeBodyModel(asset, { kernels: availableKernels() });
	} catch (cause) {
		const isPage = asset[0] === "<".charCodeAt(0);
		const reason = isPage ? "The server sent a page" : cause instanceof Error ? cause.message : String(cause);
		const problem = `This is not a body model that this version reads: ${reason}.`;
		throw new AnnyDataError("asset_invalid", problem, isPage ? CHECK_ADDRESS : EXPORT_AGAIN, { cause });
	}
}

/** Pages that are not isolated have no shared memory, not even its name. */
function isShared(source: AssetSource): source is SharedArrayBuffer {
	return typeof SharedArrayBuffer !== "undefined" && source instanceof SharedArrayBuffer;
}
