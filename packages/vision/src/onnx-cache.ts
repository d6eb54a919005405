import { randomBytes } from "node:crypto";
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { makeFolder } from "@anny-fitter/platform";

/** `read`: taken from the cache. `written`: made and stored. `unavailable`: made, but could not be stored. */
export type CacheOutcome = "read" | "written" | "unavailable";

const HEADER_BYTES = 16;
const MAGIC = 0x4e4f4641;

/**
 * Take bytes from the cache, or make and store them. A damaged entry is replaced; a folder that cannot be written to
 * costs the time of making the bytes again, nothing else.
 *
 * @param key file name; must change with everything the bytes depend on
 */
export async function cached(
	folder: string,
	key: string,
	make: () => Promise<Uint8Array>,
): Promise<{ bytes: Uint8Array; outcome: CacheOutcome }> {
	const path = join(folder, key);
	const stored = await readFile(path).then(unwrap, () => null);
	if (stored !== null) return { bytes: stored, outcome: "read" };
	const bytes = await make();
	return { bytes, outcome: (await store(folder, path, bytes)) ? "written" : "unavailable" };
}

/** Remove an entry that turned out to be unusable. */
export async function discard(folder: string, key: string): Promise<void> {
	await rm(join(folder, key), { force: true }).catch(() => undefined);
}

/** Write beside the target and rename: readers see the whole file or none. */
async function store(folder: string, path: string, bytes: Uint8Array): Promise<boolean> {
	const temporary = `${path}.${process.pid}.${randomBytes(6).toString("hex")}.tmp`;
	try {
		await makeFolder(folder);
		await writeFile(temporary, [header(bytes), bytes]);
		await rename(temporary, path);
		return true;
	} catch {
		await rm(temporary, { force: true }).catch(() => undefined);
		return false;
	}
}

function header(bytes: Uint8Array): Uint8Array {
	const out = Buffer.alloc(HEADER_BYTES);
	out.writeUInt32LE(MAGIC, 0);
	out.writeUInt32LE(bytes.length, 4);
	out.writeUInt32LE(crc32(bytes), 8);
	return out;
}

/** The payload, or `null` when the file is cut, altered or of another kind. */
function unwrap(file: Buffer): Uint8Array | null {
	if (file.length < HEADER_BYTES || file.readUInt32LE(0) !== MAGIC) return null;
	const bytes = file.subarray(HEADER_BYTES);
	if (bytes.length !== file.readUInt32LE(4) || crc32(bytes) !== file.readUInt32LE(8)) return null;
	return bytes;
}
