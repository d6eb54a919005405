import type { MeasurementDefinition, MeasurementId } from "@anny-fitter/anthropometry";

/** From where a measurement is looked at. */
export interface View {
	/** How far round the body, 0 in front, to the person's right when positive. */
	readonly yaw_rad: number;
	/** How far the camera looks down. */
	readonly pitch_rad: number;
	/** `[3]` middle of the picture, Anny's frame. */
	readonly centre: readonly [number, number, number];
	/** Height of what is seen. */
	readonly height_m: number;
	/** `[2]` x and y from the measured place to where a height's line stands. */
	readonly aside: readonly [number, number];
	/** Opacity of what lies behind the body. */
	readonly hiddenOpacity: number;
}

type Choice = Partial<Pick<View, "yaw_rad" | "pitch_rad" | "height_m" | "hiddenOpacity">>;

const FRONT = 0;
const FRONT_RIGHT = 0.6;
const RIGHT = Math.PI / 2;
const BACK_RIGHT = 2.5;
const BACK = Math.PI;
/** A caliper's line runs through the body. */
const THROUGH = 0.75;

/** What differs from the kind's usual view: tapes around are seen a little from above, lines through the body level. */
const CHOICES: Partial<Record<MeasurementId, Choice>> = {
	cervicale_height: { yaw_rad: BACK },
	hip_height: { yaw_rad: RIGHT },
	head_girth: { height_m: 0.5 },
	neck_girth: { height_m: 0.55 },
	neck_base_girth: { height_m: 0.6, pitch_rad: 0.35 },
	shoulder_girth: { height_m: 0.9, pitch_rad: 0.45, hiddenOpacity: 0.5 },
	wrist_girth: { height_m: 0.45 },
	ankle_girth: { height_m: 0.45 },
	biacromial_breadth: { hiddenOpacity: THROUGH },
	chest_breadth: { hiddenOpacity: THROUGH },
	waist_breadth: { hiddenOpacity: THROUGH },
	hip_breadth: { hiddenOpacity: THROUGH },
	chest_depth: { yaw_rad: RIGHT, hiddenOpacity: THROUGH },
	waist_depth: { yaw_rad: RIGHT, hiddenOpacity: THROUGH },
	hip_depth: { yaw_rad: RIGHT, hiddenOpacity: THROUGH },
	shoulder_width: { yaw_rad: BACK, pitch_rad: 0.3 },
	shoulder_length: { height_m: 0.6, hiddenOpacity: THROUGH },
	arm_length: { yaw_rad: BACK_RIGHT, hiddenOpacity: THROUGH },
	sleeve_length: { yaw_rad: BACK_RIGHT },
	upper_arm_length: { yaw_rad: RIGHT, hiddenOpacity: THROUGH },
	forearm_length: { yaw_rad: FRONT_RIGHT, hiddenOpacity: THROUGH },
	span: { hiddenOpacity: THROUGH },
	back_waist_length: { yaw_rad: BACK_RIGHT },
	crotch_length: { yaw_rad: 0.9, hiddenOpacity: 0.35 },
	foot_length: { yaw_rad: RIGHT, pitch_rad: 0.5, height_m: 0.45, hiddenOpacity: THROUGH },
	foot_breadth: { yaw_rad: FRONT_RIGHT, pitch_rad: 0.8, height_m: 0.4, hiddenOpacity: THROUGH },
};

/** The view of a measurement. @param path `[3k]` where it was taken. */
export function measurementView({ id, kind, side }: MeasurementDefinition, path: Float64Array): View {
	const choice = CHOICES[id] ?? {};
	const low = [0, 1, 2].map((k) => extreme(path, k, Math.min));
	const high = [0, 1, 2].map((k) => extreme(path, k, Math.max));
	const [x = 0, y = 0, z = 0] = low.map((value, k) => (value + (high[k] ?? 0)) / 2);
	if (kind === "height") {
		// The whole body, whatever the height.
		const centre = [0, 0, (low[2] ?? 0) + 0.8] as const;
		const usual = { yaw_rad: FRONT, pitch_rad: 0, hiddenOpacity: 1, height_m: 1.8, ...choice };
		// Next to the feet on the side where it was taken; seen from the right, behind the heels.
		const aside =
			choice.yaw_rad === RIGHT ? ([0, 0.3 - y] as const) : ([(side === "right" ? -0.28 : 0.28) - x, 0] as const);
		return { ...usual, centre, aside };
	}
	const extent = Math.max(...low.map((value, k) => (high[k] ?? 0) - value));
	const isGirth = kind === "girth";
	return {
		yaw_rad: isGirth ? FRONT_RIGHT : FRONT,
		pitch_rad: isGirth ? 0.28 : 0.05,
		hiddenOpacity: 0.3,
		height_m: Math.max(0.6, 2.2 * extent),
		...choice,
		centre: [x, y, z],
		aside: [0, 0],
	};
}

function extreme(path: Float64Array, axis: number, choose: (a: number, b: number) => number): number {
	return path.filter((_, i) => i % 3 === axis).reduce((a, b) => choose(a, b));
}
