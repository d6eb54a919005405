export { type DecodeOptions, decodePhoto } from "./decode-photo.js";
export { listVisionModels, type ModelStatus } from "./model-inventory.js";
export type { ModelFile, PoseVariant } from "./model-table.js";
export { type AnalyseOptions, openVision, type Vision, type VisionOptions, type VisionStart } from "./open-vision.js";
export { MAX_PIXELS, type Photo, type PhotoFormat } from "./photo.js";
export type { ModelLoad } from "./sessions.js";
export type { AnalysisInput } from "./vision-thread.js";
