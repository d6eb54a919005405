export { type DecodeOptions, decodePhoto } from "./decode-photo.js";
export {
	type ImageModelStatus,
	listImageModels,
	type VerifiedFile,
	verifyImageModels,
} from "./image-models/image-model-inventory.js";
export { HOLISTIC_TITLE } from "./image-models/image-sessions.js";
export { type CatalogueFile, type CatalogueModel, MODEL_CATALOGUE } from "./image-models/model-catalogue.js";
export { VISION_MODELS_VARIABLE, visionModelDir } from "./image-models/model-folder.js";
export { type PulledFile, type PullOptions, type PullProgress, pullModel } from "./image-models/pull-model.js";
export type { InferenceDevice, InferenceStep, VisionFaults } from "./inference-device.js";
export { listVisionModels, type ModelStatus } from "./model-inventory.js";
export type { ModelFile, PoseVariant } from "./model-table.js";
export { openVision, type Vision, type VisionOptions, type VisionStart } from "./open-vision.js";
export { isOutOfMemory } from "./out-of-memory.js";
export { MAX_PIXELS, type Photo, type PhotoFormat } from "./photo.js";
export type { ModelLoad } from "./sessions.js";
export type { AnalyseOptions, VisionResult } from "./vision-queue.js";
export type { AnalysisInput } from "./vision-thread.js";
export type { NetworkRun } from "./worker-messages.js";
