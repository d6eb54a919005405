/** A mesh whose vertices were merged. */
export interface MergedMesh {
	/** `[3m]` mean place of the vertices that became one. */
	readonly vertices: Float64Array;
	/** `[3t']` triangles that still have three corners. */
	readonly triangles: Uint32Array;
	/** `[v]` merged vertex of each old one. */
	readonly mergedVertices: Uint32Array;
}

/** Cells per axis that a key can tell apart: three of them fill the 53 bits of a number. */
const CELLS_PER_AXIS = 2 ** 17;

/**
 * Make one vertex of all that lie in the same cell of a grid. A tiny cell joins triangles that only touch (as in STL
 * files), a large one thins a mesh (vertex clustering, Rossignac and Borrel 1993).
 *
 * @param vertices `[3v]` positions.
 * @param triangles `[3t]` vertex indices.
 * @param cell edge of a cell, in the unit of the positions; at least a 131072nd of the mesh's size is used.
 */
export function mergeVertices(vertices: Float64Array | Float32Array, triangles: Uint32Array, cell: number): MergedMesh {
	const count = vertices.length / 3;
	const low = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
	let size = 0;
	for (let i = 0; i < vertices.length; i++) low[i % 3] = Math.min(low[i % 3], vertices[i]);
	for (let i = 0; i < vertices.length; i++) size = Math.max(size, vertices[i] - low[i % 3]);
	const edge = Math.max(cell, size / (CELLS_PER_AXIS - 2), Number.MIN_VALUE);
	const mergedVertices = new Uint32Array(count);
	// Open addressing: a Map of a million numbers takes a second.
	let capacity = 16;
	while (capacity < 2 * count) capacity *= 2;
	const keys = new Float64Array(capacity).fill(-1);
	const slots = new Uint32Array(capacity);
	let mergedCount = 0;
	for (let v = 0; v < count; v++) {
		// Half a cell aside, so that a mesh that lies on the grid is not torn by rounding.
		const i = Math.floor((vertices[3 * v] - low[0]) / edge + 0.5);
		const j = Math.floor((vertices[3 * v + 1] - low[1]) / edge + 0.5);
		const k = Math.floor((vertices[3 * v + 2] - low[2]) / edge + 0.5);
		const key = (i * CELLS_PER_AXIS + j) * CELLS_PER_AXIS + k;
		let at = (Math.imul(i, 73856093) ^ Math.imul(j, 19349663) ^ Math.imul(k, 83492791)) & (capacity - 1);
		while (keys[at] !== -1 && keys[at] !== key) at = (at + 1) & (capacity - 1);
		if (keys[at] === -1) {
			keys[at] = key;
			slots[at] = mergedCount++;
		}
		mergedVertices[v] = slots[at];
	}
	return {
		vertices: meanPlaces(vertices, mergedVertices, mergedCount),
		triangles: keepTriangles(triangles, mergedVertices),
		mergedVertices,
	};
}

function meanPlaces(vertices: Float64Array | Float32Array, merged: Uint32Array, mergedCount: number): Float64Array {
	const out = new Float64Array(3 * mergedCount);
	const members = new Uint32Array(mergedCount);
	for (let v = 0; v < merged.length; v++) {
		members[merged[v]]++;
		for (let a = 0; a < 3; a++) out[3 * merged[v] + a] += vertices[3 * v + a];
	}
	for (let i = 0; i < out.length; i++) out[i] /= members[(i / 3) | 0];
	return out;
}

function keepTriangles(triangles: Uint32Array, merged: Uint32Array): Uint32Array {
	const out = new Uint32Array(triangles.length);
	let length = 0;
	for (let i = 0; i < triangles.length; i += 3) {
		const a = merged[triangles[i]];
		const b = merged[triangles[i + 1]];
		const c = merged[triangles[i + 2]];
		if (a === b || b === c || c === a) continue;
		out[length++] = a;
		out[length++] = b;
		out[length++] = c;
	}
	return out.slice(0, length);
}
