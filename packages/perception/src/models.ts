/** The networks that Holistic runs. */
export type HolisticModel =
	| "pose_detection"
	| "pose_landmark"
	| "hand_recrop"
	| "hand_landmark"
	| "face_detection"
	| "face_landmark";

/** Width and height in pixels of each network's RGB input, shape [1, size, size, 3]. */
export const MODEL_INPUT_SIZE: Readonly<Record<HolisticModel, number>> = {
	pose_detection: 224,
	pose_landmark: 256,
	hand_recrop: 256,
	hand_landmark: 224,
	face_detection: 128,
	face_landmark: 192,
};

/**
 * Runs one network on an input of `size * size * 3` values and returns its outputs in the order of the model file.
 * The same analysis runs wherever this function can be provided: ONNX Runtime in Node, WebAssembly in a browser.
 */
export type RunModel = (model: HolisticModel, input: Float32Array) => Promise<readonly Float32Array[]>;
