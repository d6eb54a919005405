import { findArmContacts } from "./arm-contact.js";
import type { FittedView } from "./fitted-view.js";
import { findFrameCuts } from "./frame-cuts.js";
import { type PhotoObservation, type PhotoQuality, REGION } from "./observation.js";
import type { OutlineExcess } from "./outline-excess.js";
import { bentPart, measurePosture } from "./posture.js";
import { guessView, isViewLikely, type StatedView, viewDirection } from "./view-direction.js";

/** Something about a photo that its user should know. */
export interface PhotoFlag {
	readonly code: PhotoFlagCode;
	readonly message: string;
	/** Whether a person should look at the result before it is used. */
	readonly needsReview: boolean;
}

/** What to do about each flag of a photo, one sentence. */
export const PHOTO_ADVICE = {
	high_reprojection_error: "Stand upright, facing the camera or sideways to it, with arms and legs visible.",
	no_silhouette: "Use a plain background that differs from the clothes.",
	silhouette_mismatch: "Wear tight clothes, tie long hair up and keep bags and furniture away from the body.",
	few_landmarks: "Show the whole body from head to feet, with arms slightly away from it.",
	small_person: "Come closer, or use a photo with more pixels.",
	view_label_differs: "Check which photo is which: the view labels may be swapped.",
	view_uncertain: "Say which view it is: front, back, left, right or three-quarter.",
	head_cut_off: "Step back until there is room above the head.",
	feet_cut_off: "Step back until the feet are in the picture, with some floor below them.",
	arms_cut_off: "Step back, or hold the arms closer, until both hands are in the picture.",
	arms_touch_torso: "Hold the arms about 30° away from the body, so that the background shows between them.",
	loose_clothing: "Wear tight clothes or underwear, or state the waist and hip girth.",
	long_hair: "Tie the hair up, so that neck and back show.",
	bent_pose: "Stand upright with straight legs.",
	camera_tilted: "Hold the camera upright, at the height of the waist.",
	too_close: "Step back to about three metres and use the normal lens, not the wide-angle one.",
	photo_dark: "Turn the light on, or face the window instead of standing in front of it.",
	photo_bright: "Avoid direct sun and flash, or take the photo with less exposure.",
	photo_blurred: "Hold the camera still, or lean it against something, and focus on the person.",
	other_people: "Take the photo with nobody else in it, or crop it to the person.",
} as const satisfies Readonly<Record<string, string>>;

export type PhotoFlagCode = keyof typeof PHOTO_ADVICE;

/** Root mean square landmark distance, as a fraction of stature, above which a pose was probably not understood. */
const POOR_REPROJECTION = 0.04;
/** Overlap of body and person mask below which something else hides or surrounds the body. */
const POOR_OVERLAP = 0.72;
const FEW_LANDMARKS = 12;
/** Below this height in pixels the landmarks' own noise exceeds a centimetre on the body. */
const SMALL_PERSON_PX = 200;
/** Cues are believed against a label from this confidence on. */
const SURE_GUESS = 0.6;
/** Of 28 rendered views, trunks in tight and regular clothes stay below, suits and wide shirts above; so for necks and hair. */
const LOOSE_TRUNK_M = 0.034;
const LOOSE_LEGS_M = 0.025;
const HAIR_M = 0.027;
/** Hair seen below the shoulders, in squares of the torso's length: 0 with short or tied hair, 0.05 with long hair. */
const HAIR_AREA = 0.015;
/** Fits of level photos end within 5° and 12°. */
const ROLL_DEG = 10;
const PITCH_DEG = 20;
/** A phone's normal lens holds the whole body from 1.1 statures on; nearer, breadths and depths change by centimetres. */
const CLOSE_STATURES = 0.9;
const DARK_LUMA = 0.09;
const DARK_SHARE = 0.6;
const BRIGHT_LUMA = 0.9;
const BRIGHT_SHARE = 0.35;
/** Sharp renders and photos reach 0.4; a Gaussian blur whose σ is 0.5 % of the person's height exceeds this. */
const BLURRED = 0.62;

/** Everything that is known of one photo when it is judged. */
export interface PhotoEvidence {
	readonly view: FittedView;
	/** What the user called the view. */
	readonly label: StatedView | null;
	/** Null when the observation is not at hand: then only the fit is judged. */
	readonly seen: PhotoObservation | null;
	readonly excess: OutlineExcess | null;
	/** Half of the waist girth's 90 % interval; null when it was not estimated. */
	readonly waist90_m: number | null;
	/** How messages name the photo. */
	readonly photo: string;
}

/** Flags of one photo, those about the fit first. */
export function flagPhoto(evidence: PhotoEvidence): PhotoFlag[] {
	const { view, seen, photo } = evidence;
	const flags = flagFit(evidence);
	const note = (code: PhotoFlagCode, message: string): void => {
		flags.push({ code, message, needsReview: false });
	};
	const [roll_deg, pitch_deg] = cameraTilt(view);
	if (Math.abs(roll_deg) > ROLL_DEG || Math.abs(pitch_deg) > PITCH_DEG) {
		const tilt = Math.round(Math.max(Math.abs(roll_deg), Math.abs(pitch_deg)));
		const how = Math.abs(roll_deg) > ROLL_DEG ? "to the side" : pitch_deg < 0 ? "down" : "up";
		note("camera_tilted", `The camera of ${photo} was tilted ${how} by about ${tilt}°.`);
	}
	// The focal length is to the person in the photo as the distance is to the stature.
	if (view.focal_px / view.stature_px < CLOSE_STATURES) {
		note("too_close", `The camera of ${photo} was so close that the perspective distorts the body.`);
	}
	if (seen !== null) flags.push(...flagSeen(evidence, seen));
	if (seen?.photoQuality) flags.push(...flagPicture(seen.photoQuality, photo));
	return flags;
}

/** What the fit alone says of the photo. */
function flagFit({ view, label, seen, photo }: PhotoEvidence): PhotoFlag[] {
	const flags: PhotoFlag[] = [];
	if (view.reprojection_px === null || view.reprojection_px > POOR_REPROJECTION * view.stature_px) {
		const message = `The body does not line up with the landmarks of ${photo}.`;
		flags.push({ code: "high_reprojection_error", message, needsReview: true });
	}
	if (view.silhouetteIou === null) {
		const message = `No silhouette could be taken from ${photo}.`;
		flags.push({ code: "no_silhouette", message, needsReview: false });
	} else if (view.silhouetteIou < POOR_OVERLAP) {
		const message = `The outline of ${photo} differs from the fitted body: loose clothing or an object.`;
		flags.push({ code: "silhouette_mismatch", message, needsReview: true });
	}
	if (view.stature_px < SMALL_PERSON_PX) {
		const message = `The person in ${photo} is only ${Math.round(view.stature_px)} pixels tall.`;
		flags.push({ code: "small_person", message, needsReview: true });
	}
	if (view.landmarks.length < FEW_LANDMARKS) {
		const message = `Only ${view.landmarks.length} of 25 body points are visible in ${photo}.`;
		flags.push({ code: "few_landmarks", message, needsReview: true });
	}
	flags.push(...flagDirection(view, label, seen, photo));
	return flags;
}

function flagDirection(
	view: FittedView,
	label: StatedView | null,
	seen: PhotoObservation | null,
	photo: string,
): PhotoFlag[] {
	const guess = seen && guessView(seen);
	if (label === null) {
		if (guess === null || guess.isAgreed) return [];
		const found = viewDirection(view.yaw_deg);
		const message = `It is not clear from which side ${photo} shows the body; it was taken for a ${found} view.`;
		return [{ code: "view_uncertain", message, needsReview: false }];
	}
	const isSure = guess?.isAgreed && guess.confidence >= SURE_GUESS;
	const against = !isViewLikely(label, view.yaw_deg)
		? view.yaw_deg
		: isSure && !isViewLikely(label, guess.yaw_deg)
			? guess.yaw_deg
			: null;
	if (against === null) return [];
	const direction = viewDirection(against);
	const isOtherSide = direction === "side" && (label === "left" || label === "right");
	const found = isOtherSide ? (label === "left" ? "right" : "left") : direction;
	const message = `The ${label} view (${photo}) looks like a ${found} view.`;
	return [{ code: "view_label_differs", message, needsReview: false }];
}

/** What the observation says of the photo: frame, arms, posture, and cloth and hair beyond the fitted body. */
function flagSeen({ view, excess, waist90_m, photo }: PhotoEvidence, seen: PhotoObservation): PhotoFlag[] {
	const flags: PhotoFlag[] = [];
	const note = (code: PhotoFlagCode, message: string): void => {
		flags.push({ code, message, needsReview: false });
	};
	const cuts = findFrameCuts(seen);
	if (cuts.isHeadCut) note("head_cut_off", `The head is cut off in ${photo}.`);
	if (cuts.areFeetCut) note("feet_cut_off", `The feet are cut off in ${photo}.`);
	if (cuts.isSideCut) note("arms_cut_off", `An arm reaches out of ${photo}.`);
	const direction = viewDirection(view.yaw_deg);
	if (direction === "front" || direction === "back") {
		const touching = findArmContacts(seen).filter((contact) => contact.isTouching);
		if (touching.length === 2) note("arms_touch_torso", `Both arms touch the body in ${photo}.`);
		else if (touching[0]) note("arms_touch_torso", `The ${touching[0].side} arm touches the body in ${photo}.`);
	}
	const posture = measurePosture(seen.bodyWorld);
	const bent = posture && bentPart(posture);
	if (bent !== null)
		note(
			"bent_pose",
			`The person in ${photo} does not stand upright: the ${bent} ${bent === "trunk" ? "is" : "are"} bent.`,
		);
	const isHairSeen = hairBelowShoulders(seen) > HAIR_AREA;
	if (isHairSeen) note("long_hair", `Long hair hides neck and back in ${photo}.`);
	if (excess === null) return flags;
	// From the side the outline of the trunk is also that of hair and hands.
	const isLoose =
		(direction !== "side" && (excess.trunk_m ?? 0) > LOOSE_TRUNK_M) || (excess.legs_m ?? 0) > LOOSE_LEGS_M;
	if (isLoose) {
		const widest_mm = 1000 * Math.max(excess.trunk_m ?? 0, excess.legs_m ?? 0);
		const waist = waist90_m === null ? "" : `; the waist is known to ±${Math.round(1000 * waist90_m)} mm`;
		note(
			"loose_clothing",
			`Loose clothing suspected in ${photo}: the outline lies ${widest_mm.toFixed(0)} mm outside the body${waist}.`,
		);
	}
	if (!isHairSeen && (excess.neck_m ?? 0) > HAIR_M) {
		note("long_hair", `Hair, a hood or a collar hides neck and shoulders in ${photo}.`);
	}
	return flags;
}

/** Area of hair below the shoulders in squares of the torso's length; 0 where nobody looked for hair. */
function hairBelowShoulders({ body, regions, width_px }: PhotoObservation): number {
	const y = (i: number): number => body[5 * i + 1];
	const shoulders = (y(11) + y(12)) / 2;
	const torso = (y(23) + y(24)) / 2 - shoulders;
	if (!regions || !(torso > 1)) return 0;
	let count = 0;
	for (let i = Math.max(0, Math.ceil(shoulders + 0.05 * torso)) * width_px; i < regions.length; i++) {
		if (regions[i] === REGION.hair) count++;
	}
	return count / (torso * torso);
}

/** What the pixels say, whoever they show. */
function flagPicture(quality: PhotoQuality, photo: string): PhotoFlag[] {
	const flags: PhotoFlag[] = [];
	const note = (code: PhotoFlagCode, message: string): void => {
		flags.push({ code, message, needsReview: false });
	};
	if (quality.meanLuma < DARK_LUMA || quality.darkShare > DARK_SHARE) {
		note("photo_dark", `The person in ${photo} is too dark to see the outline well.`);
	}
	if (quality.meanLuma > BRIGHT_LUMA || quality.brightShare > BRIGHT_SHARE) {
		note("photo_bright", `The person in ${photo} is overexposed.`);
	}
	if (quality.blur !== null && quality.blur > BLURRED) note("photo_blurred", `The person in ${photo} is blurred.`);
	if (quality.peopleCount > 1) {
		const others = quality.peopleCount - 1;
		const who = others === 1 ? "Somebody else is" : `${others} other people are`;
		note("other_people", `${who} in ${photo}; the largest and most central person was measured.`);
	}
	return flags;
}

/** Turn of the camera about its axis, and up (positive) or down, degrees, as the fitted body stands for the plumb line. */
function cameraTilt({ cameraFromBody: m }: FittedView): [roll_deg: number, pitch_deg: number] {
	const degrees = 180 / Math.PI;
	return [degrees * Math.atan2(m[2], -m[6]), degrees * Math.asin(Math.min(1, Math.max(-1, m[10])))];
}
