/** Boxes of the ISO base media format that lead to the image properties. `meta` has four bytes before its children. */
const PATH: readonly (readonly [type: string, headerBytes: number])[] = [
	["meta", 4],
	["iprp", 0],
	["ipco", 0],
];

/**
 * The embedded ICC profile of a HEIC file (first `colr` property of type `prof` or `rICC`), or `null`. The HEIC decoder
 * leaves colours in the profile's space; phones write Display P3.
 */
export function heicColorProfile(bytes: Uint8Array): Uint8Array | null {
	let scope = bytes;
	for (const [type, headerBytes] of PATH) {
		const box = boxes(scope).find((entry) => entry.type === type);
		if (box === undefined) return null;
		scope = box.content.subarray(headerBytes);
	}
	for (const { type, content } of boxes(scope)) {
		if (type !== "colr") continue;
		const kind = ascii(content.subarray(0, 4));
		if (kind === "prof" || kind === "rICC") return content.subarray(4);
	}
	return null;
}

/** Boxes one after another; stops at the first one that does not fit. */
function boxes(bytes: Uint8Array): { type: string; content: Uint8Array }[] {
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	const found: { type: string; content: Uint8Array }[] = [];
	for (let at = 0; at + 8 <= bytes.length; ) {
		let size = view.getUint32(at);
		let header = 8;
		if (size === 1 && at + 16 <= bytes.length) {
			size = Number(view.getBigUint64(at + 8));
			header = 16;
		} else if (size === 0) size = bytes.length - at;
		if (size < header || at + size > bytes.length) break;
		found.push({ type: ascii(bytes.subarray(at + 4, at + 8)), content: bytes.subarray(at + header, at + size) });
		at += size;
	}
	return found;
}

function ascii(bytes: Uint8Array): string {
	return String.fromCharCode(...bytes);
}
