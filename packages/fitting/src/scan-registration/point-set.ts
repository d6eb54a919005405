import { createTriangleTree, type TriangleTree } from "@anny-fitter/mesh";

/** A few points of a surface, ready for closest-point queries. */
export interface PointSet {
	/** [3n] */
	readonly points: Float64Array;
	/** [3n] outward unit normals; 0,0,0 where unknown */
	readonly normals: Float64Array;
	/** Its triangle i is point i. */
	readonly tree: TriangleTree;
}

/** Prepares points for queries; the arrays are kept. */
export function createPointSet(points: Float64Array, normals: Float64Array): PointSet {
	return {
		points,
		normals,
		tree: createTriangleTree(
			points,
			Uint32Array.from(points, (_, i) => (i / 3) | 0),
		),
	};
}

/**
 * Moves points to their centroid and to a root mean square distance of 1 from it.
 *
 * @returns what was done: `points = (given − centre) / size`
 */
export function normalizePoints(points: Float64Array): { readonly centre: Float64Array; readonly size: number } {
	const centre = new Float64Array(3);
	for (let i = 0; i < points.length; i++) centre[i % 3] += points[i] / (points.length / 3);
	let squared = 0;
	for (let i = 0; i < points.length; i++) {
		points[i] -= centre[i % 3];
		squared += points[i] * points[i];
	}
	const size = Math.sqrt(squared / (points.length / 3));
	for (let i = 0; i < points.length; i++) points[i] /= size;
	return { centre, size };
}
