/** Entries of an EXIF directory that name another directory: EXIF, GPS, interoperability. */
const DIRECTORY_TAGS: readonly number[] = [0x8769, 0x8825, 0xa005];
const MAX_BLOCKS = 1000;
const LITTLE_ENDIAN = Buffer.from("II*\0", "latin1");
const BIG_ENDIAN = Buffer.from("MM\0*", "latin1");

/**
 * Whether EXIF directories of a file name one another in a circle or one twice. Readers follow every such reference: a
 * few kilobytes keep them, and one of the threads that files are read with, busy for minutes.
 *
 * Looks for EXIF blocks wherever they are, whatever the image's format; the pixels are not read.
 */
export function hasLoopingMetadata(bytes: Uint8Array): boolean {
	const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	for (const mark of [LITTLE_ENDIAN, BIG_ENDIAN]) {
		let count = 0;
		for (let at = file.indexOf(mark); at >= 0 && count < MAX_BLOCKS; at = file.indexOf(mark, at + 4), count++) {
			if (isLooping(file.subarray(at), mark === LITTLE_ENDIAN)) return true;
		}
	}
	return false;
}

function isLooping(block: Buffer, isLittleEndian: boolean): boolean {
	const view = new DataView(block.buffer, block.byteOffset, block.byteLength);
	const seen = new Set<number>();
	const waiting = block.length < 8 ? [] : [view.getUint32(4, isLittleEndian)];
	for (let start = waiting.pop(); start !== undefined; start = waiting.pop()) {
		if (start < 8 || start + 2 > block.length) continue;
		if (seen.has(start)) return true;
		seen.add(start);
		const end = start + 2 + view.getUint16(start, isLittleEndian) * 12;
		for (let entry = start + 2; entry < end && entry + 12 <= block.length; entry += 12) {
			if (!DIRECTORY_TAGS.includes(view.getUint16(entry, isLittleEndian))) continue;
			waiting.push(view.getUint32(entry + 8, isLittleEndian));
		}
		if (end + 4 <= block.length) waiting.push(view.getUint32(end, isLittleEndian));
	}
	return false;
}
