import { normalWithin } from "@anny-fitter/math";
import type { ViewMeasurement } from "./view.js";

/** Confidence is the probability that a value is within this share of the truth, as for the model's measurements. */
const CONFIDENCE_MARGIN = 0.03;

/**
 * Probability that a value is within 3 % of the truth, lowered where landmarks are hard to see.
 *
 * @param visibility 0…1
 */
export function confidenceOf(value_m: number, sigma_m: number, visibility: number): number {
	return visibility * normalWithin(CONFIDENCE_MARGIN * value_m, sigma_m);
}

/** Joins a value with its errors. */
export function viewMeasurement(
	id: string,
	value_m: number,
	ownSigma_m: number,
	sharedSigma_m: number,
	visibility: number,
	isOverClothing: boolean,
	notes: ViewMeasurement["notes"],
): ViewMeasurement {
	const confidence = confidenceOf(value_m, Math.hypot(ownSigma_m, sharedSigma_m), visibility);
	return { id, value_m, ownSigma_m, sharedSigma_m, confidence, visibility, isOverClothing, notes };
}
