import { createHash, randomBytes } from "node:crypto";
import { readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ASSET_FORMAT_VERSION } from "@anny-fitter/body-model";
import { makeFolder } from "./make-folder.js";

/** File: the asset, then its SHA-256 (32 bytes), so that damage is found before it is decoded. */
const DIGEST_BYTES = 32;
const SUFFIX = ".annybody";
/** Custom folders may be used in turn; npm and official data have one current version. */
const KEPT_ASSETS: Readonly<Record<string, number>> = { npm: 1, official: 1, custom: 2 };

/** Name of the cached asset of a source: a changed source or compiler gives another name. */
export function assetFileName(sourceName: string, identity: string): string {
	return `${sourceName}-v${ASSET_FORMAT_VERSION}-${identity.slice(0, 24)}${SUFFIX}`;
}

/** Cached asset, or null when there is none or it is damaged. */
export function readCachedAsset(path: string): Uint8Array | null {
	let bytes: Buffer;
	try {
		bytes = readFileSync(path);
	} catch {
		return null;
	}
	if (bytes.length <= DIGEST_BYTES) {
		return null;
	}
	const asset = bytes.subarray(0, bytes.length - DIGEST_BYTES);
	return digest(asset).equals(bytes.subarray(asset.length)) ? asset : null;
}

/** SHA-256 of the cached asset in hex, taken from the end of the file; null when there is none. */
export function cachedAssetDigest(path: string): { sha256: string; size_bytes: number } | null {
	const asset = readCachedAsset(path);
	return asset === null ? null : { sha256: digest(asset).toString("hex"), size_bytes: asset.length };
}

/**
 * Writes the asset next to its final name and renames it, so that readers never see half a file, and removes assets of
 * the same source that another compiler or older data left behind; of custom data the two that were used last stay.
 *
 * @throws the file system's error
 */
export async function writeCachedAsset(folder: string, name: string, asset: Uint8Array): Promise<void> {
	await makeFolder(folder);
	const temporary = join(folder, `${name}.${process.pid}-${randomBytes(4).toString("hex")}.tmp`);
	try {
		writeFileSync(temporary, Buffer.concat([asset, digest(asset)]));
		renameSync(temporary, join(folder, name));
	} catch (error) {
		rmSync(temporary, { force: true });
		throw error;
	}
	removeStale(folder, name);
}

/** Notes that an asset was used, so that others are removed first. */
export function markUsed(path: string): void {
	const now = new Date();
	try {
		utimesSync(path, now, now);
	} catch {
		// A cache that may only be read stays as it is.
	}
}

function removeStale(folder: string, name: string): void {
	const source = name.slice(0, name.indexOf("-"));
	const others = readdirSync(folder)
		.filter((entry) => entry !== name && entry.startsWith(`${source}-v`) && entry.endsWith(SUFFIX))
		.map((entry) => join(folder, entry))
		.sort((a, b) => lastUse_ms(b) - lastUse_ms(a));
	for (const path of others.slice((KEPT_ASSETS[source] ?? 1) - 1)) {
		rmSync(path, { force: true });
	}
}

/** Zero when another process has just removed the file. */
function lastUse_ms(path: string): number {
	return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function digest(bytes: Uint8Array): Buffer {
	return createHash("sha256").update(bytes).digest();
}
