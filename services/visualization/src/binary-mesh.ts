import type { BodySurface } from "@anny-fitter/pipeline";

/** "ANNY" in the order of the bytes. */
const MAGIC = 0x594e4e41;
const VERSION = 1;
const HEADER_SIZE_BYTES = 48;
const FLAG_GLTF_FRAME = 1;
const FLAG_NORMALS = 2;

/**
 * The project's own binary mesh, as docs/mesh-format.md describes it: what a renderer uploads, without any parsing.
 *
 * @param surface in `frame`
 */
export function writeBinaryMesh(surface: BodySurface, frame: "anny" | "gltf"): Uint8Array<ArrayBuffer> {
	const { positions, normals, triangles } = surface;
	const parts = [positions, normals, triangles];
	const size_bytes = HEADER_SIZE_BYTES + parts.reduce((sum, part) => sum + part.byteLength, 0);
	const file = new ArrayBuffer(size_bytes);
	const header = new DataView(file, 0, HEADER_SIZE_BYTES);
	const numbers = [
		MAGIC,
		VERSION,
		(frame === "gltf" ? FLAG_GLTF_FRAME : 0) | FLAG_NORMALS,
		HEADER_SIZE_BYTES,
		positions.length / 3,
		triangles.length / 3,
	];
	for (const [i, value] of numbers.entries()) header.setUint32(4 * i, value, true);
	for (const [i, value] of boundsOf(positions).entries()) header.setFloat32(24 + 4 * i, value, true);
	let offset = HEADER_SIZE_BYTES;
	for (const part of parts) {
		// Node runs on little-endian processors only, and so do the browsers that read this.
		new Uint8Array(file, offset).set(new Uint8Array(part.buffer, part.byteOffset, part.byteLength));
		offset += part.byteLength;
	}
	return new Uint8Array(file);
}

/** Lowest x, y, z, then highest x, y, z. */
function boundsOf(positions: Float32Array): number[] {
	const bounds = [Infinity, Infinity, Infinity, -Infinity, -Infinity, -Infinity];
	for (const [i, value] of positions.entries()) {
		const axis = i % 3;
		bounds[axis] = Math.min(bounds[axis] as number, value);
		bounds[axis + 3] = Math.max(bounds[axis + 3] as number, value);
	}
	return bounds;
}
