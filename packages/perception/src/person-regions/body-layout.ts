import { BODY_STRIDE } from "../pose-landmarks.js";

/** Parts of the body as an image shows them; `head` holds the neck. */
export const BODY_PARTS = ["head", "trunk", "upper_arm", "forearm", "hand", "thigh", "shank", "foot"] as const;
export type BodyPart = (typeof BODY_PARTS)[number];

/** Where the parts of a body are in an image, pixels of the image. */
export interface BodyLayout {
	/** Pixels per metre of the body. */
	readonly pixelsPerMetre: number;
	/** x, y of the middle between the ears. */
	readonly headCentre: readonly [number, number];
	/** Unit vector from the shoulders to the head. */
	readonly up: readonly [number, number];
	/** [n * 6] part index, x0, y0, x1, y1, half thickness */
	readonly segments: Float64Array;
}

const [LEFT_EAR, RIGHT_EAR] = [7, 8];
const [LEFT_SHOULDER, RIGHT_SHOULDER, LEFT_HIP, RIGHT_HIP] = [11, 12, 23, 24];
/** Chains of landmarks and half thicknesses in metres of an average body; sides are alike. */
const LIMBS: readonly (readonly [part: BodyPart, from: number, to: number, halfThickness_m: number])[] = [
	["trunk", LEFT_SHOULDER, RIGHT_SHOULDER, 0.04],
	["trunk", LEFT_HIP, RIGHT_HIP, 0.09],
	["trunk", LEFT_SHOULDER, LEFT_HIP, 0.06],
	["trunk", RIGHT_SHOULDER, RIGHT_HIP, 0.06],
	["trunk", LEFT_SHOULDER, RIGHT_HIP, 0.08],
	["trunk", RIGHT_SHOULDER, LEFT_HIP, 0.08],
	...([0, 1] as const).flatMap((side) =>
		(
			[
				["upper_arm", 11, 13, 0.05],
				["forearm", 13, 15, 0.04],
				["hand", 15, 19, 0.05],
				["hand", 15, 17, 0.04],
				["thigh", 23, 25, 0.08],
				["shank", 25, 27, 0.055],
				["foot", 27, 31, 0.04],
				["foot", 29, 31, 0.04],
			] as const
		).map(([part, from, to, half]) => [part, from + side, to + side, half] as const),
	),
];
const HEAD_HALF_M = 0.095;
const NECK_HALF_M = 0.05;

/**
 * @param body [33 * 5] landmarks in pixels
 * @param bodyWorld [33 * 3] landmarks in metres
 */
export function layOutBody(body: Float64Array, bodyWorld: Float64Array): BodyLayout {
	const x = (landmark: number) => body[landmark * BODY_STRIDE];
	const y = (landmark: number) => body[landmark * BODY_STRIDE + 1];
	const middle = (a: number, b: number) => [(x(a) + x(b)) / 2, (y(a) + y(b)) / 2] as const;
	const head = middle(LEFT_EAR, RIGHT_EAR);
	const neck = middle(LEFT_SHOULDER, RIGHT_SHOULDER);
	const length = Math.max(1e-6, Math.hypot(head[0] - neck[0], head[1] - neck[1]));
	const up = [(head[0] - neck[0]) / length, (head[1] - neck[1]) / length] as const;
	const ppm = pixelsPerMetre(body, bodyWorld);
	const rows: number[][] = LIMBS.map(([part, from, to, half]) => [
		BODY_PARTS.indexOf(part),
		x(from),
		y(from),
		x(to),
		y(to),
		half * ppm,
	]);
	const crown = [head[0] + up[0] * 0.05 * ppm, head[1] + up[1] * 0.05 * ppm];
	rows.push([0, head[0], head[1], crown[0], crown[1], HEAD_HALF_M * ppm]);
	rows.push([0, head[0], head[1], neck[0] + up[0] * 0.06 * ppm, neck[1] + up[1] * 0.06 * ppm, NECK_HALF_M * ppm]);
	return { pixelsPerMetre: ppm, headCentre: head, up, segments: Float64Array.from(rows.flat()) };
}

/** Ratio of the landmarks' spreads in the image and in the world, where x and y are parallel to the image. */
function pixelsPerMetre(body: Float64Array, world: Float64Array): number {
	const count = world.length / 3;
	const spread = (values: Float64Array, stride: number) => {
		let [x, y, xx, yy] = [0, 0, 0, 0];
		for (let i = 0; i < count; i++) {
			const u = values[i * stride];
			const v = values[i * stride + 1];
			x += u;
			y += v;
			xx += u * u;
			yy += v * v;
		}
		return Math.sqrt(Math.max(0, xx + yy - (x * x + y * y) / count));
	};
	return Math.max(1e-6, spread(body, BODY_STRIDE) / Math.max(1e-6, spread(world, 3)));
}

/** Index in {@link BODY_PARTS} of the part nearest to a point, thickness counted. */
export function partAt({ segments }: BodyLayout, x: number, y: number): number {
	let best = Infinity;
	let part = 0;
	for (let s = 0; s < segments.length; s += 6) {
		const x0 = segments[s + 1];
		const y0 = segments[s + 2];
		const dx = segments[s + 3] - x0;
		const dy = segments[s + 4] - y0;
		const along = ((x - x0) * dx + (y - y0) * dy) / (dx * dx + dy * dy + 1e-12);
		const t = Math.min(1, Math.max(0, along));
		const u = x - x0 - t * dx;
		const v = y - y0 - t * dy;
		const distance = Math.sqrt(u * u + v * v) - segments[s + 5];
		if (distance < best) {
			best = distance;
			part = segments[s];
		}
	}
	return part;
}
