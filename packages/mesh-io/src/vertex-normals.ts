import { computeVertexNormals } from "@anny-fitter/mesh";
import type { NumericArray } from "./mesh-types.js";

/**
 * Unit vertex normals, weighted by area. A vertex without any area around it gets +Z, because file formats demand unit
 * vectors.
 *
 * @param vertices `[v*3]` positions.
 * @param triangles `[t*3]` vertex indices.
 * @returns `[v*3]`.
 */
export function unitVertexNormals(vertices: NumericArray, triangles: NumericArray): Float64Array {
	const normals = new Float64Array(vertices.length);
	computeVertexNormals(normals, Float64Array.from(vertices), Uint32Array.from(triangles));
	for (let v = 0; v < normals.length; v += 3) {
		if (normals[v] === 0 && normals[v + 1] === 0 && normals[v + 2] === 0) normals[v + 2] = 1;
	}
	return normals;
}
