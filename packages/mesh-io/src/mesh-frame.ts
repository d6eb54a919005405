import type { MeshData, MeshFrame, NumericArray } from "./mesh-types.js";

/**
 * Converts points from Anny's frame to another: `(x, y, z) → (x, z, −y)` for `gltf`, a copy for `anny`.
 *
 * @param out `[n*3]`; may be `points` itself.
 * @param points `[n*3]` in Anny's frame.
 */
export function pointsFromAnny(out: Float32Array | Float64Array, points: NumericArray, frame: MeshFrame): void {
	for (let i = 0; i < points.length; i += 3) {
		const y = points[i + 1];
		const z = points[i + 2];
		out[i] = points[i];
		// Adding 0 turns −0 into 0, so that files never print "-0".
		out[i + 1] = frame === "gltf" ? z : y;
		out[i + 2] = frame === "gltf" ? -y + 0 : z;
	}
}

/**
 * The same mesh in Anny's frame: `(x, y, z) → (x, −z, y)` when it is in glTF's, the mesh itself when it already is.
 * The arrays that do not change are shared.
 */
export function toAnnyFrame(mesh: MeshData): MeshData {
	if (mesh.frame === "anny") return mesh;
	const vertices = new Float64Array(mesh.vertices.length);
	for (let i = 0; i < vertices.length; i += 3) {
		vertices[i] = mesh.vertices[i];
		vertices[i + 1] = -mesh.vertices[i + 2] + 0;
		vertices[i + 2] = mesh.vertices[i + 1];
	}
	return { ...mesh, vertices, frame: "anny" };
}
