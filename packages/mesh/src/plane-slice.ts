import { boundSliceRegion, SLICE_GROUP, type SliceRegion } from "./slice-region.js";
import type { MeshTopology } from "./topology.js";

/**
 * The curve in which a plane cuts a mesh, as ordered points. One slice object serves any number of cuts of its mesh:
 * {@link slicePlane} overwrites it, and nothing is allocated per cut.
 */
export interface PlaneSlice {
	/** Number of valid points. */
	pointCount: number;
	/** `[3 * pointCount]` points, curve by curve. */
	readonly points: Float64Array;
	/** Mesh edge each point lies on. */
	readonly pointEdges: Uint32Array;
	/** Place on the edge: 0 at its first vertex, 1 at its second. */
	readonly pointWeights: Float64Array;
	/** Number of curves. */
	curveCount: number;
	/** `[curveCount + 1]` first point of each curve. */
	readonly curveOffsets: Uint32Array;
	/** `[curveCount]` 1 if the last point joins the first; 0 where the mesh or the chosen part of it ends. */
	readonly curveClosed: Uint8Array;
	/** Working memory of the cut; not for callers. */
	readonly scratch: SliceScratch;
}

/** Working memory of {@link slicePlane}. */
export interface SliceScratch {
	/** `[v]` cut each vertex distance belongs to, so that only visited vertices are evaluated. */
	readonly vertexStamp: Uint32Array;
	readonly vertexDistance: Float64Array;
	/** `[e]` cut each edge's node belongs to. */
	readonly edgeStamp: Uint32Array;
	readonly edgeNode: Uint32Array;
	readonly nodeEdge: Uint32Array;
	/** `[2 * nodes]` neighbours, −1 if none. */
	readonly nodeLinks: Int32Array;
	readonly nodeVisited: Uint8Array;
	stamp: number;
}

/** Memory for cutting one mesh. */
export function createPlaneSlice(topology: MeshTopology): PlaneSlice {
	const edgeCount = topology.edges.length / 2;
	return {
		pointCount: 0,
		points: new Float64Array(3 * edgeCount),
		pointEdges: new Uint32Array(edgeCount),
		pointWeights: new Float64Array(edgeCount),
		curveCount: 0,
		curveOffsets: new Uint32Array(edgeCount + 1),
		curveClosed: new Uint8Array(edgeCount),
		scratch: {
			vertexStamp: new Uint32Array(topology.vertexCount),
			vertexDistance: new Float64Array(topology.vertexCount),
			edgeStamp: new Uint32Array(edgeCount),
			edgeNode: new Uint32Array(edgeCount),
			nodeEdge: new Uint32Array(edgeCount),
			nodeLinks: new Int32Array(2 * edgeCount),
			nodeVisited: new Uint8Array(edgeCount),
			stamp: 0,
		},
	};
}

/**
 * Cut a mesh with the plane n·x = `offset`.
 *
 * A vertex on the plane counts as lying on the positive side, so every triangle is crossed through exactly two edges
 * or not at all, and each edge yields one point shared by its triangles: curves of a closed mesh close exactly, also
 * through vertices and along edges that lie in the plane (points may then coincide).
 *
 * @param out from {@link createPlaneSlice} of the same topology; overwritten.
 * @param topology connectivity of the mesh.
 * @param vertices `[3v]` positions.
 * @param nx plane normal, any length but zero. @param ny see nx. @param nz see nx.
 * @param offset n·x of the plane's points.
 * @param region part of the mesh to cut; null for all of it. Curves end where the region ends. Its boxes are made anew if
 * they are stale.
 */
export function slicePlane(
	out: PlaneSlice,
	topology: MeshTopology,
	vertices: Float64Array | Float32Array,
	nx: number,
	ny: number,
	nz: number,
	offset: number,
	region: SliceRegion | null = null,
): void {
	const nodeCount = collectNodes(out.scratch, topology, vertices, nx, ny, nz, offset, region);
	orderNodes(out, nodeCount);
	placePoints(out, topology, vertices);
}

/** Find the crossed edges ("nodes") and link the two of each crossed triangle. */
function collectNodes(
	scratch: SliceScratch,
	topology: MeshTopology,
	vertices: Float64Array | Float32Array,
	nx: number,
	ny: number,
	nz: number,
	offset: number,
	region: SliceRegion | null,
): number {
	const { triangles, triangleEdges } = topology;
	const { vertexStamp, vertexDistance, edgeStamp, edgeNode, nodeEdge, nodeLinks } = scratch;
	scratch.stamp++;
	if (scratch.stamp > 0xffffffff) {
		vertexStamp.fill(0);
		edgeStamp.fill(0);
		scratch.stamp = 1;
	}
	const stamp = scratch.stamp;
	if (region?.isStale) boundSliceRegion(region, vertices);
	const triangleCount = region === null ? triangles.length / 3 : region.triangles.length;
	let nodeCount = 0;
	for (let i = 0; i < triangleCount; i++) {
		if (region !== null && i % SLICE_GROUP === 0 && isGroupAside(region, i / SLICE_GROUP, nx, ny, nz, offset)) {
			i += SLICE_GROUP - 1;
			continue;
		}
		const t = 3 * (region === null ? i : region.triangles[i]);
		let positive = 0;
		for (let k = 0; k < 3; k++) {
			const v = triangles[t + k];
			if (vertexStamp[v] !== stamp) {
				vertexStamp[v] = stamp;
				vertexDistance[v] = nx * vertices[3 * v] + ny * vertices[3 * v + 1] + nz * vertices[3 * v + 2] - offset;
			}
			if (vertexDistance[v] >= 0) positive |= 1 << k;
		}
		if (positive === 0 || positive === 7) continue;
		let first = -1;
		for (let k = 0; k < 3; k++) {
			const next = k === 2 ? 0 : k + 1;
			if (((positive >> k) & 1) === ((positive >> next) & 1)) continue;
			const e = triangleEdges[t + k];
			if (edgeStamp[e] !== stamp) {
				edgeStamp[e] = stamp;
				edgeNode[e] = nodeCount;
				nodeEdge[nodeCount] = e;
				nodeLinks[2 * nodeCount] = -1;
				nodeLinks[2 * nodeCount + 1] = -1;
				nodeCount++;
			}
			const node = edgeNode[e];
			if (first < 0) {
				first = node;
			} else {
				addLink(nodeLinks, first, node);
				addLink(nodeLinks, node, first);
			}
		}
	}
	return nodeCount;
}

function addLink(nodeLinks: Int32Array, node: number, to: number): void {
	if (nodeLinks[2 * node] < 0) nodeLinks[2 * node] = to;
	else nodeLinks[2 * node + 1] = to;
}

/** Walk along the links: open curves from their ends first, then the closed ones. */
function orderNodes(out: PlaneSlice, nodeCount: number): void {
	const { nodeLinks, nodeVisited, nodeEdge } = out.scratch;
	nodeVisited.fill(0, 0, nodeCount);
	out.pointCount = 0;
	out.curveCount = 0;
	for (let pass = 0; pass < 2; pass++) {
		for (let start = 0; start < nodeCount; start++) {
			if (nodeVisited[start] === 1 || (pass === 0 && nodeLinks[2 * start + 1] >= 0)) continue;
			out.curveOffsets[out.curveCount] = out.pointCount;
			out.curveClosed[out.curveCount] = pass;
			out.curveCount++;
			let node = start;
			while (node >= 0) {
				nodeVisited[node] = 1;
				out.pointEdges[out.pointCount++] = nodeEdge[node];
				const a = nodeLinks[2 * node];
				const b = nodeLinks[2 * node + 1];
				if (a >= 0 && nodeVisited[a] === 0) node = a;
				else if (b >= 0 && nodeVisited[b] === 0) node = b;
				else node = -1;
			}
		}
	}
	out.curveOffsets[out.curveCount] = out.pointCount;
}

function placePoints(out: PlaneSlice, topology: MeshTopology, vertices: Float64Array | Float32Array): void {
	const { points, pointEdges, pointWeights } = out;
	const distance = out.scratch.vertexDistance;
	for (let i = 0; i < out.pointCount; i++) {
		const a = topology.edges[2 * pointEdges[i]];
		const b = topology.edges[2 * pointEdges[i] + 1];
		const weight = distance[a] / (distance[a] - distance[b]);
		pointWeights[i] = weight;
		points[3 * i] = vertices[3 * a] + weight * (vertices[3 * b] - vertices[3 * a]);
		points[3 * i + 1] = vertices[3 * a + 1] + weight * (vertices[3 * b + 1] - vertices[3 * a + 1]);
		points[3 * i + 2] = vertices[3 * a + 2] + weight * (vertices[3 * b + 2] - vertices[3 * a + 2]);
	}
}

/** Whether a group's box lies wholly on one side of the plane, with a margin for rounding. */
function isGroupAside(region: SliceRegion, group: number, nx: number, ny: number, nz: number, offset: number): boolean {
	const { bounds } = region;
	const b = 6 * group;
	const middle =
		0.5 *
		(nx * (bounds[b] + bounds[b + 3]) + ny * (bounds[b + 1] + bounds[b + 4]) + nz * (bounds[b + 2] + bounds[b + 5]));
	const reach =
		0.5 *
		(Math.abs(nx) * (bounds[b + 3] - bounds[b]) +
			Math.abs(ny) * (bounds[b + 4] - bounds[b + 1]) +
			Math.abs(nz) * (bounds[b + 5] - bounds[b + 2]));
	return Math.abs(middle - offset) > reach * (1 + 1e-9) + 1e-9;
}
