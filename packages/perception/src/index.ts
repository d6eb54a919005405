export { assessPerson, type PersonAssessment } from "./assess-person.js";
export { convertTfliteToOnnx, ONNX_CONVERTER_VERSION } from "./convert-tflite.js";
export type { RgbImage } from "./crop.js";
export { FACE_68_INDICES } from "./face-68.js";
export {
	AnalysisAborted,
	analyseHolistic,
	type HolisticOptions,
	type HolisticResult,
	RIVAL_PROMINENCE,
} from "./holistic.js";
export { type HolisticModel, MODEL_INPUT_SIZE, type RunModel } from "./models.js";
export type { DetectedPerson } from "./people.js";
export { BODY_LANDMARK_COUNT, BODY_STRIDE } from "./pose-landmarks.js";
export type { RotatedRect } from "./rotated-rect.js";
export { type TrackedBody, trackBody } from "./track-body.js";
