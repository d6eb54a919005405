import { cropToTensor, type RgbImage } from "./crop.js";
import { refineFromHeatmaps } from "./heatmap.js";
import { MODEL_INPUT_SIZE, type RunModel } from "./models.js";
import { projectLandmarks, rotateWorldLandmarks } from "./project.js";
import type { RotatedRect } from "./rotated-rect.js";
import { sigmoid } from "./sigmoid.js";

const SIZE = MODEL_INPUT_SIZE.pose_landmark;
/** The network predicts 33 body points and 6 auxiliary ones. */
const RAW_COUNT = 39;
/** The first two auxiliary points span the circle around the body. */
const CIRCLE_INDEX = 33;
export const BODY_LANDMARK_COUNT = 33;
/** Values per body landmark: x, y, z, visibility, presence. */
export const BODY_STRIDE = 5;
const HEATMAP_SIZE = 64;

/** Result of the pose landmark network for one region. */
export interface BodyLandmarks {
	/** Probability that the region shows a person. */
	readonly score: number;
	/** [33 * 5] x, y, z in image pixels (z towards the back, from the hips), visibility and presence 0..1. */
	readonly landmarks: Float64Array;
	/** [33 * 3] metres from the hip centre, MediaPipe axes (x right, y down, z away from the camera). */
	readonly world: Float64Array;
	/** [256 * 256] person probability logits over the region. */
	readonly maskLogits: Float32Array;
	/** [4] in image pixels: x, y of the hip centre, and of a point on the circle around the whole body, above the head. */
	readonly circle: Float64Array;
}

/** Run the pose landmark network on one region of an image. */
export async function findBodyLandmarks(
	image: RgbImage,
	region: RotatedRect,
	runModel: RunModel,
): Promise<BodyLandmarks> {
	const input = new Float32Array(SIZE * SIZE * 3);
	cropToTensor(input, image, region, { size: SIZE, low: 0, high: 1, border: "replicate" });
	return decodeBodyLandmarks(await runModel("pose_landmark", input), region);
}

/**
 * Outputs of the pose landmark network → image and world landmarks.
 *
 * @param outputs landmarks [39 * 5], flag [1], mask logits [256 * 256], heatmap logits [64 * 64 * 39], world [39 * 3]
 * @throws RangeError if the outputs are not those of the network
 */
export function decodeBodyLandmarks(outputs: readonly Float32Array[], region: RotatedRect): BodyLandmarks {
	const [raw, flag, maskLogits, heatmaps, rawWorld] = outputs;
	if (
		raw?.length !== RAW_COUNT * 5 ||
		flag?.length !== 1 ||
		maskLogits?.length !== SIZE * SIZE ||
		heatmaps?.length !== HEATMAP_SIZE * HEATMAP_SIZE * RAW_COUNT ||
		rawWorld?.length !== RAW_COUNT * 3
	) {
		throw new RangeError("not the outputs of the pose landmark network");
	}
	const points = new Float64Array(RAW_COUNT * 3);
	for (let i = 0; i < RAW_COUNT; i++) {
		for (let k = 0; k < 3; k++) points[3 * i + k] = raw[5 * i + k] / SIZE;
	}
	refineFromHeatmaps(points, heatmaps, HEATMAP_SIZE, RAW_COUNT);
	const projected = new Float64Array((CIRCLE_INDEX + 2) * 3);
	projectLandmarks(projected, points, region);
	const landmarks = new Float64Array(BODY_LANDMARK_COUNT * BODY_STRIDE);
	for (let i = 0; i < BODY_LANDMARK_COUNT; i++) {
		landmarks.set(projected.subarray(3 * i, 3 * i + 3), BODY_STRIDE * i);
		landmarks[BODY_STRIDE * i + 3] = sigmoid(raw[5 * i + 3]);
		landmarks[BODY_STRIDE * i + 4] = sigmoid(raw[5 * i + 4]);
	}
	const world = new Float64Array(BODY_LANDMARK_COUNT * 3);
	rotateWorldLandmarks(world, rawWorld, region.rotation);
	const at = 3 * CIRCLE_INDEX;
	const circle = Float64Array.of(projected[at], projected[at + 1], projected[at + 3], projected[at + 4]);
	return { score: flag[0], landmarks, world, maskLogits, circle };
}
