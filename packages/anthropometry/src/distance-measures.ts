import { polylineLength } from "@anny-fitter/mesh";
import { pullFloor, pullStature } from "./body-frame.js";
import type { BodySide, LandmarkName } from "./landmarks.js";
import { type Measurer, placeLandmark, pullLandmark } from "./measurer.js";
import { type MeasureResult, openPath } from "./result.js";
import { polylineGradient } from "./vector-gradient.js";

/** Vertical distance from the floor to a height coordinate, drawn under (or over) a point. Leaves no derivatives. */
export function measureHeight(measurer: Measurer, level: number, point: Float64Array): MeasureResult {
	const { floor } = measurer.frame;
	return openPath(level - floor, Float64Array.of(point[0], point[1], floor, point[0], point[1], level));
}

/** Stature: floor to the highest vertex. */
export function measureStature(measurer: Measurer): MeasureResult {
	const { vertices, frame, gradient } = measurer;
	const top = 3 * frame.topVertex;
	if (gradient !== null) pullStature(gradient, frame, 1);
	return measureHeight(measurer, frame.floor + frame.stature, vertices.subarray(top, top + 3));
}

/** Height of a landmark. */
export function measureLandmarkHeight(measurer: Measurer, name: LandmarkName, side: BodySide): MeasureResult {
	const { gradient, frame } = measurer;
	const point = new Float64Array(3);
	placeLandmark(point, measurer, name, side);
	if (gradient !== null) {
		pullLandmark(gradient, measurer, name, side, 0, 0, 1);
		pullFloor(gradient, frame, -1);
	}
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
	const { gradient } = measurer;
	if (gradient !== null) {
		const byPoint = new Float64Array(path.length);
		polylineGradient(byPoint, path, false);
		for (let i = 0; i < names.length; i++) {
			const [x, y, z] = byPoint.subarray(3 * i, 3 * i + 3);
			pullLandmark(gradient, measurer, names[i], sides[i], x, y, z);
		}
	}
	return openPath(polylineLength(path, 0, names.length, false), path);
}

/** Horizontal distance between heel and toe tip. */
export function measureFootLength(measurer: Measurer, side: BodySide): MeasureResult {
	const path = new Float64Array(6);
	placeLandmark(path.subarray(0, 3), measurer, "heel", side);
	placeLandmark(path.subarray(3, 6), measurer, "toe_tip", side);
	path[5] = path[2];
	const value_m = polylineLength(path, 0, 2, false);
	const { gradient } = measurer;
	if (gradient !== null) {
		const x = (path[3] - path[0]) / value_m;
		const y = (path[4] - path[1]) / value_m;
		pullLandmark(gradient, measurer, "heel", side, -x, -y, 0);
		pullLandmark(gradient, measurer, "toe_tip", side, x, y, 0);
	}
	return openPath(value_m, path);
}
