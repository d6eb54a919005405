import { pointsFromAnny } from "./mesh-frame.js";
import type { SurfaceMesh, SurfaceOptions } from "./mesh-types.js";
import { surfaceDefaults } from "./obj-writer.js";
import { checkSurface } from "./surface-check.js";
import { encodeUtf8 } from "./text-bytes.js";

/**
 * Writes a binary STL file in metres; the 80-byte header says so, because the format itself has no unit (many slicers
 * assume millimetres). STL keeps neither vertex order nor texture coordinates.
 *
 * @throws RangeError when the mesh is inconsistent.
 */
export function writeStl(mesh: SurfaceMesh, options: SurfaceOptions = {}): Uint8Array {
	checkSurface(mesh);
	const { frame } = surfaceDefaults(options);
	const points = new Float64Array(mesh.vertices.length);
	pointsFromAnny(points, mesh.vertices, frame);
	const { triangles } = mesh;
	const count = triangles.length / 3;
	const bytes = new Uint8Array(84 + count * 50);
	// A binary header must not start with "solid", which marks text files.
	bytes.set(encodeUtf8(`binary STL, units: metres, frame: ${frame}, anny-fitter mesh-io`).subarray(0, 80));
	const view = new DataView(bytes.buffer);
	view.setUint32(80, count, true);
	for (let t = 0; t < count; t++) {
		const offset = 84 + t * 50;
		const [a, b, c] = [triangles[t * 3] * 3, triangles[t * 3 + 1] * 3, triangles[t * 3 + 2] * 3];
		const u = [0, 1, 2].map((k) => points[b + k] - points[a + k]);
		const w = [0, 1, 2].map((k) => points[c + k] - points[a + k]);
		const n = [0, 1, 2].map((k) => u[(k + 1) % 3] * w[(k + 2) % 3] - u[(k + 2) % 3] * w[(k + 1) % 3]);
		const length = Math.hypot(n[0], n[1], n[2]) || 1;
		for (let k = 0; k < 3; k++) {
			view.setFloat32(offset + k * 4, n[k] / length, true);
			view.setFloat32(offset + 12 + k * 4, points[a + k], true);
			view.setFloat32(offset + 24 + k * 4, points[b + k], true);
			view.setFloat32(offset + 36 + k * 4, points[c + k], true);
		}
	}
	return bytes;
}
