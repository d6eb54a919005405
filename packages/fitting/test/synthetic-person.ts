import { multiplyRotations, type RandomStream, rotationFromVector } from "@anny-fitter/math";
import { createRasterBuffer, rasterizeMesh, rasterizeSilhouette } from "@anny-fitter/mesh";
import { ROTATION_COUNT } from "../src/articulation.js";
import { LANDMARK_ANCHORS } from "../src/landmark-anchors.js";
import type { PhotoObservation } from "../src/observation.js";
import { evaluateFitterPose, evaluateFitterShape, type PhotoFitter } from "../src/photo-fitter.js";

export interface SyntheticPhoto {
	readonly observation: PhotoObservation;
	/** [bones*2] true bone heads, pixels, and [bones] their distance along the camera's axis, metres */
	readonly boneHeads_px: Float64Array;
	readonly boneDepths_m: Float64Array;
	/** What a perfect depth network would see, scale and shift its own; to be put into the observation. */
	readonly inverseDepth: NonNullable<PhotoObservation["inverseDepth"]>;
}

/** A depth network's own units, and the wall behind the person. */
const [DEPTH_SCALE, DEPTH_SHIFT, WALL_NEARNESS] = [37, -4, 0.2];

/** Camera that looks at a standing body: Z up becomes down the picture, the body's front (−Y) faces the lens. */
const FACING = Float64Array.of(1, 0, 0, 0, 0, -1, 0, 1, 0);

/**
 * What a perfect detector with a little noise would see of a body: landmarks at their calibrated places, world landmarks
 * about the hips, the body's own silhouette as mask.
 *
 * @param yaw_rad turn about the vertical: 0 faces the camera
 * @param noise_px standard deviation of landmarks in the picture
 */
export function photograph(
	fitter: PhotoFitter,
	shape: Float64Array,
	random: RandomStream,
	yaw_rad: number,
	noise_px: number,
): SyntheticPhoto {
	const [width_px, height_px, focal_px] = [600, 800, 900];
	const rotations = Float64Array.from({ length: ROTATION_COUNT }, () => 0.06 * random.normal());
	evaluateFitterShape(fitter, shape);
	evaluateFitterPose(fitter, rotations, 0);
	const turn = new Float64Array(9);
	rotationFromVector(turn, [0, 0, yaw_rad]);
	const rotation = new Float64Array(9);
	multiplyRotations(rotation, FACING, turn);
	const translation = [0.05 * random.normal(), 0.9 + 0.05 * random.normal(), 3.2];
	const toCamera = (x: number, y: number, z: number): number[] =>
		[0, 1, 2].map((k) => rotation[3 * k] * x + rotation[3 * k + 1] * y + rotation[3 * k + 2] * z + translation[k]);
	const project = (c: readonly number[]): [number, number] => [
		width_px / 2 + (focal_px * c[0]) / c[2],
		height_px / 2 + (focal_px * c[1]) / c[2],
	];

	const { pose, shape: rest, model } = fitter;
	let low = Infinity;
	let high = -Infinity;
	for (let v = 2; v < rest.vertices.length; v += 3) {
		low = Math.min(low, rest.vertices[v]);
		high = Math.max(high, rest.vertices[v]);
	}
	const body = new Float64Array(33 * 5);
	const inCamera = new Float64Array(33 * 3);
	for (const anchor of LANDMARK_ANCHORS) {
		const bone = model.boneLabels.indexOf(anchor.bone);
		const t = pose.boneTransforms.subarray(12 * bone, 12 * bone + 12);
		const p = [0, 1, 2].map((k) => rest.boneHeads[3 * bone + k] + (high - low) * anchor.offset[k]);
		const b = [0, 1, 2].map((k) => t[4 * k] * p[0] + t[4 * k + 1] * p[1] + t[4 * k + 2] * p[2] + t[4 * k + 3]);
		const c = toCamera(b[0], b[1], b[2]);
		const [u, v] = project(c);
		const i = anchor.landmark;
		body.set([u + noise_px * random.normal(), v + noise_px * random.normal(), 0, 0.99, 0.99], 5 * i);
		inCamera.set(c, 3 * i);
	}
	const hips = [0, 1, 2].map((k) => (inCamera[3 * 23 + k] + inCamera[3 * 24 + k]) / 2);
	const bodyWorld = inCamera.map((value, i) => value - hips[i % 3]);

	const vertices = new Float64Array(pose.vertices.length);
	for (let v = 0; v < vertices.length; v += 3) {
		vertices.set(toCamera(pose.vertices[v], pose.vertices[v + 1], pose.vertices[v + 2]), v);
	}
	const silhouette = new Uint8Array(width_px * height_px);
	const camera = { width: width_px, height: height_px, focal_px, cx_px: width_px / 2, cy_px: height_px / 2 };
	rasterizeSilhouette(silhouette, { vertices, triangles: model.triangles }, camera);
	const drawn = createRasterBuffer(width_px, height_px);
	rasterizeMesh(drawn, { vertices, triangles: model.triangles }, camera);
	const values = drawn.nearness.map((near) => DEPTH_SCALE * (near === 0 ? WALL_NEARNESS : near) + DEPTH_SHIFT);

	const boneHeads_px = new Float64Array(2 * model.boneLabels.length);
	const boneDepths_m = new Float64Array(model.boneLabels.length);
	for (let bone = 0; bone < model.boneLabels.length; bone++) {
		const h = pose.boneHeads.subarray(3 * bone, 3 * bone + 3);
		const inCamera = toCamera(h[0], h[1], h[2]);
		boneHeads_px.set(project(inCamera), 2 * bone);
		boneDepths_m[bone] = inCamera[2];
	}
	return {
		observation: { width_px, height_px, focal_px, body, bodyWorld, mask: Float32Array.from(silhouette), regions: null },
		boneHeads_px,
		boneDepths_m,
		inverseDepth: { width: width_px, height: height_px, values },
	};
}
