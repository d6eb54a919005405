import type { PhotoObservation } from "./observation.js";

/** The side of the body that a view shows. */
export type ViewDirection = "front" | "three-quarter" | "side" | "back";

/** What a user may call a view: `left` and `right` are side views that show that side of the person. */
export type StatedView = ViewDirection | "left" | "right";

/**
 * The direction of a yaw.
 *
 * @param yaw_deg 0 faces the camera, 90 shows the person's right side, ±180 the back
 */
export function viewDirection(yaw_deg: number): ViewDirection {
	const turn = Math.abs(yaw_deg);
	if (turn < 30) return "front";
	if (turn > 150) return "back";
	return turn > 60 && turn < 120 ? "side" : "three-quarter";
}

/** The side of the person that a yaw turns to the camera; null from the front and from behind. */
export function shownSide(yaw_deg: number): "left" | "right" | null {
	const direction = viewDirection(yaw_deg);
	if (direction === "front" || direction === "back") return null;
	return yaw_deg > 0 ? "right" : "left";
}

/** Middles of what a user may call a view, degrees. */
const CENTRES_DEG: Readonly<Record<StatedView, readonly [number, ...number[]]>> = {
	front: [0],
	"three-quarter": [45, -45, 135, -135],
	side: [90, -90],
	back: [180],
	left: [-90],
	right: [90],
};

/** A label further than this from what was found was meant for another photo. */
const LABEL_TOLERANCE_DEG = 50;

/** Whether a photo that shows a body at this yaw may be called so. */
export function isViewLikely(label: StatedView, yaw_deg: number): boolean {
	return CENTRES_DEG[label].some((centre) => difference_deg(centre, yaw_deg) <= LABEL_TOLERANCE_DEG);
}

/** How the body stands to the camera, as two cues see it before any fit. */
export interface ViewGuess {
	readonly direction: ViewDirection;
	/** Mean of both cues when they agree, else the world landmarks' yaw. 0 faces the camera, 90 shows the right side. */
	readonly yaw_deg: number;
	/** Torso in the world landmarks; null when they have collapsed. */
	readonly world_deg: number | null;
	/** Order and breadth of the torso, nose, feet and face in the picture; null when these have collapsed. */
	readonly picture_deg: number | null;
	/** Whether both cues give the same direction, within 45°, and the face does not contradict. */
	readonly isAgreed: boolean;
	/** 0…1 */
	readonly confidence: number;
}

const NOSE = 0;
const EAR = [7, 8] as const;
const SHOULDER = [11, 12] as const;
const ELBOW = [13, 14] as const;
const HIP = [23, 24] as const;
const HEEL = [29, 30] as const;
const TOE = [31, 32] as const;

/**
 * Medians over 46 rendered views of 15 subjects: breadths from the front, and how far nose and toes reach from the side,
 * in lengths of the torso (shoulders to hips) and of the neck (ears to shoulders).
 */
const SHOULDER_BREADTH = 0.71;
const HIP_BREADTH = 0.43;
const NOSE_REACH = 0.42;
const TOE_REACH = 0.38;
/** Cues this far apart speak of different directions. */
const AGREEMENT_DEG = 45;
/** The face network finds faces up to about 80° from the camera, and never from behind. */
const FACE_SEEN_TO_DEG = 100;
const FACE_MISSING_FROM_DEG = 25;
/** The body hides the far elbow in a side view: its visibility falls below the near one's by this much. */
const HIDDEN_ELBOW = 0.4;

/** Guesses the view of a photo from what perception saw; needs no body model. */
export function guessView(seen: Pick<PhotoObservation, "body" | "bodyWorld" | "faceSeen">): ViewGuess {
	const world_deg = worldYaw_deg(seen.bodyWorld);
	const picture_deg = pictureYaw_deg(seen.body);
	if (world_deg === null || picture_deg === null) {
		const yaw_deg = world_deg ?? picture_deg ?? 0;
		const confidence = world_deg === null && picture_deg === null ? 0 : 0.3;
		return { direction: viewDirection(yaw_deg), yaw_deg, world_deg, picture_deg, isAgreed: false, confidence };
	}
	const apart = difference_deg(world_deg, picture_deg);
	const middle = wrap_deg(world_deg + wrap_deg(picture_deg - world_deg) / 2);
	const face = seen.faceSeen ?? null;
	const isContradicted =
		(face === true && Math.abs(middle) > FACE_SEEN_TO_DEG) ||
		(face === false && Math.abs(middle) < FACE_MISSING_FROM_DEG);
	const isAgreed = apart <= AGREEMENT_DEG && !isContradicted;
	const yaw_deg = isAgreed ? middle : world_deg;
	const confidence = Math.exp(-((apart / AGREEMENT_DEG) ** 2) / 2) * (isContradicted ? 0.4 : 1);
	return { direction: viewDirection(yaw_deg), yaw_deg, world_deg, picture_deg, isAgreed, confidence };
}

/**
 * Yaws from which a fit should start, best first, at most two, radians. One where both cues agree, and with the label;
 * where they do not, each cue's, or the opposite one where only the face contradicts. A stated label comes first; what the
 * cues say instead comes after it and should win only when it fits clearly better. Start each with the observation that
 * {@link withSidesOf} gives for it.
 *
 * @param label what the user called the view, null when nothing was said
 */
export function startYaws(
	seen: Pick<PhotoObservation, "body" | "bodyWorld" | "faceSeen">,
	label: StatedView | null = null,
): number[] {
	const guess = guessView(seen);
	const candidates = guess.isAgreed
		? [guess.yaw_deg]
		: [guess.world_deg, guess.picture_deg].filter((yaw) => yaw !== null);
	const isFaceAgainst =
		!guess.isAgreed &&
		candidates.length === 2 &&
		difference_deg(candidates[0] as number, candidates[1] as number) <= AGREEMENT_DEG;
	if (isFaceAgainst) candidates.splice(1, 1, wrap_deg(180 - (candidates[0] as number)));
	if (candidates.length === 0) candidates.push(label === null ? 0 : CENTRES_DEG[label][0]);
	if (label !== null) {
		candidates.sort((a, b) => Number(isViewLikely(label, b)) - Number(isViewLikely(label, a)));
		if (!isViewLikely(label, candidates[0] as number)) candidates.unshift(nearestCentre(label, guess.yaw_deg));
		// Whoever says which view it is has decided between two cues of which one agrees.
		else if (!guess.isAgreed) candidates.splice(1);
	}
	return candidates.slice(0, 2).map((yaw) => (yaw * Math.PI) / 180);
}

/** Sides are told apart by the picture only where the torso is at least this broad, in lengths of the torso. */
const CLEAR_BREADTH = 0.2;

/**
 * The observation with its sides as a yaw wants them: pose networks that take a back for a front name every left point
 * right. The same object when the sides fit, or when the view is too much from the side to tell.
 */
export function withSidesOf(seen: PhotoObservation, yaw_rad: number): PhotoObservation {
	const breadth = torsoBreadth(seen.body);
	const wanted = Math.cos(yaw_rad);
	if (breadth === null || Math.abs(breadth) < CLEAR_BREADTH || Math.abs(wanted) < 0.5 || breadth * wanted > 0) {
		return seen;
	}
	return { ...seen, body: swapSides(seen.body, 5), bodyWorld: swapSides(seen.bodyWorld, 3) };
}

/**
 * The observation as the stated view lets it be understood, where the cues disagree: sides exchanged that are the wrong
 * way round, and world landmarks mirrored in depth that turn the torso the other way. Where both cues agree, for or
 * against what was stated, and where nothing was, the same object.
 */
export function asStated(seen: PhotoObservation): PhotoObservation {
	const label = seen.statedView ?? null;
	if (label === null || guessView(seen).isAgreed) return seen;
	const yaw_rad = startYaws(seen, label)[0] as number;
	const sided = withSidesOf(seen, yaw_rad);
	const world_deg = worldYaw_deg(sided.bodyWorld);
	if (world_deg === null || difference_deg(-world_deg, deg(yaw_rad)) >= difference_deg(world_deg, deg(yaw_rad))) {
		return sided;
	}
	return { ...sided, bodyWorld: sided.bodyWorld.map((value, i) => (i % 3 === 2 ? -value : value)) };
}

/** [33*stride] landmarks with left and right exchanged; a copy. */
function swapSides(landmarks: Float64Array, stride: number): Float64Array {
	const out = landmarks.slice();
	const swap = (left: number, right: number): void => {
		out.set(landmarks.subarray(stride * right, stride * (right + 1)), stride * left);
		out.set(landmarks.subarray(stride * left, stride * (left + 1)), stride * right);
	};
	// Three points per eye, then ears, mouth, and pairs from the shoulders down.
	for (let i = 1; i <= 3; i++) swap(i, i + 3);
	for (let i = 7; i < 33; i += 2) swap(i, i + 1);
	return out;
}

/** Yaw of shoulders and hips in the world landmarks (x right, y down, z away), degrees; null when they have no extent. */
export function worldYaw_deg(bodyWorld: Float64Array): number | null {
	let x = 0;
	let z = 0;
	for (const [left, right] of [SHOULDER, HIP]) {
		const dx = bodyWorld[3 * left] - bodyWorld[3 * right];
		const dz = bodyWorld[3 * left + 2] - bodyWorld[3 * right + 2];
		const length = Math.hypot(dx, dz);
		if (!(length > 0.02)) continue;
		x += dx / length;
		z += dz / length;
	}
	return x === 0 && z === 0 ? null : deg(Math.atan2(z, x));
}

/**
 * Yaw that the picture alone lets expect, degrees: its cosine from order and apparent breadth of shoulders and hips, its
 * sine from where nose and toes point, with the hidden elbow where these say little.
 */
export function pictureYaw_deg(body: Float64Array): number | null {
	const torso = torsoLength(body);
	const breadth = torsoBreadth(body);
	if (torso === null || breadth === null) return null;
	const x = (i: number): number => body[5 * i];
	const y = (i: number): number => body[5 * i + 1];
	const neck = Math.abs(mean(y, SHOULDER) - mean(y, EAR));
	const nose = neck > 0.1 * torso ? (x(NOSE) - mean(x, EAR)) / (NOSE_REACH * neck) : 0;
	const toes = (mean(x, TOE) - mean(x, HEEL)) / (TOE_REACH * torso);
	const hidden = body[5 * ELBOW[1] + 3] - body[5 * ELBOW[0] + 3];
	let sine = (clamp(nose) + clamp(toes)) / 2;
	if (Math.abs(hidden) > HIDDEN_ELBOW && Math.abs(breadth) < 0.6 && sine * hidden < 0) sine /= 2;
	const cosine = clamp(breadth);
	return sine === 0 && cosine === 0 ? null : deg(Math.atan2(sine, cosine));
}

/** Breadth of shoulders and hips in the picture, left to the right of right positive, 1 from the front. */
function torsoBreadth(body: Float64Array): number | null {
	const torso = torsoLength(body);
	if (torso === null) return null;
	const across = (pair: readonly [number, number]): number => (body[5 * pair[0]] - body[5 * pair[1]]) / torso;
	return (across(SHOULDER) / SHOULDER_BREADTH + across(HIP) / HIP_BREADTH) / 2;
}

/** Middle of the shoulders to the middle of the hips in pixels; null when they lie in a heap. */
function torsoLength(body: Float64Array): number | null {
	const at = (pair: readonly [number, number], k: number): number =>
		(body[5 * pair[0] + k] + body[5 * pair[1] + k]) / 2;
	const length = Math.hypot(at(SHOULDER, 0) - at(HIP, 0), at(SHOULDER, 1) - at(HIP, 1));
	return length > 1 ? length : null;
}

function nearestCentre(label: StatedView, yaw_deg: number): number {
	const [first, ...others] = CENTRES_DEG[label];
	return others.reduce((a, b) => (difference_deg(b, yaw_deg) < difference_deg(a, yaw_deg) ? b : a), first);
}

function mean(of: (i: number) => number, pair: readonly [number, number]): number {
	return (of(pair[0]) + of(pair[1])) / 2;
}

function clamp(value: number): number {
	return Math.min(1, Math.max(-1, value));
}

function deg(rad: number): number {
	return (rad * 180) / Math.PI;
}

/** −180…180 */
function wrap_deg(angle: number): number {
	const turn = ((angle % 360) + 360) % 360;
	return turn > 180 ? turn - 360 : turn;
}

function difference_deg(a: number, b: number): number {
	return Math.abs(wrap_deg(a - b));
}
