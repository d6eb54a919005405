import { pullAnterior, pullLateral } from "./body-frame.js";
import { type BodyPoint, jointPoint } from "./body-point.js";
import type { BodySide } from "./landmarks.js";
import type { Measurer } from "./measurer.js";
import type { GradientBuilder } from "./surface-gradient.js";
import { crossProduct, pullUnitVector } from "./vector-gradient.js";

/**
 * Where a cross-section of the upper arm comes to lie when the arm is let down about the shoulder joint: under the joint,
 * its side that is away from the trunk still outwards.
 */
export interface HangingArm {
	readonly shoulder: BodyPoint;
	readonly elbow: BodyPoint;
	/** Length of the upper arm from joint to joint. */
	readonly length: number;
	/** `[3]` the section's place on the line between the joints. */
	readonly origin: Float64Array;
	/** `[3]` unit vector down the upper arm: normal of the section. */
	readonly down: Float64Array;
	/** `[3]` unit vectors in the section that become the body's left and front when the arm hangs. */
	readonly left: Float64Array;
	readonly front: Float64Array;
	/** Share of the body's left that is perpendicular to the arm; `left` was scaled by its inverse. */
	readonly leftLength: number;
	/** Part of the upper arm between shoulder joint and section. */
	readonly place: number;
}

/** Derivatives of a value by what a {@link HangingArm} is made of, each `[3]`; see {@link pullHangingArm}. */
export interface HangingArmGradient {
	readonly byOrigin: Float64Array;
	readonly byDown: Float64Array;
	readonly byLeft: Float64Array;
	readonly byFront: Float64Array;
}

/**
 * @param place of the section, 0 at the shoulder joint, 1 at the elbow.
 * @throws RangeError if the joints coincide or the arm lies exactly to the side.
 */
export function hangArm(measurer: Measurer, side: BodySide, place: number): HangingArm {
	const { lateral } = measurer.frame;
	const shoulder = jointPoint(measurer, "shoulder", side);
	const elbow = jointPoint(measurer, "elbow", side);
	const down = new Float64Array(3);
	const origin = new Float64Array(3);
	for (let i = 0; i < 3; i++) {
		down[i] = elbow.position[i] - shoulder.position[i];
		origin[i] = shoulder.position[i] + place * down[i];
	}
	const length = Math.hypot(down[0], down[1], down[2]);
	for (let i = 0; i < 3; i++) down[i] /= length;
	const slope = lateral[0] * down[0] + lateral[1] * down[1];
	const left = lateral.map((x, i) => x - slope * down[i]);
	const leftLength = Math.hypot(left[0], left[1], left[2]);
	if (!(length > 0) || !(leftLength > 0)) throw new RangeError("the upper arm cannot be let down: the mesh is no body");
	for (let i = 0; i < 3; i++) left[i] /= leftLength;
	return { shoulder, elbow, length, origin, down, left, front: crossProduct(down, left), leftLength, place };
}

/**
 * Horizontal position of a point of the section once the arm hangs.
 *
 * @param out `[2]` x and y, written at `at`. @param point `[3]` read at `from`.
 */
export function hangPoint(
	out: Float64Array,
	at: number,
	arm: HangingArm,
	{ frame: { lateral, anterior } }: Measurer,
	point: Float64Array,
	from: number,
): void {
	let toLeft = 0;
	let toFront = 0;
	for (let i = 0; i < 3; i++) {
		const d = point[from + i] - arm.origin[i];
		toLeft += d * arm.left[i];
		toFront += d * arm.front[i];
	}
	const [x, y] = arm.shoulder.position;
	out[at] = x + toLeft * lateral[0] + toFront * anterior[0];
	out[at + 1] = y + toLeft * lateral[1] + toFront * anterior[1];
}

/** No derivatives yet. */
export function createHangingArmGradient(): HangingArmGradient {
	return {
		byOrigin: new Float64Array(3),
		byDown: new Float64Array(3),
		byLeft: new Float64Array(3),
		byFront: new Float64Array(3),
	};
}

/**
 * Pull back {@link hangPoint}: to the shoulder joint, to the body's directions, and into `sums`.
 *
 * @param gx derivative of the value by x. @param gy by y.
 * @returns `[3]` derivative by the point of the section.
 */
export function pullHangPoint(
	gradient: GradientBuilder,
	sums: HangingArmGradient,
	arm: HangingArm,
	{ frame }: Measurer,
	point: Float64Array,
	from: number,
	gx: number,
	gy: number,
): Float64Array {
	const byLeft = gx * frame.lateral[0] + gy * frame.lateral[1];
	const byFront = gx * frame.anterior[0] + gy * frame.anterior[1];
	const byPoint = new Float64Array(3);
	let toLeft = 0;
	let toFront = 0;
	for (let i = 0; i < 3; i++) {
		const d = point[from + i] - arm.origin[i];
		toLeft += d * arm.left[i];
		toFront += d * arm.front[i];
		byPoint[i] = byLeft * arm.left[i] + byFront * arm.front[i];
		sums.byOrigin[i] -= byPoint[i];
		sums.byLeft[i] += byLeft * d;
		sums.byFront[i] += byFront * d;
	}
	arm.shoulder.pull(gradient, gx, gy, 0);
	pullLateral(gradient, frame, gx * toLeft, gy * toLeft);
	pullAnterior(gradient, frame, gx * toFront, gy * toFront);
	return byPoint;
}

/** Pull back what the section's points have left in `sums`, which is used up: to the two joints and the body's left. */
export function pullHangingArm(
	gradient: GradientBuilder,
	sums: HangingArmGradient,
	arm: HangingArm,
	{ frame }: Measurer,
): void {
	const { byOrigin, byDown, byLeft, byFront } = sums;
	const { down, left, leftLength, place, length } = arm;
	const lateral = Float64Array.of(frame.lateral[0], frame.lateral[1], 0);
	// front = down × left
	add(byDown, crossProduct(left, byFront), 1);
	add(byLeft, crossProduct(byFront, down), 1);
	// left = m / |m| with m = lateral − (lateral · down) down
	pullUnitVector(byLeft, left, leftLength);
	const alongDown = dot(byLeft, down);
	const slope = dot(lateral, down);
	pullLateral(gradient, frame, byLeft[0] - alongDown * down[0], byLeft[1] - alongDown * down[1]);
	add(byDown, lateral, -alongDown);
	add(byDown, byLeft, -slope);
	pullUnitVector(byDown, down, length);
	const at = (i: number): [number, number] => [(1 - place) * byOrigin[i] - byDown[i], place * byOrigin[i] + byDown[i]];
	const [x, y, z] = [at(0), at(1), at(2)];
	arm.shoulder.pull(gradient, x[0], y[0], z[0]);
	arm.elbow.pull(gradient, x[1], y[1], z[1]);
}

function add(to: Float64Array, vector: Float64Array, factor: number): void {
	for (let i = 0; i < 3; i++) to[i] += factor * vector[i];
}

function dot(a: Float64Array, b: Float64Array): number {
	return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}
