import { cropToTensor, type RgbImage } from "./crop.js";
import { createAnchors, decodeDetections, mergeOverlapping } from "./detections.js";
import { MODEL_INPUT_SIZE, type RunModel } from "./models.js";
import { BODY_STRIDE } from "./pose-landmarks.js";
import { projectLandmarks } from "./project.js";
import { pointInImage, type RotatedRect, rotationTowards, shiftAndSquare } from "./rotated-rect.js";
import { sigmoid } from "./sigmoid.js";

export const FACE_LANDMARK_COUNT = 468;
const DETECTOR_SIZE = MODEL_INPUT_SIZE.face_detection;
const MESH_SIZE = MODEL_INPUT_SIZE.face_landmark;
const ANCHORS = createAnchors(DETECTOR_SIZE, [8, 16, 16, 16]);
const KEYPOINT_COUNT = 6;

/** Body landmarks 0–10 are nose, eyes, ears and mouth. */
const HEAD_LANDMARK_COUNT = 11;
const RIGHT_EYE = 5;
const LEFT_EYE = 2;

/**
 * Find the 468 landmarks of the face, starting from the body landmarks.
 *
 * @param body [33 * 5] see `BodyLandmarks.landmarks`
 * @returns [468 * 3] image pixels, or `null` when the face is turned away or hidden
 */
export async function findFace(image: RgbImage, body: Float64Array, runModel: RunModel): Promise<Float64Array | null> {
	const search = faceSearchRegion(body);
	const detectorInput = new Float32Array(DETECTOR_SIZE * DETECTOR_SIZE * 3);
	cropToTensor(detectorInput, image, search, { size: DETECTOR_SIZE, low: -1, high: 1, border: "constant" });
	const [regressors, logits] = await runModel("face_detection", detectorInput);
	const candidates = decodeDetections(regressors, logits, {
		anchors: ANCHORS,
		inputSize: DETECTOR_SIZE,
		keypointCount: KEYPOINT_COUNT,
		minScore: 0.5,
	});
	const [best] = mergeOverlapping(candidates, 0.3);
	if (best === undefined) return null;
	const region = faceRegion(search, best.keypoints);
	const input = new Float32Array(MESH_SIZE * MESH_SIZE * 3);
	cropToTensor(input, image, region, { size: MESH_SIZE, low: 0, high: 1, border: "replicate" });
	return decodeFace(await runModel("face_landmark", input), region);
}

/** Square of three times the extent of the head's body landmarks, eyes level. */
export function faceSearchRegion(body: Float64Array): RotatedRect {
	let [x0, y0, x1, y1] = [Infinity, Infinity, -Infinity, -Infinity];
	for (let i = 0; i < HEAD_LANDMARK_COUNT * BODY_STRIDE; i += BODY_STRIDE) {
		x0 = Math.min(x0, body[i]);
		x1 = Math.max(x1, body[i]);
		y0 = Math.min(y0, body[i + 1]);
		y1 = Math.max(y1, body[i + 1]);
	}
	const dx = body[LEFT_EYE * BODY_STRIDE] - body[RIGHT_EYE * BODY_STRIDE];
	const dy = body[LEFT_EYE * BODY_STRIDE + 1] - body[RIGHT_EYE * BODY_STRIDE + 1];
	const extent = {
		centerX: (x0 + x1) / 2,
		centerY: (y0 + y1) / 2,
		width: x1 - x0,
		height: y1 - y0,
		rotation: rotationTowards(0, dx, dy),
	};
	return shiftAndSquare(extent, 3, 0);
}

/** Square around the face detector's keypoints (in the unit square of `search`), the first two (the eyes) level. */
export function faceRegion(search: RotatedRect, keypoints: Float64Array): RotatedRect {
	let [x0, y0, x1, y1] = [Infinity, Infinity, -Infinity, -Infinity];
	const points: [number, number][] = [];
	for (let i = 0; i < keypoints.length; i += 2) {
		const [x, y] = pointInImage(search, keypoints[i], keypoints[i + 1]);
		points.push([x, y]);
		x0 = Math.min(x0, x);
		x1 = Math.max(x1, x);
		y0 = Math.min(y0, y);
		y1 = Math.max(y1, y);
	}
	const rotation = rotationTowards(0, points[1][0] - points[0][0], points[1][1] - points[0][1]);
	const extent = { centerX: (x0 + x1) / 2, centerY: (y0 + y1) / 2, width: x1 - x0, height: y1 - y0, rotation };
	return shiftAndSquare(extent, 2, -0.1);
}

/** Outputs of the face network → landmarks in image pixels; `null` when its score is at most 0.5. */
export function decodeFace(outputs: readonly Float32Array[], region: RotatedRect): Float64Array | null {
	const [raw, flag] = outputs;
	if (raw?.length !== FACE_LANDMARK_COUNT * 3 || flag?.length !== 1) {
		throw new RangeError("not the outputs of the face landmark network");
	}
	if (!(sigmoid(flag[0]) > 0.5)) return null;
	const landmarks = Float64Array.from(raw, (value) => value / MESH_SIZE);
	projectLandmarks(landmarks, landmarks, region);
	return landmarks;
}
