import { leftJacobian, multiplyRotations, rotationFromVector } from "@anny-fitter/math";
import type { ViewTerms } from "./photo-problem.js";
import { LOG_FOCAL, ROOT_ROTATION, TRANSLATION } from "./view-parameters.js";

/** A view's camera at the current parameters, and scratch of the row being built. */
export interface ViewCamera {
	focal: number;
	cx: number;
	cy: number;
	readonly rotation: Float64Array;
	readonly translation: Float64Array;
	readonly jacobian: Float64Array;
	/** rotated, not yet translated point */
	readonly inCamera: Float64Array;
	/** derivative of the current row with respect to the body-frame point */
	readonly gradient: Float64Array;
	readonly turn: Float64Array;
}

/** Buffers, to be filled by {@link setCamera}. */
export function createViewCamera(): ViewCamera {
	return {
		focal: 0,
		cx: 0,
		cy: 0,
		rotation: new Float64Array(9),
		translation: new Float64Array(3),
		jacobian: new Float64Array(9),
		inCamera: new Float64Array(3),
		gradient: new Float64Array(3),
		turn: new Float64Array(9),
	};
}

/** Reads a view's camera from the parameter vector; `offset` is where the view's block starts. */
export function setCamera(camera: ViewCamera, terms: ViewTerms, x: Float64Array, offset: number): void {
	rotationFromVector(camera.turn, x, offset + ROOT_ROTATION);
	multiplyRotations(camera.rotation, camera.turn, terms.startRotation);
	leftJacobian(camera.jacobian, x, offset + ROOT_ROTATION);
	for (let k = 0; k < 3; k++) camera.translation[k] = x[offset + TRANSLATION + k];
	camera.focal = terms.focal_px * Math.exp(x[offset + LOG_FOCAL]);
	camera.cx = terms.width_px / 2;
	camera.cy = terms.height_px / 2;
}
