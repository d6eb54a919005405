import { findBox, fourCharacters, isoBoxes } from "./iso-boxes.js";

/** What a HEIC file holds beside its pixels, as far as it is used. */
export interface HeicMetadata {
	/** EXIF block from its TIFF header on, or `null`. */
	readonly exif: Uint8Array | null;
	/** ICC profile, or `null`. The decoder leaves colours in the profile's space; phones write Display P3. */
	readonly profile: Uint8Array | null;
}

/** Read EXIF and colour profile from the container. What cannot be read counts as absent. */
export function readHeicMetadata(bytes: Uint8Array): HeicMetadata {
	const meta = findBox(bytes, "meta", true);
	if (meta === null) return { exif: null, profile: null };
	return { exif: orNull(() => readExif(bytes, meta)), profile: orNull(() => readProfile(meta)) };
}

function orNull<T>(read: () => T | null): T | null {
	try {
		return read();
	} catch (error) {
		// Reading past the end of a damaged box.
		if (error instanceof RangeError) return null;
		throw error;
	}
}

function readProfile(meta: Uint8Array): Uint8Array | null {
	const properties = findBox(meta, "iprp");
	const container = properties && findBox(properties, "ipco");
	if (container === null) return null;
	for (const { type, content } of isoBoxes(container)) {
		if (type === "colr" && ["prof", "rICC"].includes(fourCharacters(content, 0))) return content.subarray(4);
	}
	return null;
}

function readExif(file: Uint8Array, meta: Uint8Array): Uint8Array | null {
	const items = findBox(meta, "iinf");
	const locations = findBox(meta, "iloc");
	if (items === null || locations === null) return null;
	const id = findExifItem(items);
	const item = id === null ? null : locateItem(file, locations, id);
	if (item === null || item.length < 4) return null;
	// The item starts with the distance from its fifth byte to the TIFF header.
	const start = 4 + new DataView(item.buffer, item.byteOffset).getUint32(0);
	return item.subarray(start);
}

/** Identifier of the item of type `Exif` in an `iinf` box. */
function findExifItem(iinf: Uint8Array): number | null {
	const entries = isoBoxes(iinf.subarray(iinf[0] === 0 ? 6 : 8));
	for (const { type, content } of entries) {
		if (type !== "infe") continue;
		const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
		const version = view.getUint8(0);
		if (version === 2 && fourCharacters(content, 8) === "Exif") return view.getUint16(4);
		if (version === 3 && fourCharacters(content, 10) === "Exif") return view.getUint32(4);
	}
	return null;
}

/** Bytes of an item stored in one piece of the file, from an `iloc` box. */
function locateItem(file: Uint8Array, iloc: Uint8Array, wanted: number): Uint8Array | null {
	const view = new DataView(iloc.buffer, iloc.byteOffset, iloc.byteLength);
	let at = 4;
	const read = (size: number): number => {
		at += size;
		if (size === 0) return 0;
		if (size === 2) return view.getUint16(at - 2);
		if (size === 4) return view.getUint32(at - 4);
		if (size === 8) return Number(view.getBigUint64(at - 8));
		throw new RangeError(`unexpected field of ${size} bytes`);
	};
	const version = view.getUint8(0);
	const sizes = read(2);
	const [offsetSize, lengthSize, baseSize] = [sizes >> 12, (sizes >> 8) & 15, (sizes >> 4) & 15];
	const indexSize = version === 0 ? 0 : sizes & 15;
	const idSize = version < 2 ? 2 : 4;
	const count = read(idSize);
	for (let i = 0; i < count; i++) {
		const id = read(idSize);
		const method = version === 0 ? 0 : read(2) & 15;
		read(2);
		const base = read(baseSize);
		const extents = read(2);
		for (let k = 0; k < extents; k++) {
			read(indexSize);
			const offset = base + read(offsetSize);
			const length = read(lengthSize);
			if (id === wanted) return method === 0 && extents === 1 ? file.subarray(offset, offset + length) : null;
		}
	}
	return null;
}
