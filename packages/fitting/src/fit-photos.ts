import { annyAgeFromYears } from "@anny-fitter/body-model";
import type { SolverSummary } from "@anny-fitter/solver";
import { BODY_QUANTITIES, MASS } from "./body-tangent.js";
import type { FittedView } from "./fitted-view.js";
import type { LandmarkAnchor } from "./landmark-anchors.js";
import type { PhotoObservation, StatedBody } from "./observation.js";
import type { PhotoFitter } from "./photo-fitter.js";
import { LANDMARK_SHARE, PhotoSolve } from "./photo-solve.js";
import { type ShapePrior, shapePrior } from "./shape-parameters.js";
import { type MappedBody, mapStated } from "./stated/map-stated.js";

export interface PhotoFitOptions {
	/** Checked before every solver step; an `AbortSignal` will do. */
	readonly signal?: { readonly aborted: boolean };
	/** Landmark places; the calibrated ones by default. */
	readonly anchors?: readonly LandmarkAnchor[];
}

export type PhotoFitStage = "stated" | "cameras" | "landmarks" | "silhouettes";

/** What a fit is about to do: a stage, and how much of the fit lies behind (0…1). */
export interface PhotoFitStep {
	readonly stage: PhotoFitStage;
	readonly fraction: number;
}

export interface PhotoFit {
	/** [SHAPE_COUNT] fitted shape and its posterior covariance [SHAPE_COUNT²] */
	readonly shape: Float64Array;
	readonly covariance: Float64Array;
	readonly prior: ShapePrior;
	readonly stature_m: number;
	readonly mass_kg: number;
	/** Tape measures that were stated, as the fitted body has them, metres. */
	readonly statedTapes_m: Readonly<Record<string, number>>;
	/** The answer of stated values alone; null when there were photos. */
	readonly mapped: MappedBody | null;
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
	const steps = photoFitSteps(fitter, observations, stated, options);
	for (;;) {
		const step = steps.next();
		if (step.done) return step.value;
	}
}

/**
 * {@link fitPhotos} in steps of a few tenths of a second, so that a host can show progress, stay responsive and stop in
 * between. The fitter belongs to the fit until it ends.
 */
export function* photoFitSteps(
	fitter: PhotoFitter,
	observations: readonly PhotoObservation[],
	stated: StatedBody,
	options: PhotoFitOptions = {},
): Generator<PhotoFitStep, PhotoFit> {
	if (observations.length === 0) {
		yield { stage: "stated", fraction: 0 };
		return fitStated(fitter, stated, options);
	}
	const looksGrown = (stated.stature_m ?? 0) > 1.55 || (stated.mass_kg ?? 0) > 50;
	const anchors =
		stated.age_years !== null
			? [{ years: stated.age_years, sigma: 0.01, penalty: 0 }]
			: looksGrown
				? AGE_ANCHORS_YEARS.slice(0, 1)
				: AGE_ANCHORS_YEARS;
	let best: PhotoSolve | null = null;
	let bestCost = Infinity;
	for (const [i, anchor] of anchors.entries()) {
		const prior = shapePrior(stated.sex, annyAgeFromYears(anchor.years), anchor.sigma);
		const solve = new PhotoSolve(fitter, observations, stated, prior, options);
		const cost = (yield* sharedProgress(solve.solveLandmarks(), i, anchors.length)) + anchor.penalty;
		if (best === null || cost < bestCost) {
			best = solve;
			bestCost = cost;
		}
	}
	if (best === null) throw new RangeError("There must be an age anchor.");
	return yield* best.solveSilhouettes();
}

/** A fit without photos: the most plausible body of the stated values. */
function fitStated(fitter: PhotoFitter, stated: StatedBody, options: PhotoFitOptions): PhotoFit {
	const mapped = mapStated(fitter, stated, options);
	const value = (name: string): number => mapped.values[BODY_QUANTITIES.indexOf(name)];
	return {
		shape: mapped.shape,
		covariance: mapped.covariance,
		prior: shapePrior(stated.sex, annyAgeFromYears(mapped.age_years), 0.01),
		stature_m: value("stature"),
		mass_kg: value(MASS),
		statedTapes_m: Object.fromEntries(Object.keys(stated.measures_m).map((id) => [id, value(id)])),
		mapped,
		views: [],
		converged: !mapped.isAborted,
		stopReason: mapped.isAborted ? "aborted" : "cost_converged",
		iterations: mapped.iterations,
		finalCost: mapped.cost,
	};
}

/** Progress of the `index`-th of `count` equal solves that share the time before the silhouettes. */
function* sharedProgress<T>(
	steps: Generator<PhotoFitStep, T>,
	index: number,
	count: number,
): Generator<PhotoFitStep, T> {
	for (;;) {
		const step = steps.next();
		if (step.done) return step.value;
		const { stage, fraction } = step.value;
		yield { stage, fraction: (LANDMARK_SHARE * index + fraction) / count };
	}
}
