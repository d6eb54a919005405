/** TIFF entry: tag, type (3 uint16, 4 uint32, 7 bytes), number of values, value or offset. */
type Entry = readonly [tag: number, type: 3 | 4 | 7, count: number, value: number];

/**
 * Put 8-bit RGB pixels and their ICC profile into an uncompressed TIFF file: the only way to tell the image library
 * the colour space of raw pixels.
 */
export function wrapInTiff(rgb: Uint8Array, width: number, height: number, profile: Uint8Array): Buffer {
	const entryCount = 11;
	const bitsAt = 8 + 2 + entryCount * 12 + 4;
	const profileAt = bitsAt + 6;
	const pixelsAt = profileAt + profile.length + (profile.length % 2);
	const entries: readonly Entry[] = [
		[256, 4, 1, width],
		[257, 4, 1, height],
		[258, 3, 3, bitsAt],
		[259, 3, 1, 1], // no compression
		[262, 3, 1, 2], // RGB
		[273, 4, 1, pixelsAt],
		[277, 3, 1, 3], // samples per pixel
		[278, 4, 1, height], // one strip
		[279, 4, 1, rgb.length],
		[284, 3, 1, 1], // interleaved
		[34675, 7, profile.length, profileAt],
	];
	const file = Buffer.alloc(pixelsAt + rgb.length);
	file.write("II*\0", "latin1");
	file.writeUInt32LE(8, 4);
	file.writeUInt16LE(entryCount, 8);
	entries.forEach(([tag, type, count, value], i) => {
		const at = 10 + 12 * i;
		file.writeUInt16LE(tag, at);
		file.writeUInt16LE(type, at + 2);
		file.writeUInt32LE(count, at + 4);
		file.writeUInt32LE(value, at + 8);
	});
	for (let i = 0; i < 3; i++) file.writeUInt16LE(8, bitsAt + 2 * i);
	file.set(profile, profileAt);
	file.set(rgb, pixelsAt);
	return file;
}
