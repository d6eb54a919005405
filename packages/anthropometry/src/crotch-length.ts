import { convexHull2d, polylineLength, slicePlane } from "@anny-fitter/mesh";
import { pullLateral } from "./body-frame.js";
import { type BodyPoint, landmarkPoint } from "./body-point.js";
import type { Measurer } from "./measurer.js";
import { type MeasureResult, openPath } from "./result.js";
import type { GradientBuilder } from "./surface-gradient.js";
import { clearPlaneGradient, pullSlicePoint } from "./tape-gradient.js";
import { polylineGradient } from "./vector-gradient.js";

/** Where the midline crosses the navel's level: between two points of the slice, `t` of the way. */
interface Crossing {
	readonly before: number;
	readonly after: number;
	readonly t: number;
}

/**
 * Taut tape in the midline plane from the navel's level down, through the crotch and up the back to the same level: the
 * hull of the midline below it, without its top edge.
 *
 * @throws RangeError if the midline does not reach around the trunk: the mesh is no body.
 */
export function measureCrotchLength(measurer: Measurer): MeasureResult {
	const { tape, vertices, frame, regions, gradient } = measurer;
	const navel = landmarkPoint(measurer, "omphalion", "left");
	const level = navel.position[2];
	// Next to the midline the seat is steep: a plane through the navel would miss the cleft of a slightly uneven body.
	const middle = landmarkPoint(measurer, "perineum", "left");
	const [x, y] = middle.position;
	const [nx, ny] = frame.lateral;
	slicePlane(tape.slice, tape.topology, vertices, nx, ny, 0, nx * x + ny * y, regions.trunk);
	const { points, curveOffsets } = tape.slice;
	const { flat, source } = tape;
	const [ax, ay] = frame.anterior;
	const curve = navelCurve(measurer, navel.position);
	// Rows of `flat`: forward distance, height. First what lies below the level, then where the curve crosses it.
	let count = 0;
	const crossings: Crossing[] = [];
	for (let p = curveOffsets[curve]; p < curveOffsets[curve + 1]; p++) {
		const z = points[3 * p + 2];
		if (z < level) {
			flat[2 * count] = ax * points[3 * p] + ay * points[3 * p + 1];
			flat[2 * count + 1] = z;
			source[count++] = p;
		}
		if (p === curveOffsets[curve]) continue;
		const before = points[3 * p - 1];
		if (before < level !== z < level) crossings.push({ before: p - 1, after: p, t: (level - before) / (z - before) });
	}
	const inner = count;
	for (const { before, after, t } of crossings) {
		const mix = (k: number): number => (1 - t) * points[3 * before + k] + t * points[3 * after + k];
		flat[2 * count] = ax * mix(0) + ay * mix(1);
		flat[2 * count++ + 1] = level;
	}
	const cornerCount = convexHull2d(tape.corners, flat, count, tape.hull);
	const rows = belowTopEdge(tape.corners, cornerCount, inner);
	const path = new Float64Array(3 * rows.length);
	rows.forEach((row, i) => {
		if (row < inner) path.set(points.subarray(3 * source[row], 3 * source[row] + 3), 3 * i);
		else {
			const { before, after, t } = crossings[row - inner];
			for (let k = 0; k < 3; k++) path[3 * i + k] = (1 - t) * points[3 * before + k] + t * points[3 * after + k];
		}
	});
	if (gradient !== null) {
		pullPath(gradient, measurer, navel, middle, path, (i) =>
			rows[i] < inner ? source[rows[i]] : (crossings[rows[i] - inner] as Crossing),
		);
	}
	return openPath(polylineLength(path, 0, rows.length, false), path);
}

/** The curve of the cut that the navel lies on; thighs that touch have curves of their own. */
function navelCurve({ tape: { slice } }: Measurer, navel: Float64Array): number {
	const { points, curveOffsets, curveCount } = slice;
	let nearest = 0;
	let best = Number.POSITIVE_INFINITY;
	for (let c = 0; c < curveCount; c++) {
		for (let p = 3 * curveOffsets[c]; p < 3 * curveOffsets[c + 1]; p += 3) {
			const x = points[p] - navel[0];
			const y = points[p + 1] - navel[1];
			const z = points[p + 2] - navel[2];
			if (x * x + y * y + z * z >= best) continue;
			best = x * x + y * y + z * z;
			nearest = c;
		}
	}
	return nearest;
}

/** Corners of the hull from the front end of its top edge around to the back end; the edge's ends are rows from `inner`. */
function belowTopEdge(corners: Uint32Array, cornerCount: number, inner: number): number[] {
	// Counter-clockwise with x forward and y up: the front end, the back end, then down the back.
	for (let i = 0; i < cornerCount; i++) {
		const next = (i + 1) % cornerCount;
		if (corners[i] < inner || corners[next] < inner) continue;
		return Array.from({ length: cornerCount }, (_, k) => corners[(next + k) % cornerCount]).reverse();
	}
	throw new RangeError("the midline does not reach around the trunk: the mesh is no body");
}

/** Pull back the length of a path whose points are rows of the slice or crossings of the navel's level. */
function pullPath(
	gradient: GradientBuilder,
	{ tape, vertices, frame }: Measurer,
	navel: BodyPoint,
	middle: BodyPoint,
	path: Float64Array,
	originOf: (i: number) => number | Crossing,
): void {
	const { points } = tape.slice;
	const plane = { origin: middle.position, normal: frame.lateral };
	const byPoint = new Float64Array(path.length);
	polylineGradient(byPoint, path, false);
	clearPlaneGradient(gradient);
	let byLevel = 0;
	for (let i = 0; i < path.length / 3; i++) {
		const [x, y, z] = byPoint.subarray(3 * i, 3 * i + 3);
		const origin = originOf(i);
		if (typeof origin === "number") {
			pullSlicePoint(gradient, tape, vertices, plane, origin, x, y, z);
			continue;
		}
		// c = p + t (q − p) with t = (level − p_z) / (q_z − p_z).
		const { before, after, t } = origin;
		const [p, q] = [3 * before, 3 * after];
		const along =
			x * (points[q] - points[p]) + y * (points[q + 1] - points[p + 1]) + z * (points[q + 2] - points[p + 2]);
		const slope = along / (points[q + 2] - points[p + 2]);
		byLevel += slope;
		const rest = z - slope;
		pullSlicePoint(gradient, tape, vertices, plane, before, (1 - t) * x, (1 - t) * y, (1 - t) * rest);
		pullSlicePoint(gradient, tape, vertices, plane, after, t * x, t * y, t * rest);
	}
	const { byNormal, byOffset } = gradient.plane;
	const [lx, ly] = frame.lateral;
	navel.pull(gradient, 0, 0, byLevel);
	middle.pull(gradient, byOffset * lx, byOffset * ly, 0);
	pullLateral(gradient, frame, byNormal[0], byNormal[1]);
}
