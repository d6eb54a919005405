import { performance } from "node:perf_hooks";
import { createBodyModel } from "@anny-fitter/body-model";
import type {
	ModelDataDocument,
	PerceptionDocument,
	ResultDocument,
	StatedFacts,
	ViewLabel,
	Warning,
} from "@anny-fitter/contracts";
import { AppError, resultDocumentSchema } from "@anny-fitter/contracts";
import type { PhotoFit, PhotoFitQuality, PhotoFitter, PhotoObservation, StatedBody } from "@anny-fitter/fitting";
import {
	asStated,
	assessPhotoFit,
	createPhotoFitter,
	estimateMeasurements,
	expectedVertexError_mm,
	photoFitSteps,
} from "@anny-fitter/fitting";
import { openBodyModelData } from "@anny-fitter/platform";
import { describeModelData, describeWarnings } from "./build-body.js";
import { type FitProgress, throwIfAborted } from "./fit-progress.js";
import { measurePhotos } from "./measure-photos.js";
import { buildResultDocument } from "./result-document.js";
import { statedBody } from "./stated-body.js";

export interface BodyFitterOptions {
	/** Folder with the official body data; otherwise what is installed. */
	readonly modelDataDir?: string | undefined;
	readonly cacheDir?: string | undefined;
}

/** One photo's share in a fit. */
export interface ObservedView {
	readonly observation: PhotoObservation;
	/** How messages and the result name the photo. */
	readonly name: string;
	/** What the user called it. */
	readonly label: ViewLabel | null;
	/** The networks that saw it; missing when nobody said. */
	readonly perception?: PerceptionDocument | undefined;
}

/** Why a body rests on the stated facts alone, as a flag of the result. */
export interface FallbackReason {
	/** Stable, in snake_case. */
	readonly code: string;
	/** One sentence. */
	readonly message: string;
	/** What to do for a better result. */
	readonly advice: string;
}

export interface BodyFitInput {
	/** None: the body that the stated facts alone let expect, flagged for review. */
	readonly views: readonly ObservedView[];
	readonly stated: StatedFacts;
	/** What was noticed so far; added to the result's. */
	readonly warnings: readonly Warning[];
	/** Times of what was done so far; added to the result's. */
	readonly timings_ms: Readonly<Record<string, number>>;
	/**
	 * Why there are no views; {@link NO_PHOTOS} by default, null when nobody wanted any. Views are left aside when it is
	 * given.
	 */
	readonly fallback?: FallbackReason | null;
}

export interface BodyFit {
	readonly document: ResultDocument;
	readonly fit: PhotoFit;
	/** What went wrong inside a fit whose body is that of the stated facts; null when nothing did. For logs. */
	readonly failure: Error | null;
}

/** Keeps the body model loaded, to fit one person after the other. One fit at a time. */
export interface BodyFitter {
	readonly fitter: PhotoFitter;
	readonly modelData: ModelDataDocument;
	/**
	 * Fits in steps of a few tenths of a second; in between, the host may do other things or stop. The signal is checked
	 * within steps as well.
	 *
	 * A fit that does not converge, and one whose mathematics breaks down, gives the body of the stated facts, flagged
	 * `not_converged`.
	 *
	 * @throws {AppError} `invalid_argument`, `cancelled`, `inference_out_of_memory`
	 */
	fitSteps(
		input: BodyFitInput,
		options?: { readonly signal?: { readonly aborted: boolean } | undefined },
	): Generator<FitProgress, BodyFit>;
}

/** The flag of a result without photos. */
export const NO_PHOTOS: FallbackReason = {
	code: "no_photos",
	message: "The body rests on the stated values alone.",
	advice: "Add a photo of the whole body from the front, and one from the side.",
};

const NOT_CONVERGED: FallbackReason = {
	code: "not_converged",
	message: "The fit to the photos did not settle; the body rests on the stated values alone.",
	advice: "Take the photos again: the whole body, standing upright, in tight clothes against a calm background.",
};

const STAGE_MESSAGES = {
	stated: "Starting from the stated values",
	cameras: "Placing the camera",
	landmarks: "Fitting pose and proportions",
	silhouettes: "Fitting the outline",
} as const;

/** Progress at which the fit is solved, and at which it is being measured. */
const SOLVED = 5 / 7;
const MEASURING = 5.5 / 7;

/**
 * Loads the body model.
 *
 * @throws {AppError} `model_data_missing`, `model_data_invalid`
 */
export async function openBodyFitter(options: BodyFitterOptions = {}): Promise<BodyFitter> {
	const opened = await openBodyModelData(options);
	const model = createBodyModel(opened.data, { allPhenotypes: true, localChanges: true });
	const fitter = createPhotoFitter(model);
	const modelData = describeModelData(opened, model);
	const modelWarnings = describeWarnings(opened);
	return {
		fitter,
		modelData,
		fitSteps: (input, { signal } = {}) =>
			new FitRun(fitter, modelData, { ...input, warnings: [...modelWarnings, ...input.warnings] }, signal).steps(),
	};
}

/** One fit from start to result document. */
class FitRun {
	readonly #fitter: PhotoFitter;
	readonly #modelData: ModelDataDocument;
	readonly #input: BodyFitInput;
	readonly #signal: { readonly aborted: boolean } | undefined;
	readonly #stated: StatedBody;
	readonly #timings: Record<string, number>;

	constructor(
		fitter: PhotoFitter,
		modelData: ModelDataDocument,
		input: BodyFitInput,
		signal: { readonly aborted: boolean } | undefined,
	) {
		this.#fitter = fitter;
		this.#modelData = modelData;
		this.#input = input;
		this.#signal = signal;
		this.#stated = statedBody(input.stated);
		this.#timings = { ...input.timings_ms };
	}

	*steps(): Generator<FitProgress, BodyFit> {
		const { views, fallback } = this.#input;
		if (fallback !== undefined || views.length === 0)
			return yield* this.#fallBack(fallback === undefined ? NO_PHOTOS : fallback, null);
		let failure: Error | null = null;
		try {
			const fit = yield* this.#solve(views, this.#stated);
			if (fit.converged) {
				const document = yield* this.#describe(fit, views, null);
				if (resultDocumentSchema.safeParse(document).success) return { document, fit, failure: null };
				failure = new RangeError("The fit gave values that are no numbers.");
			} else {
				failure = new Error(`The fit did not converge: ${fit.stopReason}.`);
			}
		} catch (error) {
			failure = requireNumericFailure(error);
		}
		return yield* this.#fallBack(NOT_CONVERGED, failure);
	}

	/** The body of the stated facts; of fewer of them where all together leave the solver without an answer. */
	*#fallBack(reason: FallbackReason | null, failure: Error | null): Generator<FitProgress, BodyFit> {
		const { age_years, sex } = this.#stated;
		const onlyPerson: StatedBody = { stature_m: null, mass_kg: null, age_years, sex, measures_m: {} };
		for (const stated of [this.#stated, { ...this.#stated, measures_m: {} }, onlyPerson]) {
			try {
				const fit = yield* this.#solve([], stated);
				const document = yield* this.#describe(fit, [], reason);
				if (resultDocumentSchema.safeParse(document).success) return { document, fit, failure };
			} catch (error) {
				failure = requireNumericFailure(error);
			}
		}
		throw new AppError("internal", "No body could be made from the stated values.", { cause: failure });
	}

	*#solve(views: readonly ObservedView[], stated: StatedBody): Generator<FitProgress, PhotoFit> {
		const signal = this.#signal;
		const observations = views.map((view) => asStated(observationOf(view)));
		const from = performance.now();
		const steps = photoFitSteps(this.#fitter, observations, stated, signal === undefined ? {} : { signal });
		for (;;) {
			throwIfAborted(signal);
			const step = steps.next();
			throwIfAborted(signal);
			if (step.done) {
				this.#addTime("fit", from);
				return step.value;
			}
			const { stage, fraction } = step.value;
			yield { stage: "fit", part: stage, fraction: SOLVED * fraction, message: STAGE_MESSAGES[stage] };
		}
	}

	*#describe(
		fit: PhotoFit,
		views: readonly ObservedView[],
		reason: FallbackReason | null,
	): Generator<FitProgress, ResultDocument> {
		const fitter = this.#fitter;
		const signal = this.#signal;
		yield { stage: "measure", fraction: MEASURING, message: "Measuring the body" };
		throwIfAborted(signal);
		let from = performance.now();
		const measurements = estimateMeasurements(fitter, fit, this.#stated);
		this.#addTime("measure", from);
		throwIfAborted(signal);
		from = performance.now();
		const stature = measurements.get("stature");
		const imageMeasurements = measurePhotos(
			fitter,
			fit,
			views.map((view) => view.observation),
			{
				scaleSigma: stature === undefined ? 0.1 : stature.sigma_m / stature.value_m,
				isStatureStated: this.#stated.stature_m !== null,
			},
		);
		this.#addTime("measure_photos", from);
		throwIfAborted(signal);
		from = performance.now();
		const quality = assessPhotoFit(
			fit,
			this.#stated,
			views.map((view) => view.label),
			{ observations: views.map(observationOf), fitter, measurements },
		);
		const document = buildResultDocument({
			fitter,
			fit,
			measurements,
			imageMeasurements,
			quality: reason === null ? quality : flagged(quality, reason),
			expectedVertexError_mm: expectedVertexError_mm(fitter, fit),
			stated: this.#input.stated,
			photos: views,
			timings_ms: {},
			modelData: this.#modelData,
			warnings: this.#input.warnings,
		});
		this.#addTime("describe", from);
		const total = Object.values(this.#timings).reduce((sum, time) => sum + time, 0);
		document.timings_ms = { ...this.#timings, total };
		return document;
	}

	#addTime(stage: string, from: number): void {
		this.#timings[stage] = (this.#timings[stage] ?? 0) + performance.now() - from;
	}
}

/** What perception saw, with what the user called the view. */
function observationOf({ observation, label }: ObservedView): PhotoObservation {
	return { ...observation, statedView: label };
}

function flagged(quality: PhotoFitQuality, reason: FallbackReason): PhotoFitQuality {
	const { code, message, advice } = reason;
	return {
		flags: [{ code, message, advice, view: null }, ...quality.flags.filter((flag) => flag.code !== code)],
		advice: [...new Set([advice, ...quality.advice])],
		needsReview: true,
	};
}

/**
 * The numeric packages throw `RangeError` where their mathematics ends. Everything else is somebody else's concern.
 *
 * @throws what is no failure of the mathematics; {AppError} `inference_out_of_memory` for memory that ran out
 */
function requireNumericFailure(error: unknown): Error {
	if (!(error instanceof RangeError)) throw error;
	if (/allocation failed|invalid typed array length/i.test(error.message)) {
		throw new AppError("inference_out_of_memory", "There is not enough memory for the fit.", {
			retryable: true,
			cause: error,
		});
	}
	return error;
}
