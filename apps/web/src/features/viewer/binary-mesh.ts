/** A body's surface as the server sends it; metres, Anny's frame. */
export interface BinaryMesh {
	/** [3V] */
	readonly positions: Float32Array;
	/** [3V] unit vectors */
	readonly normals: Float32Array;
	/** [3t] counter-clockwise seen from outside */
	readonly triangles: Uint32Array;
}

const MAGIC = 0x594e4e41;
const FLAG_GLTF_FRAME = 1;
const FLAG_NORMALS = 2;

/**
 * Looks into a file of docs/mesh-format.md; nothing is copied.
 *
 * @throws RangeError if it is no such file, of a newer version, in another frame than Anny's, or without normals
 */
export function readBinaryMesh(buffer: ArrayBuffer): BinaryMesh {
	const header = new DataView(buffer);
	if (buffer.byteLength < 48 || header.getUint32(0, true) !== MAGIC) throw new RangeError("This is not a binary mesh.");
	if (header.getUint32(4, true) !== 1) throw new RangeError("The binary mesh has a newer format.");
	const flags = header.getUint32(8, true);
	if (flags & FLAG_GLTF_FRAME || !(flags & FLAG_NORMALS)) {
		throw new RangeError("The binary mesh is not in Anny's frame, or has no normals.");
	}
	const start = header.getUint32(12, true);
	const vertexCount = header.getUint32(16, true);
	const triangleCount = header.getUint32(20, true);
	const pointsLength = 3 * 4 * vertexCount;
	return {
		positions: new Float32Array(buffer, start, 3 * vertexCount),
		normals: new Float32Array(buffer, start + pointsLength, 3 * vertexCount),
		triangles: new Uint32Array(buffer, start + 2 * pointsLength, 3 * triangleCount),
	};
}
