import { convexHull2d, polylineLength, slicePlane } from "@anny-fitter/mesh";
import { pullLateral } from "./body-frame.js";
import { type Measurer, placeLandmark, pullLandmark } from "./measurer.js";
import { type MeasureResult, openPath } from "./result.js";
import type { GradientBuilder } from "./surface-gradient.js";
import { clearPlaneGradient, pullSlicePoint } from "./tape-gradient.js";
import { polylineGradient } from "./vector-gradient.js";

/** Ends of the tape down the back, where no point of the slice is meant. */
const ENDS = ["cervicale", "omphalion_posterior"] as const;

/**
 * Taut tape down the middle of the back: the backward hull of the midline between the cervicale and the level of the
 * navel's counterpart.
 */
export function measureBackWaistLength(measurer: Measurer): MeasureResult {
	const { tape, vertices, frame, regions, gradient } = measurer;
	const ends = new Float64Array(6);
	const top = ends.subarray(0, 3);
	const bottom = ends.subarray(3, 6);
	placeLandmark(top, measurer, ENDS[0], "left");
	placeLandmark(bottom, measurer, ENDS[1], "left");
	const [nx, ny] = frame.lateral;
	slicePlane(tape.slice, tape.topology, vertices, nx, ny, 0, nx * top[0] + ny * top[1], regions.trunk);
	// Rows of `flat`: height, backward distance. The two ends have the extreme heights, so the hull passes both.
	const { points, pointCount } = tape.slice;
	const { flat, source } = tape;
	const [ax, ay] = frame.anterior;
	let count = 0;
	for (let p = 0; p < pointCount; p++) {
		const z = points[3 * p + 2];
		if (z >= top[2] || z <= bottom[2]) continue;
		flat[2 * count] = z;
		flat[2 * count + 1] = -(ax * points[3 * p] + ay * points[3 * p + 1]);
		source[count++] = p;
	}
	const inner = count;
	for (let i = 0; i < 2; i++) {
		flat[2 * count] = ends[3 * i + 2];
		flat[2 * count++ + 1] = -(ax * ends[3 * i] + ay * ends[3 * i + 1]);
	}
	const cornerCount = convexHull2d(tape.corners, flat, count, tape.hull);
	// Counter-clockwise from the lowest point: first the front, then from the top down the back.
	const rows: number[] = [];
	for (let i = 0; i <= cornerCount; i++) {
		const row = tape.corners[i % cornerCount];
		if (row === inner || rows.length > 0) rows.push(row);
	}
	const path = new Float64Array(3 * rows.length);
	rows.forEach((row, i) => {
		const from = row >= inner ? 3 * (row - inner) : 3 * source[row];
		path.set((row >= inner ? ends : points).subarray(from, from + 3), 3 * i);
	});
	if (gradient !== null) pullBackTape(gradient, measurer, path, rows, inner, top);
	return openPath(polylineLength(path, 0, rows.length, false), path);
}

/** Pull back the length of the path whose points are rows below `inner` of the slice's, or ends. */
function pullBackTape(
	gradient: GradientBuilder,
	measurer: Measurer,
	path: Float64Array,
	rows: readonly number[],
	inner: number,
	top: Float64Array,
): void {
	const { tape, vertices, frame } = measurer;
	const plane = { origin: top, normal: frame.lateral };
	const byPoint = new Float64Array(path.length);
	polylineGradient(byPoint, path, false);
	clearPlaneGradient(gradient);
	rows.forEach((row, i) => {
		const [x, y, z] = byPoint.subarray(3 * i, 3 * i + 3);
		if (row >= inner) pullLandmark(gradient, measurer, ENDS[row - inner], "left", x, y, z);
		else pullSlicePoint(gradient, tape, vertices, plane, tape.source[row], x, y, z);
	});
	const { byNormal, byOffset } = gradient.plane;
	const [lx, ly] = frame.lateral;
	pullLandmark(gradient, measurer, ENDS[0], "left", byOffset * lx, byOffset * ly, 0);
	pullLateral(gradient, frame, byNormal[0], byNormal[1]);
}
