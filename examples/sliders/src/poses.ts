import type { Anny, BodyPose } from "@anny-fitter/anny";

export type PoseName = "rest" | "t" | "down";

type Vector = readonly [x: number, y: number, z: number];

/** A pose from the body's own bones: the resting arms of bodies differ. */
export function poseOf(anny: Anny, name: PoseName): BodyPose {
	if (name === "rest") return {};
	const pose: Record<string, Vector> = {};
	for (const [side, outwards] of [
		["L", 1],
		["R", -1],
	] as const) {
		const shoulder = head(anny, `upperarm01.${side}`);
		const wrist = head(anny, `wrist.${side}`);
		const arm = shoulder.map((value, k) => (wrist[k] ?? 0) - value) as unknown as Vector;
		pose[`upperarm01.${side}`] = turnTo(arm, name === "t" ? [outwards, 0, 0] : [0.2 * outwards, 0, -1]);
	}
	return pose;
}

function head(anny: Anny, label: string): Vector {
	const bone = anny.bones.findIndex((one) => one.label === label);
	return [...anny.rest.boneHeads.subarray(3 * bone, 3 * bone + 3)] as unknown as Vector;
}

/** Rotation vector that turns one direction into another the shortest way. */
function turnTo(from: Vector, to: Vector): Vector {
	const axis = [
		from[1] * to[2] - from[2] * to[1],
		from[2] * to[0] - from[0] * to[2],
		from[0] * to[1] - from[1] * to[0],
	] as const;
	const sine = Math.hypot(...axis);
	const angle = Math.atan2(sine, from[0] * to[0] + from[1] * to[1] + from[2] * to[2]);
	const scale = sine > 0 ? angle / sine : 0;
	return [scale * axis[0], scale * axis[1], scale * axis[2]];
}
