import { convexHull2d, polylineLength, slicePlane } from "@anny-fitter/mesh";
import type { BodySide, LandmarkName } from "./landmarks.js";
import { type Measurer, placeLandmark } from "./measurer.js";
import type { MeasureResult } from "./result.js";

/** Vertical distance from the floor to a height coordinate, drawn under (or over) a point. */
export function measureHeight(measurer: Measurer, level: number, point: Float64Array): MeasureResult {
	const { floor } = measurer.frame;
	return openPath(level - floor, Float64Array.of(point[0], point[1], floor, point[0], point[1], level));
}

/** Stature: floor to the highest vertex. */
export function measureStature(measurer: Measurer): MeasureResult {
	const { vertices, frame } = measurer;
	const top = 3 * frame.topVertex;
	return measureHeight(measurer, frame.floor + frame.stature, vertices.subarray(top, top + 3));
}

/** Height of a landmark. */
export function measureLandmarkHeight(measurer: Measurer, name: LandmarkName, side: BodySide): MeasureResult {
	const point = new Float64Array(3);
	placeLandmark(point, measurer, name, side);
	return measureHeight(measurer, point[2], point);
}

/** Straight distances from landmark to landmark. */
export function measurePolyline(
	measurer: Measurer,
	names: readonly LandmarkName[],
	sides: readonly BodySide[],
): MeasureResult {
	const path = new Float64Array(3 * names.length);
	for (let i = 0; i < names.length; i++) {
		placeLandmark(path.subarray(3 * i, 3 * i + 3), measurer, names[i], sides[i]);
	}
	return openPath(polylineLength(path, 0, names.length, false), path);
}

/** Horizontal distance between heel and toe tip. */
export function measureFootLength(measurer: Measurer, side: BodySide): MeasureResult {
	const path = new Float64Array(6);
	placeLandmark(path.subarray(0, 3), measurer, "heel", side);
	placeLandmark(path.subarray(3, 6), measurer, "toe_tip", side);
	path[5] = path[2];
	return openPath(polylineLength(path, 0, 2, false), path);
}

/**
 * Taut tape down the middle of the back: the backward hull of the midline between the cervicale and the level of the
 * navel's counterpart.
 */
export function measureBackWaistLength(measurer: Measurer): MeasureResult {
	const { tape, vertices, frame, regions } = measurer;
	const ends = new Float64Array(6);
	const top = ends.subarray(0, 3);
	const bottom = ends.subarray(3, 6);
	placeLandmark(top, measurer, "cervicale", "left");
	placeLandmark(bottom, measurer, "omphalion_posterior", "left");
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
	const path: number[] = [];
	let isBack = false;
	for (let i = 0; i <= cornerCount; i++) {
		const row = tape.corners[i % cornerCount];
		if (row === inner) isBack = true;
		if (!isBack) continue;
		if (row >= inner) path.push(...ends.subarray(3 * (row - inner), 3 * (row - inner) + 3));
		else path.push(...points.subarray(3 * source[row], 3 * source[row] + 3));
	}
	const polyline = Float64Array.from(path);
	return openPath(polylineLength(polyline, 0, polyline.length / 3, false), polyline);
}

function openPath(value_m: number, path: Float64Array): MeasureResult {
	return { value_m, path, isClosed: false, isSearchAtEdge: false };
}
