import { yearsFromAnnyAge } from "@anny-fitter/body-model";
import { MASS } from "./body-tangent.js";
import type { PhotoFit } from "./fit-photos.js";
import type { StatedBody } from "./observation.js";
import { phenotypeIndex, SHAPE_COUNT, SHAPE_PARAMETERS } from "./shape-parameters.js";

/** Something about the result that its user should know. */
export interface QualityFlag {
	/** stable, snake_case */
	readonly code: string;
	readonly message: string;
}

export interface PhotoFitQuality {
	readonly flags: readonly QualityFlag[];
	/** What to do for a better result, one sentence each. */
	readonly advice: readonly string[];
	/** Whether a person should look at the result before it is used. */
	readonly needsReview: boolean;
}

/** Root mean square landmark distance, as a fraction of stature, above which a pose was probably not understood. */
const POOR_REPROJECTION = 0.04;
/** Overlap of body and person mask below which something else hides or surrounds the body. */
const POOR_OVERLAP = 0.72;
const STATURE_TOLERANCE_M = 0.005;
const MASS_TOLERANCE_KG = 2;
/** A stated tape measure may be missed by this much, or by this fraction of it. */
const TAPE_TOLERANCE_M = 0.01;
const TAPE_TOLERANCE = 0.02;
/** A value that was stated with its own standard deviation may be missed by this many of them. */
const STATED_SIGMAS = 2;
const FEW_LANDMARKS = 12;
/** Below this height in pixels the landmarks' own noise exceeds a centimetre on the body. */
const SMALL_PERSON_PX = 200;
/** Squared distance of the shape from the prior: ordinary people stay below 8, the stoutest near 15. */
const UNUSUAL_SHAPE = 25;
/** From this age on the body model was held against growth charts of standing children. */
const CHARTED_YEARS = 2;
const UNDER_TWO_YEARS = "Under two years nobody has compared the body model with real children.";
/** Squared distance of what was stated from people of that age and sex, per value: nobody is that far off. */
const RARE = 36;
/** Distance of one phenotype from the prior, in σ. */
const UNUSUAL_PHENOTYPE = 3;

export type ViewDirection = "front" | "three-quarter" | "side" | "back";

/** The side of the body that a view shows. */
export function viewDirection(yaw_deg: number): ViewDirection {
	const turn = Math.abs(yaw_deg);
	if (turn < 30) return "front";
	if (turn > 150) return "back";
	return turn > 60 && turn < 120 ? "side" : "three-quarter";
}

/** Middle of each direction, degrees away from facing the camera; three-quarter views have two. */
const DIRECTION_CENTRES: Readonly<Record<ViewDirection, readonly number[]>> = {
	front: [0],
	"three-quarter": [45, 135],
	side: [90],
	back: [180],
};

/** A label further than this from what was found was meant for another photo. */
const LABEL_TOLERANCE_DEG = 50;

/**
 * Judges a fit: flags, advice, and whether it needs a look.
 *
 * @param labels what the user called each view, null where nothing was said
 */
export function assessPhotoFit(
	fit: PhotoFit,
	stated: StatedBody,
	labels: readonly (ViewDirection | null)[] = [],
): PhotoFitQuality {
	const flags: QualityFlag[] = [];
	const advice: string[] = [];
	let needsReview = false;
	const review = (code: string, message: string): void => {
		flags.push({ code, message });
		needsReview = true;
	};

	if (!fit.converged) review("not_converged", "The fit stopped before it settled.");
	fit.views.forEach((view, i) => {
		const photo = fit.views.length > 1 ? `photo ${i + 1}` : "the photo";
		if (view.reprojection_px === null || view.reprojection_px > POOR_REPROJECTION * view.stature_px) {
			review("high_reprojection_error", `The body does not line up with the landmarks of ${photo}.`);
			advice.push("Stand upright, facing the camera or sideways to it, with arms and legs visible.");
		}
		if (view.silhouetteIou === null) {
			flags.push({ code: "no_silhouette", message: `No silhouette could be taken from ${photo}.` });
			advice.push("Use a plain background that differs from the clothes.");
		} else if (view.silhouetteIou < POOR_OVERLAP) {
			review(
				"silhouette_mismatch",
				`The outline of ${photo} differs from the fitted body: loose clothing or an object.`,
			);
			advice.push("Wear tight clothes, tie long hair up and keep bags and furniture away from the body.");
		}
		if (view.stature_px < SMALL_PERSON_PX) {
			review("small_person", `The person in ${photo} is only ${Math.round(view.stature_px)} pixels tall.`);
			advice.push("Come closer, or use a photo with more pixels.");
		}
		const label = labels[i];
		if (label && DIRECTION_CENTRES[label].every((c) => Math.abs(c - Math.abs(view.yaw_deg)) > LABEL_TOLERANCE_DEG)) {
			const found = viewDirection(view.yaw_deg);
			flags.push({ code: "view_label_differs", message: `The ${label} view (${photo}) looks like a ${found} view.` });
			advice.push("Check which photo is which: the view labels may be swapped.");
		}
		if (view.landmarks.length < FEW_LANDMARKS) {
			review("few_landmarks", `Only ${view.landmarks.length} of 25 body points are visible in ${photo}.`);
			advice.push("Show the whole body from head to feet, with arms slightly away from it.");
		}
	});
	const checkStated = "Check the stated values and their units.";
	const notMet = (code: string, what: string): void => {
		review(code, `No plausible body has the stated ${what} together with everything else that is known.`);
		advice.push(checkStated);
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
		);
		advice.push(checkStated);
	}
	if (isUnusual(fit)) {
		review("unusual_body", "Such a body is very rare for the stated stature, weight, age and sex.");
		advice.push(checkStated);
	}
	flagUnknown(fit.views.length > 0 ? UNKNOWN_IN_PHOTOS : UNKNOWN_WITHOUT_PHOTOS, stated, flags, advice);
	if ((stated.age_years ?? yearsFromAnnyAge(fit.shape[phenotypeIndex("age")])) < CHARTED_YEARS) {
		review("under_two_years", UNDER_TWO_YEARS);
		advice.push(
			"Use the result for a first impression only; a length taken lying down is about 7 mm more than a height.",
		);
	}
	if (stated.sex === "unspecified") {
		flags.push({ code: "sex_unknown", message: "Without a stated sex the body is a mean of both." });
		advice.push("State the sex if you can.");
	}
	const sides = fit.views.filter((v) => viewDirection(v.yaw_deg) === "side").length;
	if (fit.views.length > 0 && (sides === 0 || sides === fit.views.length)) {
		flags.push({ code: "single_direction", message: "The photos show the body from one direction only." });
		advice.push(sides === 0 ? "Add a side view." : "Add a front view.");
	}
	return { flags, advice: [...new Set(advice)], needsReview };
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

function flagUnknown(texts: UnknownTexts, stated: StatedBody, flags: QualityFlag[], advice: string[]): void {
	const missing = { stature: stated.stature_m, weight: stated.mass_kg, age: stated.age_years };
	for (const what of ["stature", "weight", "age"] as const) {
		if (missing[what] !== null) continue;
		const [message, remedy] = texts[what];
		flags.push({ code: `${what}_unknown`, message });
		advice.push(remedy);
	}
}

/** Whether the shape lies where hardly anybody is. */
function isUnusual(fit: PhotoFit): boolean {
	if (fit.mapped !== null) return fit.mapped.rarity > RARE;
	let squared = 0;
	for (let i = 0; i < SHAPE_COUNT; i++) {
		const z = (fit.shape[i] - fit.prior.mean[i]) / fit.prior.sigma[i];
		if (SHAPE_PARAMETERS[i].kind === "phenotype" && Math.abs(z) > UNUSUAL_PHENOTYPE) return true;
		squared += z * z;
	}
	return squared > UNUSUAL_SHAPE;
}
