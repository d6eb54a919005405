import { annyAgeFromYears } from "@anny-fitter/body-model";
import type { SolverSummary } from "@anny-fitter/solver";
import type { FittedView } from "./fitted-view.js";
import type { LandmarkAnchor } from "./landmark-anchors.js";
import type { PhotoObservation, StatedBody } from "./observation.js";
import type { PhotoFitter } from "./photo-fitter.js";
import { PhotoSolve } from "./photo-solve.js";
import { type ShapePrior, shapePrior } from "./shape-parameters.js";

export interface PhotoFitOptions {
	readonly signal?: { readonly aborted: boolean };
	readonly onProgress?: (stage: PhotoFitStage, fraction: number) => void;
	/** Landmark places; the calibrated ones by default. */
	readonly anchors?: readonly LandmarkAnchor[];
}

export type PhotoFitStage = "stated" | "cameras" | "landmarks" | "silhouettes";

export interface PhotoFit {
	/** [SHAPE_COUNT] fitted shape and its posterior covariance [SHAPE_COUNT²] */
	readonly shape: Float64Array;
	readonly covariance: Float64Array;
	readonly prior: ShapePrior;
	readonly stature_m: number;
	readonly mass_kg: number;
	readonly views: readonly FittedView[];
	readonly converged: boolean;
	readonly stopReason: SolverSummary["stopReason"];
	readonly iterations: number;
	readonly finalCost: number;
}

/** Anny ages tried when no age is stated, with how much likelier an adult is (cost units): see {@link fitPhotos}. */
const AGE_ANCHORS_YEARS: readonly { readonly years: number; readonly sigma: number; readonly penalty: number }[] = [
	{ years: 35, sigma: 0.06, penalty: 0 },
	{ years: 11, sigma: 0.07, penalty: 4 },
	{ years: 4, sigma: 0.07, penalty: 5 },
];

/**
 * Fits one body to photos of a person: shared shape, and camera and pose per photo, by Levenberg–Marquardt.
 *
 * Stages: stated values and prior alone; cameras and poses from landmarks; everything from landmarks; everything with
 * silhouettes. Without a stated age the landmark stage is run from several age anchors and the cheapest wins.
 * Without photos the result is the body of the stated values, the fallback when photos cannot be used.
 *
 * Aborting through `options.signal` returns the state reached, with stop reason "aborted".
 */
export function fitPhotos(
	fitter: PhotoFitter,
	observations: readonly PhotoObservation[],
	stated: StatedBody,
	options: PhotoFitOptions = {},
): PhotoFit {
	const looksGrown = (stated.stature_m ?? 0) > 1.55 || (stated.mass_kg ?? 0) > 50;
	const anchors =
		stated.age_years !== null
			? [{ years: stated.age_years, sigma: 0.01, penalty: 0 }]
			: looksGrown || observations.length === 0
				? AGE_ANCHORS_YEARS.slice(0, 1)
				: AGE_ANCHORS_YEARS;
	const solves = anchors.map((anchor) => {
		const prior = shapePrior(stated.sex, annyAgeFromYears(anchor.years), anchor.sigma);
		const solve = new PhotoSolve(fitter, observations, stated, prior, options);
		return { solve, cost: solve.solveLandmarks() + anchor.penalty };
	});
	const best = solves.reduce((a, b) => (b.cost < a.cost ? b : a));
	return best.solve.solveSilhouettes();
}
