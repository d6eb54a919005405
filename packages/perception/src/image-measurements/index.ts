export { fuseViews, type ImageMeasurement, type ImageMeasurementView } from "./fuse.js";
export { LIMB_LENGTHS } from "./measure-lengths.js";
export { bodyEnds } from "./measure-stature.js";
export { measureView } from "./measure-view.js";
export { placeWorldLandmarks } from "./place-landmarks.js";
export {
	LENGTH_POPULATION,
	type LimbLengthId,
	SECTION_IDS,
	SECTION_POPULATION,
	type SectionId,
	type SectionPopulation,
	sectionMeasurementId,
} from "./population.js";
export {
	type BodySection,
	type BodySide as SectionSide,
	LANDMARK,
	locateSections,
	sectionOfTape,
	sectionSides,
	segmentFrame,
} from "./sections.js";
export { superellipseExponent, superellipsePerimeter_m } from "./superellipse.js";
export type { ImageNote, MeasurableView, MeasuredView, SkippedMeasurement, ViewMeasurement } from "./view.js";
