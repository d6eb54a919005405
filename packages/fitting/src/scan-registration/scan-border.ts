/**
 * Vertices where a surface ends: those of edges that only one triangle has. Of triangles (i, i, i), the points of a cloud,
 * none.
 *
 * @param triangles [3t] of any mesh, edges of three and more triangles included
 * @returns [vertexCount] 1 on the border
 */
export function findBorderVertices(triangles: Uint32Array, vertexCount: number): Uint8Array {
	// Edges in chains by their smaller vertex.
	const firstEdge = new Int32Array(vertexCount).fill(-1);
	const nextEdge = new Int32Array(triangles.length);
	const otherEnd = new Uint32Array(triangles.length);
	const uses = new Uint8Array(triangles.length);
	const border = new Uint8Array(vertexCount);
	for (let i = 0; i < triangles.length; i++) {
		const from = triangles[i];
		const to = triangles[i % 3 === 2 ? i - 2 : i + 1];
		if (from === to) continue;
		const low = Math.min(from, to);
		const high = Math.max(from, to);
		let edge = firstEdge[low];
		while (edge >= 0 && otherEnd[edge] !== high) edge = nextEdge[edge];
		if (edge < 0) {
			edge = i;
			otherEnd[edge] = high;
			nextEdge[edge] = firstEdge[low];
			firstEdge[low] = edge;
		}
		if (uses[edge] < 2) uses[edge]++;
	}
	for (let low = 0; low < vertexCount; low++) {
		for (let edge = firstEdge[low]; edge >= 0; edge = nextEdge[edge]) {
			if (uses[edge] === 1) {
				border[low] = 1;
				border[otherEnd[edge]] = 1;
			}
		}
	}
	return border;
}
