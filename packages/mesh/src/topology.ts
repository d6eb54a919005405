/** Connectivity of an oriented triangle mesh, computed once and shared by every algorithm that walks over edges. */
export interface MeshTopology {
	readonly vertexCount: number;
	/** `[3t]` vertex indices, counter-clockwise seen from outside. The array given to {@link createMeshTopology}. */
	readonly triangles: Uint32Array;
	/** `[2e]` vertex pairs, the smaller index first; edges are numbered in order of first appearance. */
	readonly edges: Uint32Array;
	/** `[3t]` edge k of a triangle joins its corners k and (k + 1) mod 3. */
	readonly triangleEdges: Uint32Array;
	/** `[2e]` the one or two triangles of an edge; −1 where the mesh ends. */
	readonly edgeTriangles: Int32Array;
	/** `[v + 1]` row starts of {@link vertexTriangles}. */
	readonly vertexTriangleOffsets: Uint32Array;
	/** `[3t]` triangles around each vertex, ascending. */
	readonly vertexTriangles: Uint32Array;
	/** True when every edge has two triangles. */
	readonly isClosed: boolean;
}

/**
 * Build the connectivity of a triangle mesh.
 *
 * @param triangles `[3t]` vertex indices; kept, not copied.
 * @param vertexCount number of vertices; vertices without triangles are allowed.
 * @throws RangeError if the length is no multiple of 3, an index is out of range, a triangle repeats a vertex or an
 * edge belongs to more than two triangles.
 */
export function createMeshTopology(triangles: Uint32Array, vertexCount: number): MeshTopology {
	if (triangles.length % 3 !== 0) throw new RangeError("triangles must hold three indices each");
	const triangleCount = triangles.length / 3;
	const vertexTriangleOffsets = new Uint32Array(vertexCount + 1);
	for (let i = 0; i < triangles.length; i++) {
		const v = triangles[i];
		if (v >= vertexCount) throw new RangeError(`triangle index ${v} exceeds the ${vertexCount} vertices`);
		vertexTriangleOffsets[v + 1]++;
	}
	for (let v = 0; v < vertexCount; v++) vertexTriangleOffsets[v + 1] += vertexTriangleOffsets[v];
	const vertexTriangles = new Uint32Array(triangles.length);
	const fill = vertexTriangleOffsets.slice(0, vertexCount);
	for (let i = 0; i < triangles.length; i++) vertexTriangles[fill[triangles[i]]++] = (i / 3) | 0;

	// Edges are found through chains of edges per smaller vertex: no hash map of pairs.
	const firstEdge = new Int32Array(vertexCount).fill(-1);
	const nextEdge = new Int32Array(triangles.length);
	const edges = new Uint32Array(2 * triangles.length);
	const edgeTriangles = new Int32Array(2 * triangles.length).fill(-1);
	const triangleEdges = new Uint32Array(triangles.length);
	let edgeCount = 0;
	let boundaryCount = 0;
	for (let t = 0; t < triangleCount; t++) {
		for (let k = 0; k < 3; k++) {
			const a = triangles[3 * t + k];
			const b = triangles[3 * t + ((k + 1) % 3)];
			if (a === b) throw new RangeError(`triangle ${t} repeats vertex ${a}`);
			const low = Math.min(a, b);
			const high = Math.max(a, b);
			let e = firstEdge[low];
			while (e >= 0 && edges[2 * e + 1] !== high) e = nextEdge[e];
			if (e < 0) {
				e = edgeCount++;
				edges[2 * e] = low;
				edges[2 * e + 1] = high;
				nextEdge[e] = firstEdge[low];
				firstEdge[low] = e;
				edgeTriangles[2 * e] = t;
				boundaryCount++;
			} else if (edgeTriangles[2 * e + 1] >= 0) {
				throw new RangeError(`edge ${low}–${high} belongs to more than two triangles`);
			} else {
				edgeTriangles[2 * e + 1] = t;
				boundaryCount--;
			}
			triangleEdges[3 * t + k] = e;
		}
	}
	return {
		vertexCount,
		triangles,
		edges: edges.slice(0, 2 * edgeCount),
		triangleEdges,
		edgeTriangles: edgeTriangles.slice(0, 2 * edgeCount),
		vertexTriangleOffsets,
		vertexTriangles,
		isClosed: boundaryCount === 0,
	};
}
