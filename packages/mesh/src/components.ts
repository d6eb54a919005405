/** Which connected part each triangle belongs to. */
export interface MeshComponents {
	readonly count: number;
	/** `[t]` part of each triangle, numbered in order of first appearance. */
	readonly labels: Uint32Array;
}

/**
 * Connected parts of a mesh: triangles that share a vertex belong together.
 *
 * @param triangles `[3t]` vertex indices; weld vertices at the same place first (`mergeVertices`).
 * @param vertexCount number of vertices.
 */
export function findComponents(triangles: Uint32Array, vertexCount: number): MeshComponents {
	const parents = new Uint32Array(vertexCount);
	for (let v = 0; v < vertexCount; v++) parents[v] = v;
	const root = (vertex: number): number => {
		let v = vertex;
		while (parents[v] !== v) {
			parents[v] = parents[parents[v]];
			v = parents[v];
		}
		return v;
	};
	for (let i = 0; i < triangles.length; i += 3) {
		const a = root(triangles[i]);
		parents[root(triangles[i + 1])] = a;
		parents[root(triangles[i + 2])] = a;
	}
	const labels = new Uint32Array(triangles.length / 3);
	const labelOfRoot = new Map<number, number>();
	for (let t = 0; t < labels.length; t++) {
		const r = root(triangles[3 * t]);
		let label = labelOfRoot.get(r);
		if (label === undefined) {
			label = labelOfRoot.size;
			labelOfRoot.set(r, label);
		}
		labels[t] = label;
	}
	return { count: labelOfRoot.size, labels };
}
