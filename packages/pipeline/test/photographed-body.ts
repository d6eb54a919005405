import { annyAgeFromYears } from "@anny-fitter/body-model";
import {
	ARTICULATED_BONES,
	type ArticulatedBone,
	evaluateFitterPose,
	evaluateFitterShape,
	LANDMARK_ANCHORS,
	type PhotoFitter,
	type PhotoObservation,
	shapePrior,
} from "@anny-fitter/fitting";
import type { RandomStream } from "@anny-fitter/math";
import { rasterizeSilhouette } from "@anny-fitter/mesh";
import { laySectionTapes, seeFittedSections } from "@anny-fitter/pipeline";

/** Mask pixels are means of this many samples along each axis. */
const SAMPLES = 4;
const [WIDTH_PX, HEIGHT_PX, FOCAL_PX] = [720, 960, 1080];

/** A body from the prior of adults. */
export function randomShape(random: RandomStream, sex: "male" | "female"): Float64Array {
	const prior = shapePrior(sex, annyAgeFromYears(20 + 45 * random.uniform()), 0.01);
	return prior.mean.map((m, i) =>
		Math.min(prior.upper[i] ?? 1, Math.max(prior.lower[i] ?? 0, m + 0.7 * (prior.sigma[i] ?? 0) * random.normal())),
	);
}

export interface PhotographedBody {
	readonly observation: PhotoObservation;
	/** [12] row-major 3×4 */
	readonly cameraFromBody: Float64Array;
	readonly rotations: Float64Array;
	readonly focal_px: number;
}

/**
 * A photo of a nearly resting body: exact landmarks and an exact soft mask.
 *
 * @param yaw_rad turn about the vertical: 0 faces the camera, π/2 shows the right side
 * @param turnArms rotation vectors that pose the upper arms, by bone label
 */
export function photographBody(
	fitter: PhotoFitter,
	shape: Float64Array,
	yaw_rad: number,
	{
		random = null,
		distance_m = 3.2,
		turned = {},
	}: {
		readonly random?: RandomStream | null;
		readonly distance_m?: number;
		readonly turned?: Readonly<Partial<Record<ArticulatedBone, readonly [number, number, number]>>>;
	} = {},
): PhotographedBody {
	const { model } = fitter;
	const rotations = Float64Array.from({ length: 3 * ARTICULATED_BONES.length }, () =>
		random ? 0.05 * random.normal() : 0,
	);
	for (const [label, vector] of Object.entries(turned)) {
		rotations.set(vector, 3 * ARTICULATED_BONES.indexOf(label as ArticulatedBone));
	}
	const [c, s] = [Math.cos(yaw_rad), Math.sin(yaw_rad)];
	evaluateFitterShape(fitter, shape);
	const heights = fitter.shape.vertices.filter((_, i) => i % 3 === 2);
	const middle = (heights.reduce((a, b) => Math.min(a, b)) + heights.reduce((a, b) => Math.max(a, b))) / 2;
	// Z up becomes down the picture; unturned, the body's front (−Y) faces the lens.
	const cameraFromBody = Float64Array.of(c, -s, 0, 0.03, 0, 0, -1, middle + 0.05, s, c, 0, distance_m);
	evaluateFitterPose(fitter, rotations, 0);
	const posed = fitter.pose.vertices;
	const vertices = new Float64Array(posed.length);
	for (let v = 0; v < posed.length; v += 3) vertices.set(apply(cameraFromBody, posed.subarray(v, v + 3)), v);
	const fine = new Uint8Array(SAMPLES * WIDTH_PX * SAMPLES * HEIGHT_PX);
	rasterizeSilhouette(
		fine,
		{ vertices, triangles: model.triangles },
		{
			width: SAMPLES * WIDTH_PX,
			height: SAMPLES * HEIGHT_PX,
			focal_px: SAMPLES * FOCAL_PX,
			cx_px: (SAMPLES * WIDTH_PX) / 2,
			cy_px: (SAMPLES * HEIGHT_PX) / 2,
		},
	);
	const mask = new Float32Array(WIDTH_PX * HEIGHT_PX);
	for (let i = 0; i < fine.length; i++) {
		const row = Math.floor(i / (SAMPLES * WIDTH_PX) / SAMPLES);
		const column = Math.floor((i % (SAMPLES * WIDTH_PX)) / SAMPLES);
		const at = row * WIDTH_PX + column;
		mask[at] = (mask[at] ?? 0) + (fine[i] ?? 0) / SAMPLES ** 2;
	}
	const { joints_m } = seeFittedSections(fitter, laySectionTapes(fitter), { rotations, cameraFromBody });
	const body = new Float64Array(33 * 5);
	const bodyWorld = new Float64Array(33 * 3);
	const hips = [0, 1, 2].map((k) => ((joints_m[3 * 23 + k] ?? 0) + (joints_m[3 * 24 + k] ?? 0)) / 2);
	for (const { landmark } of LANDMARK_ANCHORS) {
		const p = joints_m.subarray(3 * landmark, 3 * landmark + 3);
		const [x = 0, y = 0, z = 1] = p;
		body.set([WIDTH_PX / 2 + (FOCAL_PX * x) / z, HEIGHT_PX / 2 + (FOCAL_PX * y) / z, 0, 0.99, 0.99], 5 * landmark);
		bodyWorld.set(
			[0, 1, 2].map((k) => (p[k] ?? 0) - (hips[k] ?? 0)),
			3 * landmark,
		);
	}
	return {
		observation: {
			width_px: WIDTH_PX,
			height_px: HEIGHT_PX,
			focal_px: FOCAL_PX,
			body,
			bodyWorld,
			mask,
			regions: null,
			inverseDepth: null,
		},
		cameraFromBody,
		rotations,
		focal_px: FOCAL_PX,
	};
}

function apply(m: Float64Array, p: Float64Array): number[] {
	return [0, 1, 2].map(
		(k) =>
			(m[4 * k] ?? 0) * (p[0] ?? 0) +
			(m[4 * k + 1] ?? 0) * (p[1] ?? 0) +
			(m[4 * k + 2] ?? 0) * (p[2] ?? 0) +
			(m[4 * k + 3] ?? 0),
	);
}
