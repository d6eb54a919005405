import { closestPoint, createClosestPoint, type TriangleTree } from "@anny-fitter/mesh";

/** Distances of points from a surface, millimetres, and how much of them is near. */
export interface SurfaceDistance {
	readonly mean_mm: number;
	readonly median_mm: number;
	readonly p95_mm: number;
	readonly max_mm: number;
	/** Share of the points within {@link NEAR_M} of the surface. */
	readonly near_share: number;
}

/** What counts as lying on the other surface: noise of scanners, hair and thin clothes stay below it. */
export const NEAR_M = 0.02;

/**
 * Distance of every point from a surface.
 *
 * @param points [3n] metres
 * @param surface metres
 */
export function measureSurfaceDistance(points: Float64Array, surface: TriangleTree): SurfaceDistance {
	const found = createClosestPoint();
	const count = points.length / 3;
	const distances = new Float64Array(count);
	let sum = 0;
	let near = 0;
	for (let i = 0; i < count; i++) {
		closestPoint(found, surface, points[3 * i], points[3 * i + 1], points[3 * i + 2]);
		distances[i] = found.distance;
		sum += found.distance;
		if (found.distance <= NEAR_M) near++;
	}
	distances.sort();
	const rank = (share: number): number => 1000 * distances[Math.min(count - 1, Math.floor(share * count))];
	return {
		mean_mm: (1000 * sum) / count,
		median_mm: rank(0.5),
		p95_mm: rank(0.95),
		max_mm: 1000 * distances[count - 1],
		near_share: near / count,
	};
}
