import { ARTICULATED_BONES, type ArticulatedBone } from "@anny-fitter/fitting";
import { multiplyRotations, type RandomStream, rotationFromVector, vectorFromRotation } from "@anny-fitter/math";

export type SubjectView = "front" | "side" | "back" | "threequarter";

/** How far a view is turned: 0 faces the camera, a quarter turn shows the right side. */
const YAW_RAD: Readonly<Record<SubjectView, number>> = {
	front: 0,
	side: Math.PI / 2,
	back: Math.PI,
	threequarter: 0.83,
};

/** A stance: rotation vectors of the articulated bones, and the turn to the camera. */
export interface Stance {
	readonly rotations: Float64Array;
	readonly yaw_rad: number;
	/** between arm and vertical, radians */
	readonly armSpread_rad: number;
}

interface Skeleton {
	readonly boneLabels: readonly string[];
	/** [bones*3] at rest */
	readonly boneHeads: ArrayLike<number>;
}

/**
 * How a person stands who was asked to: arms beside the body, in side views a little forward, feet apart, all with the noise of people who
 * are no statues.
 *
 * @param areArmsClose arms hang down and touch the trunk
 */
export function drawStance(random: RandomStream, skeleton: Skeleton, view: SubjectView, areArmsClose: boolean): Stance {
	const rotations = new Float64Array(3 * ARTICULATED_BONES.length);
	const degrees = Math.PI / 180;
	const wide = areArmsClose ? 7 + 5 * random.uniform() : 20 + 20 * random.uniform();
	const spread = degrees * (view === "side" ? Math.min(wide, 9 + 6 * random.uniform()) : wide);
	const forward = degrees * (view === "side" ? 10 + 18 * random.uniform() : 3 + 8 * random.uniform());
	const bend = degrees * (6 + 16 * random.uniform());
	const stance = degrees * (3 * random.uniform());
	const set = (bone: ArticulatedBone, turns: readonly (readonly [number, number, number])[]): void => {
		let whole: Float64Array = Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1);
		for (const turn of turns) {
			const next = new Float64Array(9);
			const product = new Float64Array(9);
			rotationFromVector(next, turn);
			multiplyRotations(product, next, whole);
			whole = product;
		}
		vectorFromRotation(rotations, whole, 3 * ARTICULATED_BONES.indexOf(bone));
	};
	const noise = (sigma_deg: number): [number, number, number] => [
		degrees * sigma_deg * random.normal(),
		degrees * sigma_deg * random.normal(),
		degrees * sigma_deg * random.normal(),
	];
	for (const bone of ["spine05", "spine03", "spine01"] as const) set(bone, [noise(1.2)]);
	set("neck01", [noise(2)]);
	set("head", [noise(3)]);
	for (const side of ["L", "R"] as const) {
		const sign = side === "L" ? 1 : -1;
		const direction = (from: string, to: string): number[] => {
			const [a, b] = [from, to].map((bone) => 3 * skeleton.boneLabels.indexOf(`${bone}.${side}`));
			return [0, 1, 2].map((k) => (skeleton.boneHeads[(b ?? 0) + k] ?? 0) - (skeleton.boneHeads[(a ?? 0) + k] ?? 0));
		};
		const [x = 0, , z = 0] = direction("upperarm01", "wrist");
		const angle = Math.atan2(sign * x, -z);
		set(`clavicle.${side}`, [noise(1)]);
		set(`upperarm01.${side}`, [[0, sign * (angle - spread), 0], [-forward, 0, 0], noise(2)]);
		set(`lowerarm01.${side}`, [
			bendTo(direction("upperarm01", "lowerarm01"), direction("lowerarm01", "wrist"), bend),
			noise(2.5),
		]);
		set(`wrist.${side}`, [noise(4)]);
		set(`upperleg01.${side}`, [[0, sign * stance, 0], noise(1)]);
		set(`lowerleg01.${side}`, [[degrees * 2 * Math.abs(random.normal()), 0, 0]]);
		set(`foot.${side}`, [[0, 0, sign * degrees * 6 * random.uniform()]]);
	}
	return { rotations, yaw_rad: YAW_RAD[view] + degrees * 4 * random.normal(), armSpread_rad: spread };
}

/** Rotation vector that leaves this angle between upper arm and forearm, in the plane in which both lie at rest. */
function bendTo(upper: readonly number[], fore: readonly number[], angle_rad: number): [number, number, number] {
	const [ux = 0, uy = 0, uz = 0] = upper;
	const [fx = 0, fy = 0, fz = 0] = fore;
	const axis = [uy * fz - uz * fy, uz * fx - ux * fz, ux * fy - uy * fx] as const;
	const sine = Math.hypot(...axis);
	const turn = (angle_rad - Math.atan2(sine, ux * fx + uy * fy + uz * fz)) / sine;
	return [axis[0] * turn, axis[1] * turn, axis[2] * turn];
}
