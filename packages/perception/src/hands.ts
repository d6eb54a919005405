import { cropToTensor, type RgbImage } from "./crop.js";
import { MODEL_INPUT_SIZE, type RunModel } from "./models.js";
import { BODY_STRIDE } from "./pose-landmarks.js";
import { projectLandmarks, rotateWorldLandmarks } from "./project.js";
import { pointInImage, type RotatedRect, rotationTowards, shiftAndSquare } from "./rotated-rect.js";

export const HAND_LANDMARK_COUNT = 21;
const RECROP_SIZE = MODEL_INPUT_SIZE.hand_recrop;
const HAND_SIZE = MODEL_INPUT_SIZE.hand_landmark;
/** Depths of the hand network are given at this multiple of the input scale. */
const DEPTH_SCALE = 0.4;

/** Indices of wrist, little finger and index finger among the body landmarks. */
export const HAND_SOURCE = { left: [15, 17, 19], right: [16, 18, 20] } as const;

export interface HandLandmarks {
	/** [21 * 3] image pixels; z relative to the wrist */
	readonly landmarks: Float64Array;
	/** [21 * 3] metres, MediaPipe axes */
	readonly world: Float64Array;
}

/**
 * Find the 21 landmarks of one hand, starting from the body landmarks.
 *
 * @param body [33 * 5] see `BodyLandmarks.landmarks`
 * @returns `null` when the wrist is hidden or the network sees no hand
 */
export async function findHand(
	image: RgbImage,
	body: Float64Array,
	side: "left" | "right",
	runModel: RunModel,
): Promise<HandLandmarks | null> {
	const rough = roughHandRegion(body, side);
	if (rough === null) return null;
	const recropInput = new Float32Array(RECROP_SIZE * RECROP_SIZE * 3);
	cropToTensor(recropInput, image, rough, { size: RECROP_SIZE, low: 0, high: 1, border: "replicate" });
	const [points] = await runModel("hand_recrop", recropInput);
	const region = refinedHandRegion(rough, points);
	const input = new Float32Array(HAND_SIZE * HAND_SIZE * 3);
	cropToTensor(input, image, region, { size: HAND_SIZE, low: 0, high: 1, border: "replicate" });
	return decodeHand(await runModel("hand_landmark", input), region);
}

/** Square around the hand guessed from wrist and finger roots; `null` when the wrist's visibility is at most 0.1. */
export function roughHandRegion(body: Float64Array, side: "left" | "right"): RotatedRect | null {
	const [wrist, pinky, index] = HAND_SOURCE[side].map((landmark) => landmark * BODY_STRIDE);
	if (!(body[wrist + 3] > 0.1)) return null;
	const centerX = (2 * body[index] + body[pinky]) / 3;
	const centerY = (2 * body[index + 1] + body[pinky + 1]) / 3;
	const dx = centerX - body[wrist];
	const dy = centerY - body[wrist + 1];
	const length = 2 * Math.hypot(dx, dy);
	const rotation = rotationTowards(Math.PI / 2, dx, dy);
	return shiftAndSquare({ centerX, centerY, width: length, height: length, rotation }, 2.7, -0.1);
}

/** Square from the recrop network's two points (centre and edge, in its input pixels). */
export function refinedHandRegion(rough: RotatedRect, points: Float32Array): RotatedRect {
	const [centerX, centerY] = pointInImage(rough, points[0] / RECROP_SIZE, points[1] / RECROP_SIZE);
	const [edgeX, edgeY] = pointInImage(rough, points[2] / RECROP_SIZE, points[3] / RECROP_SIZE);
	const length = 2 * Math.hypot(edgeX - centerX, edgeY - centerY);
	const rotation = rotationTowards(-Math.PI / 2, edgeX - centerX, edgeY - centerY);
	return shiftAndSquare({ centerX, centerY, width: length, height: length, rotation }, 1, -0.1);
}

/** Outputs of the hand network → landmarks; `null` when its presence score is at most 0.5. */
export function decodeHand(outputs: readonly Float32Array[], region: RotatedRect): HandLandmarks | null {
	const [raw, presence, , rawWorld] = outputs;
	if (raw?.length !== HAND_LANDMARK_COUNT * 3 || rawWorld?.length !== raw.length || presence?.length !== 1) {
		throw new RangeError("not the outputs of the hand landmark network");
	}
	if (!(presence[0] > 0.5)) return null;
	const landmarks = new Float64Array(raw.length);
	for (let i = 0; i < raw.length; i += 3) {
		landmarks[i] = raw[i] / HAND_SIZE;
		landmarks[i + 1] = raw[i + 1] / HAND_SIZE;
		landmarks[i + 2] = raw[i + 2] / HAND_SIZE / DEPTH_SCALE;
	}
	projectLandmarks(landmarks, landmarks, region);
	const world = new Float64Array(raw.length);
	rotateWorldLandmarks(world, rawWorld, region.rotation);
	return { landmarks, world };
}
