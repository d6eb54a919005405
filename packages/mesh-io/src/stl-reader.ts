import { createNumberList, finishMesh, parseFinite, shortened, statedFrame } from "./mesh-builder.js";
import type { MeshData } from "./mesh-types.js";
import { decodeLatin1 } from "./text-bytes.js";

/** True when the length of the bytes is exactly that of a binary STL file with the stated number of triangles. */
export function isBinaryStl(bytes: Uint8Array): boolean {
	if (bytes.length < 84) return false;
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	return 84 + view.getUint32(80, true) * 50 === bytes.length;
}

/**
 * Reads an STL file, binary or ASCII. Corners with exactly equal coordinates become one vertex, numbered by first
 * appearance; stored normals are ignored.
 *
 * @throws RangeError naming the line or byte of the first thing that is wrong.
 */
export function readStl(bytes: Uint8Array): MeshData {
	const head = decodeLatin1(bytes.subarray(0, 80));
	if (isBinaryStl(bytes) || !/^\s*solid\b/.test(head)) return readBinaryStl(bytes, head);
	return readAsciiStl(bytes);
}

function readBinaryStl(bytes: Uint8Array, head: string): MeshData {
	if (bytes.length < 84) throw new RangeError(`The STL file is truncated: ${bytes.length} bytes, 84 are the least.`);
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	const count = view.getUint32(80, true);
	if (84 + count * 50 > bytes.length) {
		throw new RangeError(
			`The STL file is truncated: ${count} triangles need ${84 + count * 50} bytes, ${bytes.length} are there.`,
		);
	}
	const corners = new Float64Array(count * 9);
	for (let t = 0; t < count; t++) {
		for (let k = 0; k < 9; k++) {
			const offset = 84 + t * 50 + 12 + k * 4;
			const value = view.getFloat32(offset, true);
			if (!Number.isFinite(value)) throw new RangeError(`Triangle ${t} is not finite (STL byte ${offset}).`);
			corners[t * 9 + k] = value;
		}
	}
	return mergeCorners(corners, statedFrame(head));
}

function readAsciiStl(bytes: Uint8Array): MeshData {
	const lines = decodeLatin1(bytes).split(/\r\n|\r|\n/);
	const corners = createNumberList();
	let loopStart = -1;
	let isClosed = false;
	for (let i = 0; i < lines.length; i++) {
		const where = `STL line ${i + 1}`;
		const tokens = lines[i].trim().split(/\s+/);
		const keyword = tokens[0].toLowerCase();
		if (keyword === "vertex") {
			if (loopStart < 0) throw new RangeError(`A vertex stands outside of a loop (${where}).`);
			for (let k = 1; k <= 3; k++) corners.push(parseFinite(tokens[k], where));
		} else if (keyword === "outer") {
			loopStart = corners.length;
		} else if (keyword === "endloop") {
			if (loopStart < 0 || corners.length - loopStart !== 9) {
				throw new RangeError(`A facet does not have three corners (${where}).`);
			}
			loopStart = -1;
		} else if (keyword === "endsolid") {
			isClosed = true;
		} else if (!["", "solid", "facet", "endfacet"].includes(keyword)) {
			throw new RangeError(`"${shortened(tokens[0])}" is not an STL keyword (${where}).`);
		}
	}
	if (!isClosed) throw new RangeError(`The STL file is truncated: "endsolid" is missing after line ${lines.length}.`);
	return mergeCorners(corners.take(), statedFrame(lines[0]));
}

/** Merges equal corners through a hash of their coordinates, chained by index. */
function mergeCorners(corners: Float64Array, frame: MeshData["frame"]): MeshData {
	const triangles = new Uint32Array(corners.length / 3);
	const vertices = new Float64Array(corners.length);
	const firstOf = new Map<number, number>();
	const nextOf = new Int32Array(triangles.length).fill(-1);
	const bits = new DataView(new ArrayBuffer(8));
	let count = 0;
	for (let c = 0; c < triangles.length; c++) {
		let hash = 0;
		for (let k = 0; k < 3; k++) {
			// Adding 0 makes −0 and 0 equal in their bits too.
			bits.setFloat64(0, corners[c * 3 + k] + 0);
			hash = (Math.imul(hash ^ bits.getInt32(0), 0x9e3779b1) ^ bits.getInt32(4)) | 0;
			hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
		}
		let vertex = firstOf.get(hash) ?? -1;
		while (vertex >= 0 && !isSamePoint(vertices, vertex, corners, c)) vertex = nextOf[vertex];
		if (vertex < 0) {
			vertex = count++;
			for (let k = 0; k < 3; k++) vertices[vertex * 3 + k] = corners[c * 3 + k] + 0;
			nextOf[vertex] = firstOf.get(hash) ?? -1;
			firstOf.set(hash, vertex);
		}
		triangles[c] = vertex;
	}
	return finishMesh({ vertices: vertices.slice(0, count * 3), triangles, frame }, "STL");
}

function isSamePoint(a: Float64Array, i: number, b: Float64Array, j: number): boolean {
	return a[i * 3] === b[j * 3] && a[i * 3 + 1] === b[j * 3 + 1] && a[i * 3 + 2] === b[j * 3 + 2];
}
