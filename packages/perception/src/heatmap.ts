import { sigmoid } from "./sigmoid.js";

/** Cells on each side of the landmark's own cell that take part in the refinement. */
const REACH = 3;

/**
 * Move landmarks to the centre of mass of their heatmaps near the regressed position (MediaPipe's
 * `RefineLandmarksFromHeatmapCalculator`, 7×7 window). A landmark keeps its place when it lies outside the map or when
 * the map is below 0.5 everywhere in the window.
 *
 * @param points [count * 3] x, y, z in the unit square of the region; x and y are changed in place
 * @param logits [size * size * count], row, column, landmark
 */
export function refineFromHeatmaps(points: Float64Array, logits: Float32Array, size: number, count: number): void {
	for (let i = 0; i < count; i++) {
		const column = Math.trunc(points[3 * i] * size);
		const row = Math.trunc(points[3 * i + 1] * size);
		if (!(column >= 0 && column < size && row >= 0 && row < size)) continue;
		let total = 0;
		let peak = 0;
		let sumX = 0;
		let sumY = 0;
		for (let r = Math.max(0, row - REACH); r <= Math.min(size - 1, row + REACH); r++) {
			for (let c = Math.max(0, column - REACH); c <= Math.min(size - 1, column + REACH); c++) {
				const weight = sigmoid(logits[(r * size + c) * count + i]);
				total += weight;
				if (weight > peak) peak = weight;
				sumX += c * weight;
				sumY += r * weight;
			}
		}
		if (peak < 0.5) continue;
		// Cell indices, not cell centres: the networks were trained against MediaPipe's formula.
		points[3 * i] = sumX / total / size;
		points[3 * i + 1] = sumY / total / size;
	}
}
