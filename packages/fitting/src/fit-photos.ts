import type { SolverSummary } from "@anny-fitter/solver";
import { BODY_QUANTITIES, MASS } from "./body-tangent.js";
import type { FittedView } from "./fitted-view.js";
import type { LandmarkAnchor } from "./landmark-anchors.js";
import { createMaskField } from "./mask.js";
import type { PhotoObservation, StatedBody } from "./observation.js";
import type { PhotoFitter } from "./photo-fitter.js";
import { PhotoSolve } from "./photo-solve.js";
import { type PhotoPrior, POPULATIONS, type PopulationName, photoPrior } from "./prior/photo-prior.js";
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
	readonly prior: PhotoPrior;
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

/**
 * Anny ages tried when no age is stated, with how much likelier an adult is (cost units): see {@link fitPhotos}. Thin adults
 * look like children, and silhouettes overstate what they know: these keep adults adults on the benchmark's subjects.
 */
const AGE_ANCHORS_YEARS: readonly { readonly years: number; readonly sigma: number; readonly penalty: number }[] = [
	{ years: 35, sigma: 0.06, penalty: 0 },
	{ years: 11, sigma: 0.07, penalty: 12 },
	{ years: 4, sigma: 0.07, penalty: 16 },
];

/** People in photos are real ones, some twenty to one; in cost units. */
const POPULATION_PENALTY: Readonly<Record<PopulationName, number>> = { surveyed: 0, modelled: 3 };
/**
 * Rivals go on, at most two or three, as long as they are this close to the least surprising one: first by landmarks, then
 * after every round with silhouettes. Ages are harder to tell.
 */
const CLOSE_RIVALS = 8;
const CLOSE_AGES = 16;
const OUTLINE_ROUNDS = 4;
/** Part of a fit's time that the stages before the silhouettes take. */
const LANDMARK_SHARE = 0.45;

/**
 * Fits one body to photos of a person: shared shape, and camera and pose per photo, by Levenberg–Marquardt.
 *
 * Stages: stated values and prior alone; cameras and poses from landmarks; everything from landmarks; everything with
 * silhouettes. The stages run once per population that the person may belong to (see `POPULATIONS`) and, without a stated
 * age, per age anchor; the start under which the photos are the least surprising wins, and the others end early.
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
	const starts = anchors.flatMap((anchor) => POPULATIONS.map((population) => ({ anchor, population })));
	const rivals: Rival[] = [];
	for (const [i, { anchor, population }] of starts.entries()) {
		const prior = photoPrior(fitter, population, stated.sex, anchor.years, anchor.sigma);
		const solve = new PhotoSolve(fitter, observations, stated, prior, options);
		const penalty = anchor.penalty + POPULATION_PENALTY[population];
		const share = LANDMARK_SHARE / starts.length;
		rivals.push({ solve, penalty, surprise: penalty + (yield* part(solve.solveLandmarks(), share * i, share)) });
	}
	const [reach, most] = anchors.length > 1 ? [CLOSE_AGES, 3] : [CLOSE_RIVALS, 2];
	let close = nearest(rivals, reach).slice(0, most);
	const masks = observations.map(({ mask, width_px, height_px, regions }) =>
		options.signal?.aborted ? null : createMaskField(mask, width_px, height_px, regions),
	);
	for (let round = 0; round < OUTLINE_ROUNDS; round++) {
		const begun = LANDMARK_SHARE + ((1 - LANDMARK_SHARE) * round) / OUTLINE_ROUNDS;
		for (const [i, rival] of close.entries()) {
			const within = (1 - LANDMARK_SHARE) / OUTLINE_ROUNDS / close.length;
			yield { stage: "silhouettes", fraction: begun + within * i };
			rival.solve.solveOutlines(masks, round === OUTLINE_ROUNDS - 1);
		}
		if (close.length === 1) continue;
		for (const rival of close) rival.surprise = rival.penalty + rival.solve.surprise();
		close = nearest(close, reach);
	}
	return close[0].solve.finish(masks);
}

/** The rivals within reach of the least surprising one, that one first. */
function nearest(rivals: readonly Rival[], reach: number): Rival[] {
	const sorted = [...rivals].sort((a, b) => a.surprise - b.surprise);
	return sorted.filter(({ surprise }, i) => i === 0 || surprise <= sorted[0].surprise + reach);
}

/** A solve beside others of the same photos. */
interface Rival {
	readonly solve: PhotoSolve;
	readonly penalty: number;
	/** −ln of the evidence of what it has seen so far, penalty included */
	surprise: number;
}

/** A fit without photos: the most plausible body of the stated values. */
function fitStated(fitter: PhotoFitter, stated: StatedBody, options: PhotoFitOptions): PhotoFit {
	const mapped = mapStated(fitter, stated, options);
	const value = (name: string): number => mapped.values[BODY_QUANTITIES.indexOf(name)];
	return {
		shape: mapped.shape,
		covariance: mapped.covariance,
		prior: photoPrior(fitter, "surveyed", stated.sex, mapped.age_years, 0.01),
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

/** The steps of a stage that takes the `share` of a fit's time which begins at `from`. */
function* part<T>(steps: Generator<PhotoFitStep, T>, from: number, share: number): Generator<PhotoFitStep, T> {
	for (;;) {
		const step = steps.next();
		if (step.done) return step.value;
		const { stage, fraction } = step.value;
		yield { stage, fraction: from + share * fraction };
	}
}
