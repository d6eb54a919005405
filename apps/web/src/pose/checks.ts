import { bodyExtent, bodyYaw_deg, middleOf, pointOf, viewOf } from "./body-view.js";
import { type FrameLight, LANDMARK, type PoseFrame, type SeenBody, type ViewLabel } from "./pose-types.js";
import type { Tilt } from "./tilt.js";

/** What is checked, most important first. */
export type CheckId = "person" | "frame" | "distance" | "view" | "arms" | "legs" | "upright" | "light" | "still";

/** One thing that makes a photo good. `reason` says what is wrong; null when nothing is, or when it is not known. */
export interface Check {
	readonly id: CheckId;
	readonly state: "good" | "bad" | "unknown";
	readonly reason: string | null;
}

/** What a judgement of one frame is made of. */
export interface CheckInput {
	readonly frame: PoseFrame;
	/** The view that is wanted. */
	readonly view: ViewLabel;
	/** Null when the device does not tell. */
	readonly tilt: Tilt | null;
	/** From {@link MotionMeter}; null when not known. */
	readonly motion: number | null;
}

/** Body height as a part of the frame's: below, landmarks and outline are too coarse; above, hands and feet get lost. */
const HEIGHT_PART = { low: 0.5, high: 0.94 };
/** Free part of the frame that must surround the body. */
const MARGIN = 0.01;
/** Upper arms against the torso: closer hides the waist, higher lifts the shoulders. */
const ARM_DEG = { low: 15, high: 75 };
/** Distance of the ankles in hip widths (of the hip landmarks, about half the body's). */
const STANCE = { low: 1.1, high: 3.2 };
/** Wrists from the trunk's middle in a side view, in trunk lengths. */
const REACH = 0.3;
const ROLL_DEG = 5;
const PITCH_DEG = 12;
/** Without a sensor the body stands for the plumb line, which it is not quite. */
const BODY_ROLL_DEG = 7;
const MEAN_LUMA = { low: 0.2, high: 0.88 };
const DARK_PART = 0.55;
const BRIGHT_PART = 0.35;
/** Landmarks of a body that stands still jitter by about half of this. */
const MOTION = 0.018;

/** Judges one frame, most important first: until the first ones hold, the later ones mean little. */
export function checkFrame({ frame, view, tilt, motion }: CheckInput): Check[] {
	const { body } = frame;
	if (body === null) {
		const later = checksOf(view).filter((id) => id !== "person" && id !== "light" && id !== "upright");
		return inOrder([
			bad("person", "none"),
			...later.map(unknown),
			tilt === null ? unknown("upright") : checkUpright(null, view, tilt),
			checkLight(frame.light),
		]);
	}
	const checks = [
		frame.peopleCount > 1 ? bad("person", "several") : good("person"),
		checkWholeBody(body, frame.width, frame.height),
		checkDistance(body, frame.height),
		checkView(body, view),
		isFacing(view) ? checkArms(body) : checkReach(body),
		...(isFacing(view) ? [checkLegs(body)] : []),
		checkUpright(body, view, tilt),
		checkLight(frame.light),
		motion === null ? unknown("still") : motion <= MOTION ? good("still") : bad("still", "moving"),
	];
	// Of a body that is turned the other way, arms and legs say nothing.
	const isTurned = checks.some(({ id, state }) => id === "view" && state === "bad");
	return isTurned
		? checks.map((check) => (check.id === "arms" || check.id === "legs" ? unknown(check.id) : check))
		: checks;
}

/** Whether a photo should be taken now. */
export function areGood(checks: readonly Check[]): boolean {
	return checks.length > 0 && checks.every(({ state }) => state === "good");
}

/** What to say first; null when all is well. */
export function firstProblem(checks: readonly Check[]): Check | null {
	return checks.find(({ state }) => state === "bad") ?? null;
}

function isFacing(view: ViewLabel): boolean {
	return view !== "side";
}

function checksOf(view: ViewLabel): CheckId[] {
	const all: CheckId[] = ["person", "frame", "distance", "view", "arms", "legs", "upright", "light", "still"];
	return isFacing(view) ? all : all.filter((id) => id !== "legs");
}

function inOrder(checks: Check[]): Check[] {
	const order = checksOf("front");
	return checks.sort((a, b) => order.indexOf(a.id) - order.indexOf(b.id));
}

const good = (id: CheckId): Check => ({ id, state: "good", reason: null });
const bad = (id: CheckId, reason: string): Check => ({ id, state: "bad", reason });
const unknown = (id: CheckId): Check => ({ id, state: "unknown", reason: null });

/** Head, hands and feet inside the frame. */
export function checkWholeBody(body: SeenBody, width: number, height: number): Check {
	const { top, bottom } = bodyExtent(body);
	const [isHeadCut, areFeetCut] = [top < MARGIN * height, bottom > (1 - MARGIN) * height];
	if (isHeadCut && areFeetCut) return bad("frame", "both");
	if (isHeadCut) return bad("frame", "head");
	if (areFeetCut) return bad("frame", "feet");
	for (const index of [LANDMARK.leftWrist, LANDMARK.rightWrist, LANDMARK.leftAnkle, LANDMARK.rightAnkle]) {
		const [x, y] = pointOf(body, index);
		if (x < MARGIN * width || x > (1 - MARGIN) * width || y < 0) return bad("frame", "sides");
	}
	return good("frame");
}

function checkDistance(body: SeenBody, height: number): Check {
	const { top, bottom } = bodyExtent(body);
	const part = (bottom - top) / height;
	if (part < HEIGHT_PART.low) return bad("distance", "far");
	return part > HEIGHT_PART.high ? bad("distance", "near") : good("distance");
}

function checkView(body: SeenBody, view: ViewLabel): Check {
	if (viewOf(body) === view) return good("view");
	// A side view that is nearly one is told how little is missing.
	const yaw = Math.abs(bodyYaw_deg(body));
	return bad("view", view === "side" && yaw > 35 && yaw < 145 ? "sideMore" : view);
}

/** Both upper arms away from the torso, not raised. */
function checkArms(body: SeenBody): Check {
	const angles = [
		angleBetween(body, LANDMARK.leftShoulder, LANDMARK.leftHip, LANDMARK.leftElbow),
		angleBetween(body, LANDMARK.rightShoulder, LANDMARK.rightHip, LANDMARK.rightElbow),
	];
	if (angles.some((angle) => angle < ARM_DEG.low)) return bad("arms", "close");
	return angles.some((angle) => angle > ARM_DEG.high) ? bad("arms", "high") : good("arms");
}

/** In a side view the hands reach forward, so that belly and back are seen. */
function checkReach(body: SeenBody): Check {
	const shoulders = middleOf(body, LANDMARK.leftShoulder, LANDMARK.rightShoulder);
	const hips = middleOf(body, LANDMARK.leftHip, LANDMARK.rightHip);
	const trunk = Math.hypot(shoulders[0] - hips[0], shoulders[1] - hips[1]) || 1;
	const middle = (shoulders[0] + hips[0]) / 2;
	const reaches = [LANDMARK.leftWrist, LANDMARK.rightWrist].map((wrist) => Math.abs(pointOf(body, wrist)[0] - middle));
	return reaches.every((reach) => reach >= REACH * trunk) ? good("arms") : bad("arms", "forward");
}

function checkLegs(body: SeenBody): Check {
	const width = (left: number, right: number) => Math.abs(pointOf(body, left)[0] - pointOf(body, right)[0]);
	const stance = width(LANDMARK.leftAnkle, LANDMARK.rightAnkle) / (width(LANDMARK.leftHip, LANDMARK.rightHip) || 1);
	if (stance < STANCE.low) return bad("legs", "together");
	return stance > STANCE.high ? bad("legs", "wide") : good("legs");
}

function checkUpright(body: SeenBody | null, view: ViewLabel, tilt: Tilt | null): Check {
	if (tilt !== null) {
		if (Math.abs(tilt.roll_deg) > ROLL_DEG) return bad("upright", tilt.roll_deg > 0 ? "clockwise" : "anticlockwise");
		if (Math.abs(tilt.pitch_deg) > PITCH_DEG) return bad("upright", tilt.pitch_deg > 0 ? "pitchUp" : "pitchDown");
		return good("upright");
	}
	if (body === null) return unknown("upright");
	return Math.abs(bodyRoll_deg(body, view)) > BODY_ROLL_DEG ? bad("upright", "roll") : good("upright");
}

/** Tilt of the picture as the body shows it: shoulders and hips are level, a body seen from the side is plumb. */
function bodyRoll_deg(body: SeenBody, view: ViewLabel): number {
	const shoulders = middleOf(body, LANDMARK.leftShoulder, LANDMARK.rightShoulder);
	const ankles = middleOf(body, LANDMARK.leftAnkle, LANDMARK.rightAnkle);
	const plumb = (Math.atan2(shoulders[0] - ankles[0], ankles[1] - shoulders[1]) * 180) / Math.PI;
	if (!isFacing(view)) return plumb;
	const slope = (a: number, b: number) => {
		const [[ax, ay], [bx, by]] = [pointOf(body, a), pointOf(body, b)];
		return ax === bx ? 0 : (Math.atan((by - ay) / (bx - ax)) * 180) / Math.PI;
	};
	return (
		(plumb + slope(LANDMARK.leftShoulder, LANDMARK.rightShoulder) + slope(LANDMARK.leftHip, LANDMARK.rightHip)) / 3
	);
}

/** Neither dark nor burnt out. */
export function checkLight({ mean, dark, bright }: FrameLight): Check {
	if (mean < MEAN_LUMA.low || dark > DARK_PART) return bad("light", "dark");
	return mean > MEAN_LUMA.high || bright > BRIGHT_PART ? bad("light", "bright") : good("light");
}

/** Angle at `vertex` between the directions to `a` and to `b`, in the image, degrees. */
function angleBetween(body: SeenBody, vertex: number, a: number, b: number): number {
	const [[x, y], [ax, ay], [bx, by]] = [pointOf(body, vertex), pointOf(body, a), pointOf(body, b)];
	const [ux, uy, vx, vy] = [ax - x, ay - y, bx - x, by - y];
	const lengths = Math.hypot(ux, uy) * Math.hypot(vx, vy) || 1;
	return (Math.acos(Math.max(-1, Math.min(1, (ux * vx + uy * vy) / lengths))) * 180) / Math.PI;
}
