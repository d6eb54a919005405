export { carryPath, createPathCarrier, type PathCarrier, type PosedSurface, takeUpSurface } from "./carry-path.js";
export {
	MEASUREMENTS,
	type MeasurementDefinition,
	type MeasurementId,
	type MeasurementKind,
	measurementDefinition,
} from "./definitions.js";
export { type BodySide, LANDMARKS, type Landmark, type LandmarkName, landmarkPosition } from "./landmarks.js";
export { type BodyMeasurement, type MeasureOptions, measureBody } from "./measure-body.js";
export { createMeasurer, landmarkGradient, type Measurer } from "./measurer.js";
export type { MeasurableModel, MeasurableShape } from "./model.js";
export type { MeasureResult } from "./result.js";
export type { SurfaceGradient } from "./surface-gradient.js";
export { BULK_DEFINITIONS, type BulkDefinition, measureVolumeAndArea, type VolumeAndArea } from "./volume-and-area.js";
