import { yearsFromAnnyAge } from "@anny-fitter/body-model";
import { MASS } from "./body-tangent.js";
import type { PhotoFit } from "./fit-photos.js";
import type { PhotoObservation, StatedBody } from "./observation.js";
import { measureOutlineExcess } from "./outline-excess.js";
import { evaluateFitterShape, type PhotoFitter } from "./photo-fitter.js";
import { flagPhoto, PHOTO_ADVICE } from "./photo-flags.js";
import { phenotypeIndex, SHAPE_COUNT, SHAPE_PARAMETERS } from "./shape-parameters.js";
import type { EstimatedMeasurement } from "./uncertainty.js";
import { type StatedView, viewDirection } from "./view-direction.js";

/** Something about the result that its user should know. */
export interface QualityFlag {
	/** stable, snake_case */
	readonly code: string;
	readonly message: string;
}

/** A flag of a fit to photos or stated values, with what would make the result better. */
export interface AdvisedFlag extends QualityFlag {
	/** One sentence. */
	readonly advice: string;
	/** Which photo it is about, counted from 0; null when it is about the whole. */
	readonly view: number | null;
}

export interface PhotoFitQuality {
	readonly flags: readonly AdvisedFlag[];
	/** What to do for a better result, one sentence each. */
	readonly advice: readonly string[];
	/** Whether a person should look at the result before it is used. */
	readonly needsReview: boolean;
}

const STATURE_TOLERANCE_M = 0.005;
const MASS_TOLERANCE_KG = 2;
/** A stated tape measure may be missed by this much, or by this fraction of it. */
const TAPE_TOLERANCE_M = 0.01;
const TAPE_TOLERANCE = 0.02;
/** A value that was stated with its own standard deviation may be missed by this many of them. */
const STATED_SIGMAS = 2;
/** Squared Mahalanobis distance of the shape from the prior: of rendered people the largest is 18. */
const UNUSUAL_SHAPE = 25;
/** From this age on the body model was held against growth charts of standing children. */
const CHARTED_YEARS = 2;
const UNDER_TWO_YEARS = "Under two years nobody has compared the body model with real children.";
/** Squared distance of what was stated from people of that age and sex, per value: nobody is that far off. */
const RARE = 36;
const TAKE_AGAIN =
	"Take the photos again: the whole body, standing upright, in tight clothes against a calm background.";
/** Distance of one phenotype from the prior, in σ. */
const UNUSUAL_PHENOTYPE = 3;

/** What a judgement rests on besides the fit. */
export interface PhotoFitEvidence {
	/** What the fit was made from, in the order of its views. */
	readonly observations: readonly PhotoObservation[];
	/** The fitter that made the fit; its state is overwritten. */
	readonly fitter: PhotoFitter;
	readonly measurements: ReadonlyMap<string, EstimatedMeasurement>;
}

/**
 * Judges a fit: flags, advice, and whether it needs a look. docs/quality.md lists the flags.
 *
 * @param labels what the user called each view, null where nothing was said
 * @param evidence null to judge the fit without looking at the photos again
 */
export function assessPhotoFit(
	fit: PhotoFit,
	stated: StatedBody,
	labels: readonly (StatedView | null)[] = [],
	evidence: PhotoFitEvidence | null = null,
): PhotoFitQuality {
	const flags: AdvisedFlag[] = [];
	let needsReview = false;
	const note = (code: string, message: string, advice: string): void => {
		flags.push({ code, message, advice, view: null });
	};
	const review = (code: string, message: string, advice: string): void => {
		note(code, message, advice);
		needsReview = true;
	};

	if (!fit.converged) review("not_converged", "The fit stopped before it settled.", TAKE_AGAIN);
	const waist = evidence?.measurements.get("waist_girth")?.interval90_m;
	if (evidence !== null) evaluateFitterShape(evidence.fitter, fit.shape);
	fit.views.forEach((view, i) => {
		const seen = evidence?.observations[i] ?? null;
		const found = flagPhoto({
			view,
			label: labels[i] ?? null,
			seen,
			excess: evidence && seen && measureOutlineExcess(evidence.fitter, view, seen),
			waist90_m: waist ? (waist[1] - waist[0]) / 2 : null,
			photo: fit.views.length > 1 ? `photo ${i + 1}` : "the photo",
		});
		for (const { code, message, needsReview: isDoubtful } of found) {
			flags.push({ code, message, advice: PHOTO_ADVICE[code], view: i });
			needsReview ||= isDoubtful;
		}
	});
	const checkStated = "Check the stated values and their units.";
	const notMet = (code: string, what: string): void => {
		review(code, `No plausible body has the stated ${what} together with everything else that is known.`, checkStated);
	};
	const missed = (id: string, value: number, target: number, tolerance: number): boolean =>
		Math.abs(value - target) > Math.max(tolerance, STATED_SIGMAS * (stated.sigmas?.[id] ?? 0));
	if (stated.stature_m !== null && missed("stature", fit.stature_m, stated.stature_m, STATURE_TOLERANCE_M)) {
		notMet("stature_not_met", "stature");
	}
	if (stated.mass_kg !== null && missed(MASS, fit.mass_kg, stated.mass_kg, MASS_TOLERANCE_KG)) {
		notMet("weight_not_met", "weight");
	}
	for (const [id, fitted_m] of Object.entries(fit.statedTapes_m)) {
		const target_m = stated.measures_m[id];
		if (missed(id, fitted_m, target_m, Math.max(TAPE_TOLERANCE_M, TAPE_TOLERANCE * target_m))) {
			notMet("measure_not_met", id.replaceAll("_", " "));
		}
	}
	for (const { quantity, stated: value, expected, sigma } of fit.mapped?.disagreements ?? []) {
		const [unit, factor] = quantity === MASS ? ["kg", 1] : ["cm", 100];
		const what = quantity === MASS ? "weight" : quantity.replaceAll("_", " ");
		const show = (v: number): string => (factor * v).toFixed(1);
		review(
			"stated_values_disagree",
			`The stated ${what} of ${show(value)} ${unit} is ${show(Math.abs(value - expected))} ${unit} ${value > expected ? "more" : "less"} than everything else stated lets expect: ${show(expected)} ± ${show(1.645 * sigma)} ${unit}.`,
			checkStated,
		);
	}
	if (isUnusual(fit)) {
		review("unusual_body", "Such a body is very rare for the stated stature, weight, age and sex.", checkStated);
	}
	const texts = fit.views.length > 0 ? UNKNOWN_IN_PHOTOS : UNKNOWN_WITHOUT_PHOTOS;
	const missing = { stature: stated.stature_m, weight: stated.mass_kg, age: stated.age_years };
	for (const what of ["stature", "weight", "age"] as const) {
		if (missing[what] === null) note(`${what}_unknown`, ...texts[what]);
	}
	if ((stated.age_years ?? yearsFromAnnyAge(fit.shape[phenotypeIndex("age")])) < CHARTED_YEARS) {
		review(
			"under_two_years",
			UNDER_TWO_YEARS,
			"Use the result for a first impression only; a length taken lying down is about 7 mm more than a height.",
		);
	}
	if (stated.sex === "unspecified") {
		note("sex_unknown", "Without a stated sex the body is a mean of both.", "State the sex if you can.");
	}
	const sides = fit.views.filter((v) => viewDirection(v.yaw_deg) === "side").length;
	if (fit.views.length > 0 && (sides === 0 || sides === fit.views.length)) {
		const advice = sides === 0 ? "Add a side view." : "Add a front view.";
		note("single_direction", "The photos show the body from one direction only.", advice);
	}
	return { flags, advice: [...new Set(flags.map((flag) => flag.advice))], needsReview };
}

/** What is said when stature, weight and age are not stated: the flag and the advice. */
type UnknownTexts = Readonly<Record<"stature" | "weight" | "age", readonly [message: string, advice: string]>>;

const UNKNOWN_IN_PHOTOS: UnknownTexts = {
	stature: [
		"Without a stated stature the scale is a guess.",
		"State the stature: a photo alone does not tell how large a person is.",
	],
	weight: [
		"Without a stated weight the girths rest on the outline alone.",
		"State the weight: it tells more about girths than any photo.",
	],
	age: ["The age was guessed from the proportions.", "State the age or the date of birth."],
};

const UNKNOWN_WITHOUT_PHOTOS: UnknownTexts = {
	stature: ["Without a stated stature all lengths are those of a mean person.", "State the stature."],
	weight: [
		"Without a stated weight girths that are not stated are a guess.",
		"State the weight: it tells most about girths.",
	],
	age: ["Without a stated age it is a guess.", "State the age or the date of birth."],
};

/** Whether the shape lies where hardly anybody is. */
function isUnusual(fit: PhotoFit): boolean {
	if (fit.mapped !== null) return fit.mapped.rarity > RARE;
	const { mean, sigma, whitening } = fit.prior;
	let squared = 0;
	for (let i = 0; i < SHAPE_COUNT; i++) {
		const away = (fit.shape[i] - mean[i]) / sigma[i];
		if (SHAPE_PARAMETERS[i].kind === "phenotype" && Math.abs(away) > UNUSUAL_PHENOTYPE) return true;
		let white = 0;
		for (let k = 0; k <= i; k++) white += whitening[i * SHAPE_COUNT + k] * (fit.shape[k] - mean[k]);
		squared += white * white;
	}
	return squared > UNUSUAL_SHAPE;
}
