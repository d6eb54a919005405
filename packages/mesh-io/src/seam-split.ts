import type { SurfaceMesh } from "./mesh-types.js";

/** Vertices as a renderer wants them: one texture coordinate each, those on UV seams doubled. */
export interface SplitSurface {
	/** `[n]` source vertex of each render vertex; the first ones are the source vertices in order. */
	readonly sourceVertices: Uint32Array;
	/** `[n*2]` texture coordinates with v pointing down (glTF), or `null` without texture coordinates. */
	readonly uvs: Float32Array | null;
	/** `[t*3]` render vertex indices, the triangles of the source in order. */
	readonly triangles: Uint32Array;
}

/**
 * Splits the vertices on UV seams. Every source vertex stays at its own index, doubles are appended in the order the
 * quads need them; vertices without a face are kept and get the coordinate (0, 0).
 *
 * @throws RangeError when triangles `2i` and `2i+1` are not the halves of quad `i`.
 */
export function splitSeams(mesh: SurfaceMesh): SplitSurface {
	const vertexCount = mesh.vertices.length / 3;
	const { triangles, quads, uvs, quadUvs } = mesh;
	const splitTriangles = Uint32Array.from(triangles);
	const sourceVertices = Array.from({ length: vertexCount }, (_, v) => v);
	if (!quads || !uvs || !quadUvs) {
		return { sourceVertices: Uint32Array.from(sourceVertices), uvs: null, triangles: splitTriangles };
	}
	if (triangles.length * 4 !== quads.length * 6) {
		throw new RangeError(`${quads.length / 4} quads need twice as many triangles, not ${triangles.length / 3}.`);
	}
	const uvCount = uvs.length / 2;
	const uvOf: number[] = new Array(vertexCount).fill(-1);
	const doubles = new Map<number, number>();
	const cornerVertices = new Uint32Array(quads.length);
	for (let corner = 0; corner < quads.length; corner++) {
		const vertex = quads[corner];
		const uv = quadUvs[corner];
		if (uvOf[vertex] === -1) uvOf[vertex] = uv;
		if (uvOf[vertex] === uv) {
			cornerVertices[corner] = vertex;
			continue;
		}
		const key = vertex * uvCount + uv;
		let double = doubles.get(key);
		if (double === undefined) {
			double = sourceVertices.length;
			doubles.set(key, double);
			sourceVertices.push(vertex);
			uvOf.push(uv);
		}
		cornerVertices[corner] = double;
	}
	for (let i = 0; i < triangles.length; i++) {
		const first = Math.floor(i / 6) * 4;
		let corner = first;
		while (corner < first + 4 && quads[corner] !== triangles[i]) corner++;
		if (corner === first + 4) {
			throw new RangeError(`Triangle ${Math.floor(i / 3)} is not half of quad ${first / 4}.`);
		}
		splitTriangles[i] = cornerVertices[corner];
	}
	const splitUvs = new Float32Array(sourceVertices.length * 2);
	for (let i = 0; i < sourceVertices.length; i++) {
		const uv = uvOf[i];
		if (uv < 0) continue;
		splitUvs[i * 2] = uvs[uv * 2];
		splitUvs[i * 2 + 1] = 1 - uvs[uv * 2 + 1];
	}
	return { sourceVertices: Uint32Array.from(sourceVertices), uvs: splitUvs, triangles: splitTriangles };
}
