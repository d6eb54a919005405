import { polylineLength } from "@anny-fitter/mesh";
import { type BodyPoint, jointPoint, landmarkPoint } from "./body-point.js";
import type { BodySide } from "./landmarks.js";
import type { Measurer } from "./measurer.js";
import { type MeasureResult, openPath } from "./result.js";
import { polylineGradient } from "./vector-gradient.js";

/**
 * Span of the arms: fingertip, wrist, elbow and shoulder joint of one arm and the same of the other, as if this chain
 * were stretched straight.
 */
export function measureSpan(measurer: Measurer): MeasureResult {
	const points = [...armChain(measurer, "right"), ...armChain(measurer, "left").reverse()];
	const path = new Float64Array(3 * points.length);
	points.forEach(({ position }, i) => {
		path.set(position, 3 * i);
	});
	const { gradient } = measurer;
	if (gradient !== null) {
		const byPoint = new Float64Array(path.length);
		polylineGradient(byPoint, path, false);
		points.forEach((point, i) => {
			point.pull(gradient, byPoint[3 * i], byPoint[3 * i + 1], byPoint[3 * i + 2]);
		});
	}
	return openPath(polylineLength(path, 0, points.length, false), path);
}

/** Fingertip, wrist, elbow, shoulder. */
function armChain(measurer: Measurer, side: BodySide): BodyPoint[] {
	return [
		landmarkPoint(measurer, "dactylion", side),
		jointPoint(measurer, "wrist", side),
		jointPoint(measurer, "elbow", side),
		jointPoint(measurer, "shoulder", side),
	];
}
