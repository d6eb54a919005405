import { createNumberList, fanPolygon, finishMesh, parseFinite, shortened, statedFrame } from "./mesh-builder.js";
import type { MeshData, MeshReadOptions } from "./mesh-types.js";
import { decodeLatin1 } from "./text-bytes.js";

interface PlyProperty {
	readonly name: string;
	readonly type: string;
	/** Type of the count in front of a list; `null` for a single value. */
	readonly countType: string | null;
}

interface PlyElement {
	readonly name: string;
	readonly count: number;
	readonly properties: PlyProperty[];
}

interface PlyHeader {
	readonly format: "ascii" | "binary_little_endian" | "binary_big_endian";
	readonly elements: readonly PlyElement[];
	readonly text: string;
	/** Offset of the first byte after the header. */
	readonly bodyOffset: number;
}

/** Bytes and reading function per PLY type name, old and new. */
const SCALARS: Readonly<Record<string, { bytes: number; read: (v: DataView, o: number, le: boolean) => number }>> = {
	char: { bytes: 1, read: (v, o) => v.getInt8(o) },
	uchar: { bytes: 1, read: (v, o) => v.getUint8(o) },
	short: { bytes: 2, read: (v, o, le) => v.getInt16(o, le) },
	ushort: { bytes: 2, read: (v, o, le) => v.getUint16(o, le) },
	int: { bytes: 4, read: (v, o, le) => v.getInt32(o, le) },
	uint: { bytes: 4, read: (v, o, le) => v.getUint32(o, le) },
	float: { bytes: 4, read: (v, o, le) => v.getFloat32(o, le) },
	double: { bytes: 8, read: (v, o, le) => v.getFloat64(o, le) },
};
const SCALAR_ALIASES: Readonly<Record<string, string>> = {
	int8: "char",
	uint8: "uchar",
	int16: "short",
	uint16: "ushort",
	int32: "int",
	uint32: "uint",
	float32: "float",
	float64: "double",
};

/** Reads the values of the body one after the other, whatever the encoding. */
interface ValueSource {
	next(type: string): number;
	/** Where the last value stood, for errors. */
	where(): string;
}

/**
 * Reads a PLY file: ASCII or binary in either byte order, any scalar types, polygons as fans of triangles. Elements and
 * properties other than positions and faces are skipped.
 *
 * @throws RangeError naming the line or byte of the first thing that is wrong.
 */
export function readPly(bytes: Uint8Array, { pointClouds }: MeshReadOptions = {}): MeshData {
	const header = parseHeader(bytes);
	const source = header.format === "ascii" ? asciiSource(bytes, header) : binarySource(bytes, header);
	checkMinimumSize(bytes, header);
	let vertices: Float64Array | null = null;
	const triangles = createNumberList();
	const polygon: number[] = [];
	for (const element of header.elements) {
		const axes = element.properties.map((p) => (p.countType === null ? ["x", "y", "z"].indexOf(p.name) : -1));
		const isVertex = element.name === "vertex";
		if (isVertex) {
			if ([0, 1, 2].some((axis) => !axes.includes(axis))) {
				throw new RangeError("The vertices of the PLY file lack x, y or z.");
			}
			if (element.count === 0) throw new RangeError("The PLY file has no vertices.");
			vertices = new Float64Array(element.count * 3);
		}
		for (let row = 0; row < element.count; row++) {
			for (let p = 0; p < element.properties.length; p++) {
				const property = element.properties[p];
				if (property.countType === null) {
					const value = source.next(property.type);
					if (!isVertex || axes[p] < 0) continue;
					if (!Number.isFinite(value)) throw new RangeError(`Vertex ${row} is not finite (${source.where()}).`);
					vertices![row * 3 + axes[p]] = value;
					continue;
				}
				const length = source.next(property.countType);
				if (!(length >= 0 && Number.isInteger(length))) {
					throw new RangeError(`A list of length ${length} in the PLY file (${source.where()}).`);
				}
				polygon.length = 0;
				for (let k = 0; k < length; k++) polygon.push(source.next(property.type));
				if (element.name !== "face" || !/^vertex_ind(ex|ices)$/.test(property.name)) continue;
				for (const index of polygon) {
					if (!(index >= 0 && Number.isInteger(index))) {
						throw new RangeError(`Face ${row} refers to vertex ${index} (${source.where()}).`);
					}
				}
				if (length < 3) throw new RangeError(`Face ${row} has fewer than three corners (${source.where()}).`);
				fanPolygon(polygon, triangles.push);
			}
		}
	}
	if (!vertices) throw new RangeError("The PLY file has no vertices.");
	const count = vertices.length / 3;
	const corners = triangles.take();
	for (const index of corners) {
		if (index >= count) throw new RangeError(`A face of the PLY file refers to vertex ${index}; there are ${count}.`);
	}
	return finishMesh(
		{ vertices, triangles: Uint32Array.from(corners), frame: statedFrame(header.text) },
		"PLY",
		pointClouds,
	);
}

function parseHeader(bytes: Uint8Array): PlyHeader {
	// Headers are short; what is behind the first megabyte is not one.
	const text = decodeLatin1(bytes.subarray(0, 1 << 20));
	const end = /(^|[\r\n])end_header[ \t]*(\r\n|\r|\n|$)/.exec(text);
	if (!/^ply[ \t]*[\r\n]/.test(text)) throw new RangeError('Not a PLY file: it does not start with "ply".');
	if (!end) throw new RangeError('The header of the PLY file does not end: "end_header" is missing.');
	const headerText = text.slice(0, end.index);
	let format: string | null = null;
	const elements: PlyElement[] = [];
	const lines = headerText.split(/\r\n|\r|\n/);
	for (let i = 1; i < lines.length; i++) {
		const where = `PLY line ${i + 1}`;
		const tokens = lines[i].trim().split(/\s+/);
		if (tokens[0] === "format") {
			format = tokens[1] ?? "";
		} else if (tokens[0] === "element") {
			const count = parseFinite(tokens[2], where);
			if (!(count >= 0 && Number.isInteger(count))) throw new RangeError(`${count} is not a count (${where}).`);
			elements.push({ name: tokens[1], count, properties: [] });
		} else if (tokens[0] === "property") {
			const element = elements.at(-1);
			if (!element) throw new RangeError(`A property stands before the first element (${where}).`);
			if (tokens[1] === "list") {
				element.properties.push({
					countType: scalarName(tokens[2], where),
					type: scalarName(tokens[3], where),
					name: tokens[4] ?? "",
				});
			} else {
				element.properties.push({ countType: null, type: scalarName(tokens[1], where), name: tokens[2] ?? "" });
			}
		}
	}
	if (format !== "ascii" && format !== "binary_little_endian" && format !== "binary_big_endian") {
		throw new RangeError(`The PLY file has the unknown format "${shortened(format ?? "")}".`);
	}
	return { format, elements, text: headerText, bodyOffset: end.index + end[0].length };
}

function scalarName(token: string | undefined, where: string): string {
	const name = SCALAR_ALIASES[token ?? ""] ?? token ?? "";
	if (!Object.hasOwn(SCALARS, name)) throw new RangeError(`"${shortened(name)}" is not a PLY type (${where}).`);
	return name;
}

/** Refuses counts that the file is too short for, before anything of that size is allocated. */
function checkMinimumSize(bytes: Uint8Array, header: PlyHeader): void {
	let least = 0;
	for (const element of header.elements) {
		for (const { type, countType } of element.properties) {
			least += element.count * (header.format === "ascii" ? 2 : SCALARS[countType ?? type].bytes);
		}
	}
	// The last number of a text file needs no line break.
	const available = bytes.length - header.bodyOffset + (header.format === "ascii" ? 1 : 0);
	if (least > available) {
		throw new RangeError(`The PLY file is truncated: its header announces more than the ${bytes.length} bytes hold.`);
	}
}

function binarySource(bytes: Uint8Array, header: PlyHeader): ValueSource {
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	const littleEndian = header.format === "binary_little_endian";
	let offset = header.bodyOffset;
	let last = offset;
	return {
		next(type) {
			const { bytes: size, read } = SCALARS[type];
			if (offset + size > view.byteLength) throw new RangeError(`The PLY file is truncated at byte ${offset}.`);
			last = offset;
			offset += size;
			return read(view, last, littleEndian);
		},
		where: () => `PLY byte ${last}`,
	};
}

function asciiSource(bytes: Uint8Array, header: PlyHeader): ValueSource {
	const body = decodeLatin1(bytes.subarray(header.bodyOffset));
	const word = /\S+/g;
	let last = 0;
	const where = (): string => {
		const upTo = decodeLatin1(bytes.subarray(0, header.bodyOffset + last));
		return `PLY line ${upTo.split(/\r\n|\r|\n/).length}`;
	};
	return {
		next() {
			const match = word.exec(body);
			if (!match) throw new RangeError(`The PLY file is truncated after ${bytes.length} bytes: numbers are missing.`);
			last = match.index;
			const value = Number(match[0]);
			return Number.isFinite(value) ? value : parseFinite(match[0], where());
		},
		where,
	};
}
