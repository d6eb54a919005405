export type { ArticulatedBone, Articulation } from "./articulation.js";
export { ARTICULATED_BONES, createArticulation, poseParametersFromArticulation } from "./articulation.js";
export type {
	FittedLandmark,
	FittedView,
	PhotoFit,
	PhotoFitOptions,
	PhotoFitStage,
	PhotoObservation,
	StatedBody,
} from "./fit-photos.js";
export { fitPhotos } from "./fit-photos.js";
export type { AnchorCalibration, LandmarkAnchor } from "./landmark-anchors.js";
export { expandAnchors, LANDMARK_ANCHORS } from "./landmark-anchors.js";
export { CALIBRATED_ANCHORS } from "./landmark-calibration.js";
export type { PhotoFitter } from "./photo-fitter.js";
export { createPhotoFitter, evaluateFitterPose, evaluateFitterShape } from "./photo-fitter.js";
export type { PhotoFitQuality, QualityFlag, ViewDirection } from "./quality.js";
export { assessPhotoFit, viewDirection } from "./quality.js";
export { BODY_DENSITY_KG_M3, bodyMass, logMassQuantity } from "./quantities.js";
export type { Sex, ShapePrior } from "./shape-parameters.js";
export { namedShape, SHAPE_COUNT, SHAPE_PARAMETERS, shapePrior } from "./shape-parameters.js";
export type { EstimatedMeasurement } from "./uncertainty.js";
export { estimateMeasurements, expectedVertexError_mm, interval90, standardDeviation } from "./uncertainty.js";
