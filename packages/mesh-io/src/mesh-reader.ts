import { isGlb } from "./glb-container.js";
import { readGlb } from "./glb-reader.js";
import type { MeshData, MeshReadOptions } from "./mesh-types.js";
import { readObj } from "./obj-reader.js";
import { readPly } from "./ply-reader.js";
import { isBinaryStl, readStl } from "./stl-reader.js";
import { decodeLatin1 } from "./text-bytes.js";

/** Formats this package reads and writes. */
export type MeshFormat = "glb" | "obj" | "ply" | "stl";

/** Recognises a mesh file by its content; `null` when it is none of the four formats. */
export function sniffMeshFormat(bytes: Uint8Array): MeshFormat | null {
	if (isGlb(bytes)) return "glb";
	const head = decodeLatin1(bytes.subarray(0, 4096));
	if (/^ply[ \t]*[\r\n]/.test(head)) return "ply";
	if (isBinaryStl(bytes)) return "stl";
	if (/^\s*solid\b/i.test(head) && /^\s*(facet|endsolid)\b/im.test(head)) return "stl";
	// Comments may fill the beginning of an OBJ file; binary files hold zero bytes early on.
	if (head.includes("\0")) return null;
	return /^[ \t]*(v[ \t]+[-+.\d]|f[ \t]+-?\d|mtllib[ \t])/m.test(decodeLatin1(bytes.subarray(0, 1 << 18)))
		? "obj"
		: null;
}

/**
 * Reads a mesh file of any supported format.
 *
 * @param format The format, where it is known; else the content decides.
 * @throws RangeError when the format is not recognised or the file is damaged.
 */
export function readMesh(
	bytes: Uint8Array,
	format: MeshFormat | null = sniffMeshFormat(bytes),
	options: MeshReadOptions = {},
): MeshData {
	switch (format) {
		case "glb":
			return readGlb(bytes);
		case "obj":
			return readObj(bytes, options);
		case "ply":
			return readPly(bytes, options);
		case "stl":
			return readStl(bytes);
		default:
			throw new RangeError(
				bytes.length === 0 ? "The mesh file is empty." : "The file is not a GLB, OBJ, PLY or STL mesh.",
			);
	}
}
