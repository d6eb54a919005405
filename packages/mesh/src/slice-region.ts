/**
 * A part of a mesh to be cut many times: its triangles in small groups with bounding boxes, so that a plane looks only at
 * the groups it can cross. Boxes are made at the first cut after {@link invalidateSliceRegion}.
 */
export interface SliceRegion {
	/** Triangle numbers of the mesh. */
	readonly triangles: Uint32Array;
	/** `[groups + 1]` row starts of {@link groupVertices}. */
	readonly groupVertexOffsets: Uint32Array;
	/** Vertices of each group, once each. */
	readonly groupVertices: Uint32Array;
	/** `[6 * groups]` smallest and largest x, y, z of each group. */
	readonly bounds: Float64Array;
	/** Whether the vertices have moved since the boxes were made. */
	isStale: boolean;
}

/** Triangles per group. Neighbours in a body mesh's order are neighbours in space, so few groups straddle a plane. */
export const SLICE_GROUP = 16;

/**
 * @param meshTriangles `[3t]` vertex indices of the whole mesh.
 * @param triangles which of its triangles belong to the region; kept, not copied.
 */
export function createSliceRegion(meshTriangles: Uint32Array, triangles: Uint32Array): SliceRegion {
	const groupCount = Math.ceil(triangles.length / SLICE_GROUP);
	const groupVertexOffsets = new Uint32Array(groupCount + 1);
	const vertices: number[] = [];
	for (let group = 0; group < groupCount; group++) {
		const own = new Set<number>();
		const end = Math.min(triangles.length, (group + 1) * SLICE_GROUP);
		for (let i = group * SLICE_GROUP; i < end; i++) {
			for (let k = 0; k < 3; k++) own.add(meshTriangles[3 * triangles[i] + k]);
		}
		vertices.push(...own);
		groupVertexOffsets[group + 1] = vertices.length;
	}
	return {
		triangles,
		groupVertexOffsets,
		groupVertices: Uint32Array.from(vertices),
		bounds: new Float64Array(6 * groupCount),
		isStale: true,
	};
}

/** Say that the mesh's vertices have moved. */
export function invalidateSliceRegion(region: SliceRegion): void {
	region.isStale = true;
}

/** Make the boxes for the vertices' present places. @internal */
export function boundSliceRegion(region: SliceRegion, vertices: Float64Array | Float32Array): void {
	const { groupVertexOffsets, groupVertices, bounds } = region;
	for (let group = 0; group + 1 < groupVertexOffsets.length; group++) {
		let minX = Infinity;
		let minY = Infinity;
		let minZ = Infinity;
		let maxX = -Infinity;
		let maxY = -Infinity;
		let maxZ = -Infinity;
		for (let i = groupVertexOffsets[group]; i < groupVertexOffsets[group + 1]; i++) {
			const v = 3 * groupVertices[i];
			const x = vertices[v];
			const y = vertices[v + 1];
			const z = vertices[v + 2];
			if (x < minX) minX = x;
			if (x > maxX) maxX = x;
			if (y < minY) minY = y;
			if (y > maxY) maxY = y;
			if (z < minZ) minZ = z;
			if (z > maxZ) maxZ = z;
		}
		const b = 6 * group;
		bounds[b] = minX;
		bounds[b + 1] = minY;
		bounds[b + 2] = minZ;
		bounds[b + 3] = maxX;
		bounds[b + 4] = maxY;
		bounds[b + 5] = maxZ;
	}
	region.isStale = false;
}
