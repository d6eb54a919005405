import type { BodySide } from "./landmarks.js";
import { type Measurer, placeLandmark, pullLandmark } from "./measurer.js";
import { type MeasureResult, openPath } from "./result.js";
import { addVertexGradient } from "./surface-gradient.js";

/** Largest horizontal extent of the foot across the line from heel to toe tip. */
export function measureFootBreadth(measurer: Measurer, side: BodySide): MeasureResult {
	const { vertices, regions, gradient } = measurer;
	const heel = new Float64Array(3);
	const toe = new Float64Array(3);
	placeLandmark(heel, measurer, "heel", side);
	placeLandmark(toe, measurer, "toe_tip", side);
	const length = Math.hypot(toe[0] - heel[0], toe[1] - heel[1]);
	const ux = (toe[0] - heel[0]) / length;
	const uy = (toe[1] - heel[1]) / length;
	// Across: (−uy, ux).
	let low = -1;
	let high = -1;
	let lowest = Number.POSITIVE_INFINITY;
	let highest = Number.NEGATIVE_INFINITY;
	for (const v of regions.footVertices[side]) {
		const across = -uy * vertices[3 * v] + ux * vertices[3 * v + 1];
		if (across < lowest) {
			lowest = across;
			low = v;
		}
		if (across > highest) {
			highest = across;
			high = v;
		}
	}
	const value_m = highest - lowest;
	const [x, y, z] = vertices.subarray(3 * low, 3 * low + 3);
	if (gradient !== null) {
		addVertexGradient(gradient, high, -uy, ux, 0);
		addVertexGradient(gradient, low, uy, -ux, 0);
		// By the unit vector along the foot, and on to its two ends.
		const gx = vertices[3 * high + 1] - y;
		const gy = x - vertices[3 * high];
		const along = gx * ux + gy * uy;
		const hx = (gx - along * ux) / length;
		const hy = (gy - along * uy) / length;
		pullLandmark(gradient, measurer, "toe_tip", side, hx, hy, 0);
		pullLandmark(gradient, measurer, "heel", side, -hx, -hy, 0);
	}
	return openPath(value_m, Float64Array.of(x, y, z, x - value_m * uy, y + value_m * ux, z));
}
