/**
 * Container of the compiled asset: magic, JSON header (ASCII), then 8-byte aligned little-endian arrays.
 *
 * Layout: 8 bytes magic, u32 format version, u32 header length, header, padding, arrays at the offsets it names
 * (relative to the first byte after header and padding).
 */

const MAGIC = "ANNYBODY";
const PREAMBLE_BYTES = 16;

/** Raised whenever the compiler's output changes; old caches are then compiled again. */
export const ASSET_FORMAT_VERSION = 1;

const ARRAY_TYPES = {
	u8: Uint8Array,
	u16: Uint16Array,
	u32: Uint32Array,
	i16: Int16Array,
	i32: Int32Array,
	f32: Float32Array,
	f64: Float64Array,
} as const;

type ArrayTypeName = keyof typeof ARRAY_TYPES;
export type AssetArray = Uint8Array | Uint16Array | Uint32Array | Int16Array | Int32Array | Float32Array | Float64Array;

interface Header<T> {
	readonly meta: T;
	readonly arrays: Readonly<
		Record<string, { readonly type: ArrayTypeName; readonly at: number; readonly count: number }>
	>;
}

/** The asset is damaged, of another version, or no asset at all. */
export class BodyModelAssetError extends Error {
	override readonly name = "BodyModelAssetError";
}

/** Packs arrays and a JSON-compatible `meta` whose text is ASCII. */
export function writeContainer(meta: unknown, arrays: Readonly<Record<string, AssetArray>>): Uint8Array {
	let at = 0;
	const index: Record<string, { type: ArrayTypeName; at: number; count: number }> = {};
	for (const [name, array] of Object.entries(arrays)) {
		index[name] = { type: typeName(array), at, count: array.length };
		at = align(at + array.byteLength);
	}
	const header = JSON.stringify({ meta, arrays: index });
	const bodyStart = align(PREAMBLE_BYTES + header.length);
	const out = new Uint8Array(bodyStart + at);
	writeAscii(out, 0, MAGIC);
	const view = new DataView(out.buffer);
	view.setUint32(8, ASSET_FORMAT_VERSION, true);
	view.setUint32(12, header.length, true);
	writeAscii(out, PREAMBLE_BYTES, header);
	for (const [name, array] of Object.entries(arrays)) {
		out.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), bodyStart + index[name].at);
	}
	return out;
}

/**
 * Reads a container; the arrays are views of `bytes` where its alignment allows, else of one copy.
 *
 * @throws BodyModelAssetError when the bytes are not an asset of this format version
 */
export function readContainer<T>(bytes: Uint8Array): {
	meta: T;
	array: (name: string, type: ArrayTypeName) => AssetArray;
} {
	const aligned = bytes.byteOffset % 8 === 0 ? bytes : bytes.slice();
	if (aligned.length < PREAMBLE_BYTES || readAscii(aligned, 0, MAGIC.length) !== MAGIC) {
		throw new BodyModelAssetError("The bytes are not a compiled body model");
	}
	const view = new DataView(aligned.buffer, aligned.byteOffset, aligned.byteLength);
	const version = view.getUint32(8, true);
	if (version !== ASSET_FORMAT_VERSION) {
		throw new BodyModelAssetError(`The body model has format ${version}, not ${ASSET_FORMAT_VERSION}`);
	}
	const headerLength = view.getUint32(12, true);
	const bodyStart = align(PREAMBLE_BYTES + headerLength);
	if (bodyStart > aligned.length) {
		throw new BodyModelAssetError("The body model is truncated");
	}
	let header: Header<T>;
	try {
		header = JSON.parse(readAscii(aligned, PREAMBLE_BYTES, headerLength)) as Header<T>;
	} catch {
		throw new BodyModelAssetError("The header of the body model is damaged");
	}
	return {
		meta: header.meta,
		array(name, type) {
			const entry = header.arrays[name];
			const Type = ARRAY_TYPES[type];
			if (entry === undefined || entry.type !== type) {
				throw new BodyModelAssetError(`The body model has no array "${name}"`);
			}
			if (bodyStart + entry.at + entry.count * Type.BYTES_PER_ELEMENT > aligned.length) {
				throw new BodyModelAssetError("The body model is truncated");
			}
			return new Type(aligned.buffer as ArrayBuffer, aligned.byteOffset + bodyStart + entry.at, entry.count);
		},
	};
}

function typeName(array: AssetArray): ArrayTypeName {
	for (const [name, Type] of Object.entries(ARRAY_TYPES)) {
		if (array instanceof Type) {
			return name as ArrayTypeName;
		}
	}
	throw new TypeError("Not an array the asset can hold");
}

function align(value: number): number {
	return Math.ceil(value / 8) * 8;
}

function writeAscii(out: Uint8Array, at: number, text: string): void {
	for (let index = 0; index < text.length; index++) {
		out[at + index] = text.charCodeAt(index);
	}
}

function readAscii(bytes: Uint8Array, at: number, length: number): string {
	let text = "";
	for (let start = at; start < at + length; start += 4096) {
		text += String.fromCharCode(...bytes.subarray(start, Math.min(start + 4096, at + length)));
	}
	return text;
}
