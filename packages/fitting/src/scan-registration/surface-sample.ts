import { createRandom } from "@anny-fitter/math";
import { closestPoint, computeVertexNormals, createClosestPoint, sampleSurface } from "@anny-fitter/mesh";
import { createPointSet } from "./point-set.js";

/** Vertices that stand for the whole surface of a body. */
export interface SurfaceSample {
	/** [n] model vertices, ascending */
	readonly vertices: Uint32Array;
	/** [V] position in `vertices` of the one that stands for each model vertex; −1 for vertices that are not seen */
	readonly standIns: Int32Array;
}

/** A stand-in's surface must face the same way within this cosine. */
const SAME_SIDE_COSINE = 0.2;
const NEAREST_CANDIDATES_M = 0.15;

/**
 * Picks visible vertices spread evenly over the surface.
 *
 * @param rest [V*3] a resting body
 * @param visible [V] see `findVisibleVertices`
 * @param count how many draws; fewer vertices come out, since some are drawn twice
 */
export function pickSurfaceSample(
	rest: Float64Array,
	triangles: Uint32Array,
	visible: Uint8Array,
	count: number,
): SurfaceSample {
	const draws = sampleSurface(rest, triangles, count, createRandom(count));
	const picked = new Set<number>();
	for (const t of draws.triangles) {
		const vertex = triangles[3 * t];
		if (visible[vertex] === 1) picked.add(vertex);
	}
	const vertices = Uint32Array.from(picked).sort();
	const normals = new Float64Array(rest.length);
	computeVertexNormals(normals, rest, triangles);
	return { vertices, standIns: assignStandIns(rest, normals, visible, vertices) };
}

function assignStandIns(
	rest: Float64Array,
	normals: Float64Array,
	visible: Uint8Array,
	vertices: Uint32Array,
): Int32Array {
	const out = new Int32Array(visible.length).fill(-1);
	const remaining = new Set<number>(visible.keys());
	for (const v of remaining) if (visible[v] === 0) remaining.delete(v);
	// Octants of normals: in each, the nearest sample that faces about the same way.
	const found = createClosestPoint();
	for (let octant = 0; octant < 8; octant++) {
		const axis = [octant & 1 ? 1 : -1, octant & 2 ? 1 : -1, octant & 4 ? 1 : -1].map((s) => s / Math.sqrt(3));
		const faces = (v: number): number =>
			axis[0] * normals[3 * v] + axis[1] * normals[3 * v + 1] + axis[2] * normals[3 * v + 2];
		const members = vertices
			.map((v, position) => (faces(v) > SAME_SIDE_COSINE ? position + 1 : 0))
			.filter((p) => p > 0);
		if (members.length === 0) continue;
		const points = new Float64Array(3 * members.length);
		for (const [row, position] of members.entries()) {
			points.set(rest.subarray(3 * vertices[position - 1], 3 * vertices[position - 1] + 3), 3 * row);
		}
		const { tree } = createPointSet(points, points);
		for (const v of remaining) {
			const own = (normals[3 * v] > 0 ? 1 : 0) + (normals[3 * v + 1] > 0 ? 2 : 0) + (normals[3 * v + 2] > 0 ? 4 : 0);
			if (own !== octant) continue;
			closestPoint(found, tree, rest[3 * v], rest[3 * v + 1], rest[3 * v + 2], NEAREST_CANDIDATES_M);
			if (found.triangle >= 0) out[v] = members[found.triangle] - 1;
		}
	}
	return out;
}
