/**
 * The GLB container of glTF 2.0 (chapter 4 of the specification): a 12-byte header, a JSON chunk, a binary chunk.
 *
 * Written by hand rather than through a glTF library: the files this project writes need twelve accessors and one skin,
 * the container is forty lines, and a library would bring Node and DOM types into a package that must run without
 * either. The tests read the files back with the Khronos validator and with glTF-Transform.
 */
import { decodeUtf8, encodeUtf8 } from "./text-bytes.js";

const MAGIC = 0x46546c67;
const JSON_CHUNK = 0x4e4f534a;
const BINARY_CHUNK = 0x004e4942;

/** Packs a glTF document and its binary buffer into one file. */
export function packGlb(json: object, binary: Uint8Array): Uint8Array {
	const text = encodeUtf8(JSON.stringify(json));
	const textLength = Math.ceil(text.length / 4) * 4;
	const binaryLength = Math.ceil(binary.length / 4) * 4;
	const bytes = new Uint8Array(12 + 8 + textLength + 8 + binaryLength);
	const view = new DataView(bytes.buffer);
	view.setUint32(0, MAGIC, true);
	view.setUint32(4, 2, true);
	view.setUint32(8, bytes.length, true);
	view.setUint32(12, textLength, true);
	view.setUint32(16, JSON_CHUNK, true);
	bytes.fill(0x20, 20, 20 + textLength);
	bytes.set(text, 20);
	view.setUint32(20 + textLength, binaryLength, true);
	view.setUint32(24 + textLength, BINARY_CHUNK, true);
	bytes.set(binary, 28 + textLength);
	return bytes;
}

/** True when the bytes start like a GLB file. */
export function isGlb(bytes: Uint8Array): boolean {
	return bytes.length >= 4 && bytes[0] === 0x67 && bytes[1] === 0x6c && bytes[2] === 0x54 && bytes[3] === 0x46;
}

/**
 * Takes a GLB file apart.
 *
 * @returns The parsed JSON and the binary buffer (a view into `bytes`; empty when the file has none).
 * @throws RangeError when the container is damaged.
 */
export function unpackGlb(bytes: Uint8Array): { json: unknown; binary: Uint8Array } {
	if (!isGlb(bytes)) throw new RangeError('Not a GLB file: it does not start with "glTF".');
	if (bytes.length < 20) throw new RangeError(`The GLB file is truncated: ${bytes.length} bytes hold no header.`);
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	const version = view.getUint32(4, true);
	if (version !== 2) throw new RangeError(`The GLB file has version ${version}; only version 2 is supported.`);
	const length = view.getUint32(8, true);
	if (length > bytes.length) {
		throw new RangeError(`The GLB file is truncated: its header states ${length} bytes, ${bytes.length} are there.`);
	}
	let json: unknown;
	let hasJson = false;
	let binary = bytes.subarray(0, 0);
	for (let offset = 12; offset + 8 <= length; ) {
		const chunkLength = view.getUint32(offset, true);
		const type = view.getUint32(offset + 4, true);
		const start = offset + 8;
		if (start + chunkLength > length) {
			throw new RangeError(`The GLB chunk at byte ${offset} states ${chunkLength} bytes, past the end of the file.`);
		}
		const chunk = bytes.subarray(start, start + chunkLength);
		if (offset === 12) {
			if (type !== JSON_CHUNK) throw new RangeError("The first chunk of the GLB file is not JSON.");
			try {
				json = JSON.parse(decodeUtf8(chunk));
			} catch {
				throw new RangeError("The JSON chunk of the GLB file cannot be parsed.");
			}
			hasJson = true;
		} else if (type === BINARY_CHUNK && binary.length === 0) {
			binary = chunk;
		}
		offset = start + chunkLength;
	}
	if (!hasJson || typeof json !== "object" || json === null) {
		throw new RangeError("The GLB file holds no glTF document.");
	}
	return { json, binary };
}
