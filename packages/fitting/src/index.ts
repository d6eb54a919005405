export type { Adjustment, AdjustTask } from "./adjust-body.js";
export { adjustBody, populationCovariance } from "./adjust-body.js";
export type { ArmContact } from "./arm-contact.js";
export { findArmContacts } from "./arm-contact.js";
export type { ArticulatedBone, Articulation } from "./articulation.js";
export { ARTICULATED_BONES, createArticulation, poseParametersFromArticulation } from "./articulation.js";
export type { BodyTangent } from "./body-tangent.js";
export { BODY_QUANTITIES, MASS, shapeVector, takeBodyTangent } from "./body-tangent.js";
export type { DepthCue, DepthCueInput, PartDepth } from "./depth-cue.js";
export { compareDepth } from "./depth-cue.js";
export type { PhotoFit, PhotoFitOptions, PhotoFitStage, PhotoFitStep } from "./fit-photos.js";
export { fitPhotos, photoFitSteps } from "./fit-photos.js";
export type { FittedLandmark, FittedView } from "./fitted-view.js";
export type { BorderCut, FrameBorder, FrameCuts } from "./frame-cuts.js";
export { findFrameCuts } from "./frame-cuts.js";
export type { AnchorCalibration, LandmarkAnchor } from "./landmark-anchors.js";
export { expandAnchors, LANDMARK_ANCHORS } from "./landmark-anchors.js";
export { CALIBRATED_ANCHORS } from "./landmark-calibration.js";
export type { PhotoObservation, PhotoQuality, StatedBody } from "./observation.js";
export type { PhotoFitter } from "./photo-fitter.js";
export { createPhotoFitter, evaluateFitterPose, evaluateFitterShape } from "./photo-fitter.js";
export type { PhotoFlag, PhotoFlagCode } from "./photo-flags.js";
export { PHOTO_ADVICE } from "./photo-flags.js";
export type { ChildShape } from "./prior/child-prior.js";
export { ADULT_YEARS, adulthoodAt, childShape } from "./prior/child-prior.js";
export { surveyOffset_m } from "./prior/population.js";
export type { AdvisedFlag, PhotoFitEvidence, PhotoFitQuality, QualityFlag } from "./quality.js";
export { assessPhotoFit } from "./quality.js";
export { BODY_DENSITY_KG_M3, bodyMass, differentiateLogMass } from "./quantities.js";
export { quantityCorrelations } from "./quantity-correlations.js";
export type {
	RegistrationEngine,
	RegistrationFreedom,
	RegistrationPrior,
	RegistrationState,
	RegistrationTargets,
} from "./registration/engine.js";
export {
	createRegistrationEngine,
	createRegistrationState,
	LOCAL_CHANGE_LIMIT,
	REGISTRATION_POSE,
} from "./registration/engine.js";
export type { MeshRegistrar, MeshRegistration, MeshRegistrationOptions } from "./registration/register-mesh.js";
export { createMeshRegistrar, registerMesh } from "./registration/register-mesh.js";
export type { PointRegistrationOptions, RegistrationStage } from "./registration/register-points.js";
export { registerPoints } from "./registration/register-points.js";
export type { RegistrationStep } from "./registration/step.js";
export { registrationCost, takeRegistrationStep } from "./registration/step.js";
export type { ScanOptions, ScanRegistration, ScanStage } from "./scan-registration/register-scan.js";
export { registerScan } from "./scan-registration/register-scan.js";
export type { ScanFitter } from "./scan-registration/scan-fitter.js";
export { createScanFitter, evaluateScannedBody } from "./scan-registration/scan-fitter.js";
export type { BodyFromScan } from "./scan-registration/scan-frames.js";
export { transformPoints } from "./scan-registration/scan-frames.js";
export type { ScanQuality } from "./scan-registration/scan-quality.js";
export { assessScan } from "./scan-registration/scan-quality.js";
export type { ScanMesh } from "./scan-registration/scan-surface.js";
export type { ScanUnit } from "./scan-registration/scan-units.js";
export { SCAN_UNITS, UNIT_NAMES } from "./scan-registration/scan-units.js";
export type { SurfaceDistance } from "./scan-registration/surface-distance.js";
export type { NamedCovariance } from "./shape-covariance.js";
export { nameCovariance, readNamedCovariance, SHAPE_PARAMETER_NAMES } from "./shape-covariance.js";
export type { Sex, ShapePrior } from "./shape-parameters.js";
export { namedShape, SHAPE_COUNT, SHAPE_PARAMETERS, shapePrior } from "./shape-parameters.js";
export type { SignedDistanceField } from "./signed-distance.js";
export { sampleSignedDistance, signedDistanceField } from "./signed-distance.js";
export type { Disagreement, MappedBody } from "./stated/map-stated.js";
export { mapStated } from "./stated/map-stated.js";
export type { RestSkeleton } from "./t-pose.js";
export { tPoseRotations } from "./t-pose.js";
export type { EstimatedMeasurement } from "./uncertainty.js";
export { estimateMeasurements, expectedVertexError_mm, standardDeviation } from "./uncertainty.js";
export { errorInflation, vertexDeviations } from "./vertex-uncertainty.js";
export type { StatedView, ViewDirection, ViewGuess } from "./view-direction.js";
export {
	asStated,
	guessView,
	isViewLikely,
	shownSide,
	startYaws,
	viewDirection,
	withSidesOf,
} from "./view-direction.js";
