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
export {
	type BodySection,
	bodyEnds,
	fuseViews,
	type ImageMeasurement,
	type ImageMeasurementView,
	type ImageNote,
	LANDMARK,
	LENGTH_POPULATION,
	LIMB_LENGTHS,
	type LimbLengthId,
	locateSections,
	type MeasurableView,
	type MeasuredView,
	measureView,
	placeWorldLandmarks,
	SECTION_IDS,
	SECTION_POPULATION,
	type SectionId,
	type SectionPopulation,
	type SectionSide,
	type SkippedMeasurement,
	sectionMeasurementId,
	sectionOfTape,
	sectionSides,
	segmentFrame,
	superellipseExponent,
	superellipsePerimeter_m,
	type ViewMeasurement,
} from "./image-measurements/index.js";
export {
	type ByteSource,
	type OnnxInterface,
	type OnnxValue,
	readOnnxInterface,
} from "./image-models/onnx-interface.js";
export {
	type DecoderModel,
	type DepthFamily,
	type DepthModel,
	type EncoderModel,
	type ImageModel,
	recogniseImageModel,
	type SegmentationFamily,
	type WholeSegmentationModel,
} from "./image-models/recognise-model.js";
export type { OnnxTensor, RunOnnx } from "./image-models/run-onnx.js";
export { type HolisticModel, MODEL_INPUT_SIZE, type RunModel } from "./models.js";
export { type InverseDepth, predictInverseDepth } from "./monocular-depth/predict-inverse-depth.js";
export type { DetectedPerson } from "./people.js";
export { describePixels, type PersonPixels } from "./person-regions/describe-pixels.js";
export { labelRegions, REGION } from "./person-regions/label-regions.js";
export { refineMask } from "./person-regions/refine-mask.js";
export type { RegionLandmarks } from "./person-regions/skin-seeds.js";
export { type SkinShares, skinShares } from "./person-regions/skin-shares.js";
export { measurePhotoQuality, type PhotoQuality } from "./photo-quality.js";
export { BODY_LANDMARK_COUNT, BODY_STRIDE } from "./pose-landmarks.js";
export type { RotatedRect } from "./rotated-rect.js";
export type { SegmentationNetwork } from "./segment-anything/mask-network.js";
export {
	type KnownPerson,
	type SegmentedPerson,
	type SegmentPersonOptions,
	segmentPerson,
} from "./segment-anything/segment-person.js";
export { type TrackedBody, trackBody } from "./track-body.js";
