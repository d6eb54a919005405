export { normalCdf, normalQuantile, Z90 } from "@anny-fitter/math";
export type { AdultMeasure } from "./adults.js";
export {
	ADULT_MEASURES,
	ADULT_POPULATION,
	adultPercentile,
	adultPercentileRange,
	adultQuantiles,
	adultValue,
	isAdultMeasure,
} from "./adults.js";
export type { Band, BandProbability } from "./bands.js";
export { bandProbabilities } from "./bands.js";
export type { BodyFatEstimate, BodyFatInputs } from "./body-fat.js";
export { bodyFatEstimates, combineBodyFat, cunBae, navyBodyFat, relativeFatMass, weltmanBodyFat } from "./body-fat.js";
export {
	bodyMassIndex,
	bodyRoundness,
	bodyShapeIndex,
	bodySurfaceDuBois,
	bodySurfaceMosteller,
	restingEnergy,
} from "./body-indices.js";
export type { Change, ChangeVerdict, EstimatePair } from "./changes.js";
export { CHANGE_FALSE_DISCOVERY_RATE, CHANGE_PROBABILITY, falseDiscoveryRates, judgeChanges } from "./changes.js";
export type { ChildMedian, MedianRange } from "./child-medians.js";
export { childMedian, childMedianRange } from "./child-medians.js";
export type { BodyComparison, ComparableBody, Evidence, NotCompared } from "./compare-bodies.js";
export { compareBodies, evidenceOf, isSameBodyData, SHARED_ERROR_CORRELATION } from "./compare-bodies.js";
export type { Derived, DerivedValue, PersonFacts, Withheld } from "./derived.js";
export { deriveAll, isDerivedValue } from "./derived.js";
export type { DerivedDefinition, DerivedId, Fact, Limit } from "./derived-definitions.js";
export { DERIVED } from "./derived-definitions.js";
export type { Estimate, Ranged, Sex } from "./estimate.js";
export { propagate } from "./estimate.js";
export type { GrowthMeasure } from "./growth.js";
export { GROWTH_AGE_YEARS, GROWTH_SOURCE, growthPercentile, growthValue, growthZ, isGrowthAge } from "./growth.js";
export type { SizeGroup } from "./size-charts.js";
export { customNumber } from "./size-charts.js";
export type {
	CombinedSize,
	SizeAdvice,
	SizeCorrelation,
	SizeDimension,
	SizeFacts,
	SizeProbability,
	SizeReport,
	SizeSystem,
} from "./sizes.js";
export { adviseSizes } from "./sizes.js";
