export { carryPath, createPathCarrier, type PathCarrier, type PosedSurface, takeUpSurface } from "./carry-path.js";
export {
	MEASUREMENTS,
	type MeasurementDefinition,
	type MeasurementId,
	type MeasurementKind,
	measurementDefinition,
} from "./definitions.js";
export { type BodySide, LANDMARKS, type Landmark, type LandmarkName } from "./landmarks.js";
export { type BodyMeasurement, measureBody } from "./measure-body.js";
export { createMeasurer, type Measurer } from "./measurer.js";
export type { MeasurableModel, MeasurableShape } from "./model.js";
export type { MeasureResult } from "./result.js";
