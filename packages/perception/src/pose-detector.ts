import { cropToTensor, type RgbImage } from "./crop.js";
import { createAnchors, type Detection, decodeDetections, mergeOverlapping } from "./detections.js";
import { MODEL_INPUT_SIZE, type RunModel } from "./models.js";
import { letterboxRect, pointInImage, type RotatedRect, rotationTowards } from "./rotated-rect.js";

const SIZE = MODEL_INPUT_SIZE.pose_detection;
const ANCHORS = createAnchors(SIZE, [8, 16, 32, 32, 32]);
const KEYPOINT_COUNT = 4;

/**
 * Find people in an image, or in a square part of it.
 *
 * @param region part to look at; the whole image, letterboxed, by default
 * @returns by falling score; boxes (of the head and shoulders) and keypoints in image pixels. Keypoint 0 is the hip
 *   centre, 1 lies on the circle around the whole body, 2 is the shoulder centre, 3 lies on the circle around the upper
 *   body.
 */
export async function detectPeople(
	image: RgbImage,
	runModel: RunModel,
	region: RotatedRect = letterboxRect(image.width, image.height),
): Promise<Detection[]> {
	const input = new Float32Array(SIZE * SIZE * 3);
	cropToTensor(input, image, region, { size: SIZE, low: -1, high: 1, border: "constant" });
	const [regressors, logits] = await runModel("pose_detection", input);
	return decodePeople(regressors, logits).map((detection) => toImage(detection, region));
}

/** Outputs of the pose detector → people in the unit square of its input, by falling score. */
export function decodePeople(regressors: Float32Array, logits: Float32Array): Detection[] {
	const candidates = decodeDetections(regressors, logits, {
		anchors: ANCHORS,
		inputSize: SIZE,
		keypointCount: KEYPOINT_COUNT,
		minScore: 0.5,
	});
	return mergeOverlapping(candidates, 0.3);
}

/** Region of interest of the pose landmark network: a square around the whole body, hips to head upright. */
export function bodyRegion(detection: Detection): RotatedRect {
	return regionOfCircle(detection.keypoints);
}

/**
 * The same from the circle around the body.
 *
 * @param circle x, y of its centre (the hips) and of the point on it above the head; what follows is not read
 */
export function regionOfCircle(circle: Float64Array): RotatedRect {
	const [x, y, edgeX, edgeY] = circle;
	const side = 2 * Math.hypot(edgeX - x, edgeY - y) * 1.25;
	const rotation = rotationTowards(Math.PI / 2, edgeX - x, edgeY - y);
	return { centerX: x, centerY: y, width: side, height: side, rotation };
}

function toImage(detection: Detection, region: RotatedRect): Detection {
	const [x0, y0] = pointInImage(region, detection.box[0], detection.box[1]);
	const [x1, y1] = pointInImage(region, detection.box[2], detection.box[3]);
	const keypoints = new Float64Array(detection.keypoints.length);
	for (let i = 0; i < keypoints.length; i += 2) {
		const [x, y] = pointInImage(region, detection.keypoints[i], detection.keypoints[i + 1]);
		keypoints[i] = x;
		keypoints[i + 1] = y;
	}
	return { score: detection.score, box: [x0, y0, x1, y1], keypoints };
}
