import { type BodySection, isLimbSection, joint, LANDMARK, type Vector } from "./sections.js";

/** Another part of the body where the line of a section crosses it; pixels along the line. */
export interface CrossingLimb {
	readonly kind: "arm" | "leg";
	readonly at_px: number;
	readonly half_px: number;
	/** Depth of its axis, metres. */
	readonly depth_m: number;
}

/** The line across the picture on which a section is measured. */
export interface SectionLine {
	readonly x_px: number;
	readonly y_px: number;
	readonly dx: number;
	readonly dy: number;
}

const ARMS = [
	[LANDMARK.leftShoulder, LANDMARK.leftElbow, LANDMARK.leftWrist, LANDMARK.leftIndex],
	[LANDMARK.rightShoulder, LANDMARK.rightElbow, LANDMARK.rightWrist, LANDMARK.rightIndex],
] as const;
const LEGS = {
	left: [LANDMARK.leftHip, LANDMARK.leftKnee, LANDMARK.leftAnkle],
	right: [LANDMARK.rightHip, LANDMARK.rightKnee, LANDMARK.rightAnkle],
} as const;

/** Half-widths of upper arm, forearm and hand by the upper arm's expected one. */
const ARM_TAPER = [1, 0.85, 0.9];
/** The landmark at the index finger is its knuckle: fingertips are as far again from the wrist. */
const FINGERTIP = 2;
/** Near the shoulder the upper arm belongs to the trunk. */
const SHOULDER_SHARE = 0.15;

/**
 * Arms that cross the line of a section, and the other leg for sections of a leg.
 *
 * @param project camera coordinates → pixels
 * @param armHalf_m expected half-width of the upper arm
 * @param legHalf_m expected half-width of the other leg there
 */
export function crossingLimbs(
	section: BodySection,
	line: SectionLine,
	joints_m: Float64Array,
	project: (p: Vector) => readonly [number, number],
	focal_px: number,
	armHalf_m: number,
	legHalf_m: number,
): CrossingLimb[] {
	const out: CrossingLimb[] = [];
	const visit = (kind: "arm" | "leg", from: number, to: number, half_m: number, start: number, end: number) => {
		const a = joint(joints_m, from);
		const b = joint(joints_m, to);
		if (![...a, ...b].every(Number.isFinite)) return;
		const pa = project(a);
		const pb = project(b);
		const sideOf = (p: readonly [number, number]) => (p[1] - line.y_px) * line.dx - (p[0] - line.x_px) * line.dy;
		const sa = sideOf(pa);
		const sb = sideOf(pb);
		if (sa === sb) return;
		const t = sa / (sa - sb);
		if (t < start || t > end) return;
		const x = pa[0] + t * (pb[0] - pa[0]);
		const y = pa[1] + t * (pb[1] - pa[1]);
		const depth_m = a[2] + t * (b[2] - a[2]);
		const tilt = Math.abs(
			((pb[1] - pa[1]) * line.dx - (pb[0] - pa[0]) * line.dy) / Math.hypot(pb[0] - pa[0], pb[1] - pa[1]),
		);
		out.push({
			kind,
			at_px: (x - line.x_px) * line.dx + (y - line.y_px) * line.dy,
			// A limb that the line meets at a slant is wider along it.
			half_px: (focal_px * half_m) / depth_m / Math.max(tilt, 0.3),
			depth_m,
		});
	};
	if (section.id !== "upper_arm" && section.id !== "neck") {
		for (const chain of ARMS) {
			for (let i = 0; i < 3; i++) {
				visit(
					"arm",
					chain[i],
					chain[i + 1],
					armHalf_m * ARM_TAPER[i],
					i === 0 ? SHOULDER_SHARE : 0,
					i === 2 ? FINGERTIP : 1,
				);
			}
		}
	}
	if (isLimbSection(section.id) && section.id !== "upper_arm") {
		const chain = LEGS[section.side === "left" ? "right" : "left"];
		for (let i = 0; i < 2; i++) visit("leg", chain[i], chain[i + 1], legHalf_m, i === 0 ? -0.3 : 0, 1.1);
	}
	return out;
}
