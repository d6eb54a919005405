import { pullLateral } from "./body-frame.js";
import { type Measurer, placeLandmark, pullLandmark } from "./measurer.js";
import { type MeasureResult, tapeResult } from "./result.js";
import { layTape } from "./tape.js";
import { pullTape } from "./tape-gradient.js";
import { pullUnitVector } from "./vector-gradient.js";

/** Tape through glabella and opisthocranion, level from left to right, without the ears. */
export function measureHeadGirth(measurer: Measurer): MeasureResult {
	const origin = new Float64Array(3);
	const back = new Float64Array(3);
	placeLandmark(origin, measurer, "glabella", "left");
	placeLandmark(back, measurer, "opisthocranion", "left");
	const { tape, vertices, frame, gradient } = measurer;
	const { lateral } = frame;
	const x = back[0] - origin[0];
	const y = back[1] - origin[1];
	const z = back[2] - origin[2];
	// lateral × (back − front) points up.
	const normal = Float64Array.of(lateral[1] * z, -lateral[0] * z, lateral[0] * y - lateral[1] * x);
	const length = Math.sqrt(normal[0] * normal[0] + normal[1] * normal[1] + normal[2] * normal[2]);
	for (let i = 0; i < 3; i++) normal[i] /= length;
	const plane = { region: measurer.regions.headWithoutEars, origin, normal, curves: "all" } as const;
	layTape(tape, vertices, plane);
	const result = tapeResult(tape, false);
	if (gradient !== null) {
		pullTape(gradient, tape, vertices, plane, 1);
		const { byNormal, byOffset } = gradient.plane;
		pullUnitVector(byNormal, normal, length);
		const [gx, gy, gz] = byNormal;
		// By back − front: g × lateral.
		const bx = -gz * lateral[1];
		const by = gz * lateral[0];
		const bz = gx * lateral[1] - gy * lateral[0];
		pullLandmark(gradient, measurer, "opisthocranion", "left", bx, by, bz);
		const [fx, fy, fz] = [byOffset * normal[0] - bx, byOffset * normal[1] - by, byOffset * normal[2] - bz];
		pullLandmark(gradient, measurer, "glabella", "left", fx, fy, fz);
		// By lateral: (back − front) × g.
		pullLateral(gradient, frame, y * gz - z * gy, z * gx - x * gz);
	}
	return result;
}
