/**
 * The file that carries a compiled body model to a website: the asset, eight bytes of magic, the SHA-256 of the asset. The
 * sum tells damage on the way from a program's fault; who wants to know that the file is the right one compares its digest.
 */
const MAGIC = Uint8Array.from("ANNYSEAL", (character) => character.charCodeAt(0));
const DIGEST_BYTES = 32;
const SEAL_BYTES = MAGIC.length + DIGEST_BYTES;

/** The file of an asset, and the SHA-256 of that file in hex. */
export async function sealAsset(asset: Uint8Array): Promise<{ readonly file: Uint8Array; readonly sha256: string }> {
	const file = new Uint8Array(asset.length + SEAL_BYTES);
	file.set(asset);
	file.set(MAGIC, asset.length);
	file.set(await digest(asset), asset.length + MAGIC.length);
	return { file, sha256: hex(await digest(file)) };
}

/** Parts of a file: its asset, and the sum that the file gives for it; null when it carries none. Views, no copies. */
export function openSeal(file: Uint8Array): { readonly asset: Uint8Array; readonly sum: Uint8Array | null } {
	const at = file.length - SEAL_BYTES;
	if (at < 0 || !MAGIC.every((byte, i) => file[at + i] === byte)) return { asset: file, sum: null };
	return { asset: file.subarray(0, at), sum: file.subarray(at + MAGIC.length) };
}

/** Whether bytes have a SHA-256; null where it cannot be computed: browsers do so on HTTPS and localhost only. */
export async function hasDigest(bytes: Uint8Array, expected: Uint8Array | string): Promise<boolean | null> {
	if (globalThis.crypto?.subtle === undefined) return null;
	const wanted = typeof expected === "string" ? expected.toLowerCase() : hex(expected);
	return hex(await digest(bytes)) === wanted;
}

async function digest(bytes: Uint8Array): Promise<Uint8Array> {
	return new Uint8Array(await crypto.subtle.digest("SHA-256", ownMemory(bytes)));
}

/** Web Crypto does not take shared memory. */
function ownMemory(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
	return bytes.buffer instanceof ArrayBuffer ? (bytes as Uint8Array<ArrayBuffer>) : new Uint8Array(bytes);
}

function hex(bytes: Uint8Array): string {
	return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
