import { pointsFromAnny } from "./mesh-frame.js";
import type { SurfaceMesh, SurfaceOptions } from "./mesh-types.js";
import { describeFrame, surfaceDefaults } from "./obj-writer.js";
import { checkSurface } from "./surface-check.js";
import { encodeUtf8 } from "./text-bytes.js";
import { unitVertexNormals } from "./vertex-normals.js";

/**
 * Writes a binary little-endian PLY file: float positions (metres) and normals, vertices in order, triangles.
 *
 * @throws RangeError when the mesh is inconsistent.
 */
export function writePly(mesh: SurfaceMesh, options: SurfaceOptions = {}): Uint8Array {
	checkSurface(mesh);
	const { frame, name } = surfaceDefaults(options);
	const points = new Float64Array(mesh.vertices.length);
	const normals = unitVertexNormals(mesh.vertices, mesh.triangles);
	pointsFromAnny(points, mesh.vertices, frame);
	pointsFromAnny(normals, normals, frame);
	const vertexCount = points.length / 3;
	const faceCount = mesh.triangles.length / 3;
	const header = encodeUtf8(
		[
			"ply",
			"format binary_little_endian 1.0",
			"comment anny-fitter mesh-io",
			`comment name: ${name}`,
			"comment units: metres",
			`comment frame: ${describeFrame(frame)}`,
			`element vertex ${vertexCount}`,
			...["x", "y", "z", "nx", "ny", "nz"].map((property) => `property float ${property}`),
			`element face ${faceCount}`,
			"property list uchar int vertex_indices",
			"end_header",
			"",
		].join("\n"),
	);
	const bytes = new Uint8Array(header.length + vertexCount * 24 + faceCount * 13);
	bytes.set(header);
	const view = new DataView(bytes.buffer);
	let offset = header.length;
	for (let v = 0; v < points.length; v += 3) {
		for (let k = 0; k < 3; k++) {
			view.setFloat32(offset + k * 4, points[v + k], true);
			view.setFloat32(offset + 12 + k * 4, normals[v + k], true);
		}
		offset += 24;
	}
	for (let t = 0; t < mesh.triangles.length; t += 3) {
		view.setUint8(offset, 3);
		for (let k = 0; k < 3; k++) view.setInt32(offset + 1 + k * 4, mesh.triangles[t + k], true);
		offset += 13;
	}
	return bytes;
}
