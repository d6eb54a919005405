import { type Measurer, placeLandmark } from "./measurer.js";
import { type MeasureResult, tapeResult } from "./result.js";
import { layTape } from "./tape.js";

/** Tape through glabella and opisthocranion, level from left to right, without the ears. */
export function measureHeadGirth(measurer: Measurer): MeasureResult {
	const origin = new Float64Array(3);
	const back = new Float64Array(3);
	placeLandmark(origin, measurer, "glabella", "left");
	placeLandmark(back, measurer, "opisthocranion", "left");
	const { lateral } = measurer.frame;
	const x = back[0] - origin[0];
	const y = back[1] - origin[1];
	const z = back[2] - origin[2];
	// lateral × (back − front) points up.
	const normal = Float64Array.of(lateral[1] * z, -lateral[0] * z, lateral[0] * y - lateral[1] * x);
	scaleToUnit(normal);
	const region = measurer.regions.headWithoutEars;
	layTape(measurer.tape, measurer.vertices, { region, origin, normal, curves: "all" });
	return tapeResult(measurer.tape, false);
}

function scaleToUnit(v: Float64Array): void {
	const length = Math.sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);
	for (let i = 0; i < 3; i++) v[i] /= length;
}
