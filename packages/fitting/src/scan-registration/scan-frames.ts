import {
	closestPoint,
	createClosestPoint,
	createTriangleTree,
	mergeVertices,
	type TriangleTree,
} from "@anny-fitter/mesh";
import type { CoarseAlignment } from "./coarse-alignment.js";
import type { ScanTarget } from "./correspondences.js";
import { findBorderVertices } from "./scan-border.js";
import { type ScanSurface, sampleScan } from "./scan-surface.js";

/** A similarity between a scan's file and the frame of the body in it: body = scale · R p + translation, metres. */
export interface BodyFromScan {
	readonly scale: number;
	/** [9] row-major */
	readonly rotation: Float64Array;
	/** [3] metres */
	readonly translation: Float64Array;
}

/**
 * The frame that an alignment sees a body in: upright, facing −Y, where the template stands.
 *
 * @param normalized how the scan's points were normalised before the alignment
 * @param metresPerUnit of the file
 * @returns the frame, and how much larger the person is than the template
 */
export function frameOfAlignment(
	{ similarity, template }: CoarseAlignment,
	normalized: { readonly centre: Float64Array; readonly size: number },
	metresPerUnit: number,
): { readonly bodyFromScan: BodyFromScan; readonly growth: number } {
	const { rotation: r, translation: t, scale } = similarity;
	const growth = (metresPerUnit * normalized.size * scale) / template.size;
	const rotation = Float64Array.of(r[0], r[3], r[6], r[1], r[4], r[7], r[2], r[5], r[8]);
	const origin = normalized.centre.map((c, a) => metresPerUnit * (c + normalized.size * t[a]));
	const translation = Float64Array.from([0, 1, 2], (row) => {
		let sum = growth * template.centre[row];
		for (let a = 0; a < 3; a++) sum -= rotation[3 * row + a] * origin[a];
		return sum;
	});
	return { bodyFromScan: { scale: metresPerUnit, rotation, translation }, growth };
}

/** Applies a similarity to points; `out` may be `points`. */
export function transformPoints(
	out: Float64Array,
	points: Float64Array,
	{ scale, rotation: r, translation: t }: BodyFromScan,
): void {
	for (let i = 0; i < points.length; i += 3) {
		const x = scale * points[i];
		const y = scale * points[i + 1];
		const z = scale * points[i + 2];
		out[i] = r[0] * x + r[1] * y + r[2] * z + t[0];
		out[i + 1] = r[3] * x + r[4] * y + r[5] * z + t[1];
		out[i + 2] = r[6] * x + r[7] * y + r[8] * z + t[2];
	}
}

/** A mesh of a scan in a body's frame, ready to be matched. */
export function createScanTarget(scan: ScanSurface, bodyFromScan: BodyFromScan, pointCount: number): ScanTarget {
	const { points, normals } = sampleScan(scan, pointCount);
	transformPoints(points, points, bodyFromScan);
	transformPoints(normals, normals, { ...bodyFromScan, scale: 1, translation: new Float64Array(3) });
	const vertices = new Float64Array(scan.vertices.length);
	transformPoints(vertices, scan.vertices, bodyFromScan);
	return {
		tree: createTriangleTree(vertices, scan.triangles),
		border: findBorderVertices(scan.triangles, vertices.length / 3),
		points,
		normals,
		oriented: scan.oriented,
	};
}

/** The same scan with few triangles, for quick looks. */
export function thinScan(scan: ScanSurface, cell: number): ScanSurface {
	if (scan.isPointCloud) return scan;
	const { vertices, triangles } = mergeVertices(scan.vertices, scan.triangles, cell);
	return triangles.length === 0 ? scan : { ...scan, vertices, triangles };
}

/**
 * What of a scan lies near a body: the part that was taken for it and its companions, without what only touches it.
 *
 * @param body the body's surface, metres, in its own frame
 * @param reach_m triangles count when one of their corners is nearer than this
 * @param wholePart keep the part that was taken for the body as it is
 */
export function cropScan(
	scan: ScanSurface,
	bodyFromScan: BodyFromScan,
	body: TriangleTree,
	reach_m: number,
	wholePart: boolean,
): ScanSurface {
	const moved = new Float64Array(scan.vertices.length);
	transformPoints(moved, scan.vertices, bodyFromScan);
	const found = createClosestPoint();
	// 0 unknown, 1 near, 2 far
	const known = new Uint8Array(scan.vertices.length / 3);
	const isNear = (vertex: number): boolean => {
		if (known[vertex] === 0) {
			closestPoint(found, body, moved[3 * vertex], moved[3 * vertex + 1], moved[3 * vertex + 2], reach_m);
			known[vertex] = found.triangle < 0 ? 2 : 1;
		}
		return known[vertex] === 1;
	};
	const kept: number[] = [];
	const keep = (triangles: Uint32Array, all: boolean): void => {
		for (let i = 0; i < triangles.length; i += 3) {
			const [a, b, c] = [triangles[i], triangles[i + 1], triangles[i + 2]];
			if (all || isNear(a) || isNear(b) || isNear(c)) kept.push(a, b, c);
		}
	};
	keep(scan.triangles, wholePart);
	keep(scan.companions, false);
	return kept.length === 0 ? scan : { ...scan, triangles: Uint32Array.from(kept) };
}
