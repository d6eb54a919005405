import { bodyExtent, pointOf } from "./body-view.js";
import { LANDMARK, type SeenBody } from "./pose-types.js";

const WINDOW_MS = 700;
const POINTS = [
	LANDMARK.nose,
	LANDMARK.leftShoulder,
	LANDMARK.rightShoulder,
	LANDMARK.leftWrist,
	LANDMARK.rightWrist,
	LANDMARK.leftHip,
	LANDMARK.rightHip,
	LANDMARK.leftKnee,
	LANDMARK.rightKnee,
	LANDMARK.leftAnkle,
	LANDMARK.rightAnkle,
];

/** Measures how much a body moves from frame to frame. */
export class MotionMeter {
	#seen: { readonly at_ms: number; readonly body: SeenBody }[] = [];

	/**
	 * Takes up a frame.
	 *
	 * @returns how far the joints moved on average within the last 0.7 s, as a part of the body's height; null while that is
	 *   not known
	 */
	add(body: SeenBody | null, at_ms: number): number | null {
		if (body === null) {
			this.#seen = [];
			return null;
		}
		this.#seen.push({ at_ms, body });
		// One frame older than the window stays, so that slow machines compare two frames too.
		while (this.#seen.length > 2 && this.#seen[1]!.at_ms <= at_ms - WINDOW_MS) this.#seen.shift();
		const oldest = this.#seen[0]!;
		if (at_ms - oldest.at_ms < WINDOW_MS / 2) return null;
		const { top, bottom } = bodyExtent(body);
		let sum = 0;
		for (const index of POINTS) {
			const [[x, y], [wasX, wasY]] = [pointOf(body, index), pointOf(oldest.body, index)];
			sum += Math.hypot(x - wasX, y - wasY);
		}
		return sum / POINTS.length / Math.max(1, bottom - top);
	}
}
