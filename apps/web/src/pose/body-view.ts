import { LANDMARK, LANDMARK_STRIDE, type SeenBody, type ViewLabel } from "./pose-types.js";

/** Turned by less than this towards the camera, or away from it: front or back. */
const FRONT_DEG = 25;
/** Turned by at least this: a side view. */
const SIDE_DEG = 60;

/**
 * How far the body is turned from facing the camera: 0 faces it, ±90 is a side view, ±180 the back. The mean of shoulders
 * and hips, as directions.
 */
export function bodyYaw_deg({ world }: SeenBody): number {
	let [x, z] = [0, 0];
	for (const [left, right] of [
		[LANDMARK.leftShoulder, LANDMARK.rightShoulder],
		[LANDMARK.leftHip, LANDMARK.rightHip],
	] as const) {
		const [dx, dz] = [world[3 * left]! - world[3 * right]!, world[3 * left + 2]! - world[3 * right + 2]!];
		const length = Math.hypot(dx, dz) || 1;
		x += dx / length;
		z += dz / length;
	}
	return (Math.atan2(z, x) * 180) / Math.PI;
}

/** The view that a photo of this body shows. */
export function viewOf(body: SeenBody): ViewLabel {
	const yaw = Math.abs(bodyYaw_deg(body));
	if (yaw <= FRONT_DEG) return "front";
	if (yaw >= 180 - FRONT_DEG) return "back";
	return yaw >= SIDE_DEG && yaw <= 180 - SIDE_DEG ? "side" : "three-quarter";
}

/** Pixel position of a landmark. */
export function pointOf({ landmarks }: SeenBody, index: number): [x: number, y: number] {
	return [landmarks[LANDMARK_STRIDE * index]!, landmarks[LANDMARK_STRIDE * index + 1]!];
}

/** Middle of two landmarks in pixels. */
export function middleOf(body: SeenBody, a: number, b: number): [x: number, y: number] {
	const [[ax, ay], [bx, by]] = [pointOf(body, a), pointOf(body, b)];
	return [(ax + bx) / 2, (ay + by) / 2];
}

/** Upper and lower end of the body in pixels: the crown, which no landmark marks, and the lowest of heels and toes. */
export function bodyExtent(body: SeenBody): { readonly top: number; readonly bottom: number } {
	const nose = pointOf(body, LANDMARK.nose)[1];
	const shoulders = middleOf(body, LANDMARK.leftShoulder, LANDMARK.rightShoulder)[1];
	// From the nose the crown is about two thirds as far as the shoulders.
	const top = nose - 0.65 * Math.max(0, shoulders - nose);
	let bottom = Number.NEGATIVE_INFINITY;
	for (let index = LANDMARK.leftAnkle; index <= LANDMARK.rightToe; index++) {
		bottom = Math.max(bottom, pointOf(body, index)[1]);
	}
	return { top, bottom };
}
