import { multiplyRotations, rotationFromVector } from "@anny-fitter/math";
import { rasterizeSilhouette } from "@anny-fitter/mesh";
import { SHARED_COUNT } from "./cloth.js";
import type { MaskField, WorkingMask } from "./mask.js";
import type { PhotoFitter } from "./photo-fitter.js";
import { evaluateFitterPose, evaluateFitterShape, statureOf } from "./photo-fitter.js";
import type { ViewTerms } from "./photo-problem.js";
import { intersectionOverUnion } from "./silhouette.js";
import { LOG_FOCAL, POSE, ROOT_ROTATION, TRANSLATION, VIEW_COUNT } from "./view-parameters.js";

export interface FittedView {
	readonly width_px: number;
	readonly height_px: number;
	readonly focal_px: number;
	/** [12] row-major 3×4, camera from body: the view's world frame is the body's own */
	readonly cameraFromBody: Float64Array;
	/** rotation vectors of the articulated bones, radians */
	readonly rotations: Float64Array;
	/** Yaw of the body, degrees: 0 faces the camera, 90 shows the person's right side, 180 the back. */
	readonly yaw_deg: number;
	/** Landmarks that took part, where the photo has them and where the fitted body has them. */
	readonly landmarks: readonly FittedLandmark[];
	/** Weighted root mean square distance between the two, pixels of the photo; null without landmarks. */
	readonly reprojection_px: number | null;
	/** The person's stature in the photo, pixels. */
	readonly stature_px: number;
	/** Overlap of body and person mask (cloth and hair included), null without a mask. */
	readonly silhouetteIou: number | null;
}

export interface FittedLandmark {
	readonly name: string;
	readonly image_px: readonly [number, number];
	readonly projected_px: readonly [number, number];
	readonly weight: number;
}

/** The body of a solver state as one camera sees it. */
export interface SeenBody {
	readonly focal_px: number;
	/** [12] row-major 3×4 */
	readonly cameraFromBody: Float64Array;
	/** [vertices*3] posed vertices in the camera frame, metres */
	readonly cameraVertices: Float64Array;
}

/**
 * Poses the body of a solver state as view `i` sees it. Leaves shape and pose in `fitter`.
 *
 * @param x full parameter vector
 */
export function seeBody(fitter: PhotoFitter, view: ViewTerms, x: Float64Array, i: number): SeenBody {
	const offset = SHARED_COUNT + VIEW_COUNT * i;
	evaluateFitterShape(fitter, x);
	evaluateFitterPose(fitter, x, offset + POSE);
	const turn = new Float64Array(9);
	const r = new Float64Array(9);
	rotationFromVector(turn, x, offset + ROOT_ROTATION);
	multiplyRotations(r, turn, view.startRotation);
	const t = x.subarray(offset + TRANSLATION, offset + TRANSLATION + 3);
	const cameraFromBody = Float64Array.of(...[0, 1, 2].flatMap((k) => [r[3 * k], r[3 * k + 1], r[3 * k + 2], t[k]]));
	const posed = fitter.pose.vertices;
	const cameraVertices = new Float64Array(posed.length);
	for (let v = 0; v < posed.length; v += 3) {
		for (let k = 0; k < 3; k++) {
			cameraVertices[v + k] = r[3 * k] * posed[v] + r[3 * k + 1] * posed[v + 1] + r[3 * k + 2] * posed[v + 2] + t[k];
		}
	}
	return { focal_px: view.focal_px * Math.exp(x[offset + LOG_FOCAL]), cameraFromBody, cameraVertices };
}

/** Silhouette of a seen body at a mask's size: [width*height], 1 inside. */
export function rasterizeBody(fitter: PhotoFitter, seen: SeenBody, mask: WorkingMask): Uint8Array {
	const out = new Uint8Array(mask.width * mask.height);
	const camera = {
		width: mask.width,
		height: mask.height,
		focal_px: seen.focal_px * mask.scale,
		cx_px: mask.width / 2,
		cy_px: mask.height / 2,
	};
	rasterizeSilhouette(out, { vertices: seen.cameraVertices, triangles: fitter.model.triangles }, camera);
	return out;
}

/** What a solver state says about view `i`. */
export function describeView(
	fitter: PhotoFitter,
	view: ViewTerms,
	masked: MaskField | null,
	x: Float64Array,
	i: number,
): FittedView {
	const offset = SHARED_COUNT + VIEW_COUNT * i;
	const seen = seeBody(fitter, view, x, i);
	const { focal_px, cameraFromBody } = seen;
	const stature = statureOf(fitter.shape.vertices);
	const landmarks = describeLandmarks(fitter, view, seen, stature);
	// Where the body's front (−Y) points, seen from above: towards the camera is −z.
	const front = [-cameraFromBody[1], -cameraFromBody[5], -cameraFromBody[9]];
	return {
		width_px: view.width_px,
		height_px: view.height_px,
		focal_px,
		cameraFromBody,
		rotations: x.slice(offset + POSE, offset + VIEW_COUNT),
		yaw_deg: (Math.atan2(front[0], -front[2]) * 180) / Math.PI,
		landmarks,
		reprojection_px: rootMeanSquare(landmarks),
		stature_px: (focal_px * stature) / cameraFromBody[11],
		silhouetteIou: masked && intersectionOverUnion(rasterizeBody(fitter, seen, masked.mask), masked.mask.inside),
	};
}

/** Where the landmarks of a view are on the body in `fitter.pose`. */
function describeLandmarks(fitter: PhotoFitter, view: ViewTerms, seen: SeenBody, stature: number): FittedLandmark[] {
	const { pose, shape, articulation } = fitter;
	const m = seen.cameraFromBody;
	return view.landmarks.map((landmark) => {
		const bone = articulation.bones[landmark.joint];
		const t = pose.boneTransforms.subarray(12 * bone, 12 * bone + 12);
		const p = [0, 1, 2].map((k) => shape.boneHeads[3 * bone + k] + stature * landmark.offset[k]);
		const b = [0, 1, 2].map((k) => t[4 * k] * p[0] + t[4 * k + 1] * p[1] + t[4 * k + 2] * p[2] + t[4 * k + 3]);
		const c = [0, 1, 2].map((k) => m[4 * k] * b[0] + m[4 * k + 1] * b[1] + m[4 * k + 2] * b[2] + m[4 * k + 3]);
		return {
			name: landmark.name,
			image_px: [landmark.u_px, landmark.v_px],
			projected_px: [
				view.width_px / 2 + (seen.focal_px * c[0]) / c[2],
				view.height_px / 2 + (seen.focal_px * c[1]) / c[2],
			],
			weight: landmark.weight,
		};
	});
}

function rootMeanSquare(landmarks: readonly FittedLandmark[]): number | null {
	let sum = 0;
	let weights = 0;
	for (const { image_px, projected_px, weight } of landmarks) {
		sum += weight * ((image_px[0] - projected_px[0]) ** 2 + (image_px[1] - projected_px[1]) ** 2);
		weights += weight;
	}
	return weights > 0 ? Math.sqrt(sum / weights) : null;
}
