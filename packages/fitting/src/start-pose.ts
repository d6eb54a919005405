import { multiplyRotations, rotationBetweenFrames, rotationFromVector } from "@anny-fitter/math";
import type { ArticulatedBone, Articulation } from "./articulation.js";
import { ARTICULATED_BONES, JOINT_COUNT, ROTATION_COUNT } from "./articulation.js";

/** MediaPipe's indices of the joints that start a pose: [left, right]. */
const SHOULDER = [11, 12] as const;
const ELBOW = [13, 14] as const;
const WRIST = [15, 16] as const;
const HIP = [23, 24] as const;
const KNEE = [25, 26] as const;
const ANKLE = [27, 28] as const;

/** Spread of each bone's rotation about its expected value, radians, from fitting trials on rendered subjects. */
const POSE_SIGMA: Readonly<Record<string, number>> = {
	spine05: 0.1,
	spine03: 0.1,
	spine01: 0.1,
	neck01: 0.15,
	head: 0.2,
	clavicle: 0.12,
	upperarm01: 0.4,
	lowerarm01: 0.35,
	wrist: 0.15,
	upperleg01: 0.25,
	lowerleg01: 0.2,
	foot: 0.2,
};

/** Upright and facing the camera: the start when the landmarks' torso has collapsed. */
const FACING = Float64Array.of(1, 0, 0, 0, 0, -1, 0, 1, 0);

/** [ROTATION_COUNT] standard deviations of the articulated pose. */
export function poseSigmas(): Float64Array {
	const out = new Float64Array(ROTATION_COUNT);
	ARTICULATED_BONES.forEach((bone, i) => {
		out.fill(POSE_SIGMA[bone.replace(/\.[LR]$/, "")], 3 * i, 3 * i + 3);
	});
	return out;
}

/** Where a photo's solve starts, and the pose that its prior prefers. */
export interface StartPose {
	/** [9] camera from body */
	readonly rotation: Float64Array;
	/** [3] metres */
	readonly translation: Float64Array;
	/** [ROTATION_COUNT] limbs along MediaPipe's world landmarks, everything else at rest */
	readonly rotations: Float64Array;
}

/**
 * Turns the resting body towards the camera as MediaPipe's world landmarks of shoulders and hips say, bends its limbs
 * along theirs, and places it by the pixels of the torso (weak perspective).
 *
 * @param restHeads [joints*3] rest heads of the articulation's joints, metres
 * @param body [33*5] image landmarks: x, y, z (px), visibility, presence
 * @param bodyWorld [33*3] MediaPipe's world landmarks: metres, x right, y down, z away from the camera
 * @param yaw_rad turn of the torso about the vertical, 0 facing the camera, π/2 showing the right side, see `startYaws`;
 *   null takes the world landmarks' own. Limbs stay where the world landmarks show them.
 */
export function startPose(
	articulation: Articulation,
	restHeads: Float64Array,
	body: Float64Array,
	bodyWorld: Float64Array,
	focal_px: number,
	width_px: number,
	height_px: number,
	yaw_rad: number | null = null,
): StartPose {
	const joint = (bone: ArticulatedBone): number => ARTICULATED_BONES.indexOf(bone) + 1;
	const head = (bone: ArticulatedBone): Float64Array => restHeads.subarray(3 * joint(bone), 3 * joint(bone) + 3);
	const world = (i: number): Float64Array => bodyWorld.subarray(3 * i, 3 * i + 3);

	const landmarksUp = axisUp(world(SHOULDER[0]), world(SHOULDER[1]), world(HIP[0]), world(HIP[1]));
	const landmarksLeft = axisLeft(world(SHOULDER[0]), world(SHOULDER[1]), world(HIP[0]), world(HIP[1]));
	const statedLeft = yaw_rad === null ? null : Float64Array.of(Math.cos(yaw_rad), 0, Math.sin(yaw_rad));
	const isUpUsable = statedLeft === null || spansPlane(landmarksUp, statedLeft);
	const seenUp = isUpUsable ? landmarksUp : Float64Array.of(0, -1, 0);
	const seenLeft = statedLeft ?? landmarksLeft;
	const rotation = FACING.slice();
	if (spansPlane(seenUp, seenLeft)) {
		rotationBetweenFrames(
			rotation,
			axisUp(head("upperarm01.L"), head("upperarm01.R"), head("upperleg01.L"), head("upperleg01.R")),
			axisLeft(head("upperarm01.L"), head("upperarm01.R"), head("upperleg01.L"), head("upperleg01.R")),
			seenUp,
			seenLeft,
		);
	}

	const rotations = new Float64Array(ROTATION_COUNT);
	const linear = new Float64Array(9 * JOINT_COUNT);
	for (let j = 0; j < JOINT_COUNT; j++) for (let k = 0; k < 9; k += 4) linear[9 * j + k] = 1;
	const bend = (bone: ArticulatedBone, end: ArticulatedBone, from: number, to: number): void => {
		const j = joint(bone);
		const parent = articulation.parents[j];
		const rest = difference(head(end), head(bone));
		const seen = difference(world(to), world(from));
		const inBody = transposedTimes(rotation, 0, seen);
		const vector = smallestRotation(rest, transposedTimes(linear, 9 * parent, inBody));
		rotations.set(vector, 3 * (j - 1));
		const own = new Float64Array(9);
		rotationFromVector(own, vector);
		multiplyRotations(linear, linear, own, 9 * j, 9 * parent, 0);
	};
	for (const side of [0, 1] as const) {
		const s = side === 0 ? "L" : "R";
		bend(`upperarm01.${s}`, `lowerarm01.${s}`, SHOULDER[side], ELBOW[side]);
		bend(`lowerarm01.${s}`, `wrist.${s}`, ELBOW[side], WRIST[side]);
		bend(`upperleg01.${s}`, `lowerleg01.${s}`, HIP[side], KNEE[side]);
		bend(`lowerleg01.${s}`, `foot.${s}`, KNEE[side], ANKLE[side]);
	}

	const torso: [ArticulatedBone, number][] = [
		["upperarm01.L", SHOULDER[0]],
		["upperarm01.R", SHOULDER[1]],
		["upperleg01.L", HIP[0]],
		["upperleg01.R", HIP[1]],
	];
	const translation = weakPerspective(
		torso.map(([bone]) => times(rotation, head(bone))),
		torso.map(([, i]) => [body[5 * i] - width_px / 2, body[5 * i + 1] - height_px / 2]),
		focal_px,
	);
	return { rotation, translation, rotations };
}

/**
 * Translation that brings points, turned into the camera's axes, over their pixels (relative to the principal point):
 * least squares for one scale and a shift.
 */
function weakPerspective(points: Float64Array[], pixels: number[][], focal_px: number): Float64Array {
	const n = points.length;
	const mean = [0, 0, 0];
	const meanPixel = [0, 0];
	for (let i = 0; i < n; i++) {
		for (let k = 0; k < 3; k++) mean[k] += points[i][k] / n;
		for (let k = 0; k < 2; k++) meanPixel[k] += pixels[i][k] / n;
	}
	let spread = 0;
	let product = 0;
	for (let i = 0; i < n; i++) {
		for (let k = 0; k < 2; k++) {
			const d = points[i][k] - mean[k];
			spread += d * d;
			product += d * (pixels[i][k] - meanPixel[k]);
		}
	}
	// Pixels per metre; landmarks in a heap would give nonsense, so at least a tenth of a pixel per millimetre and metre.
	const scale = Math.max(product / spread, focal_px / 50);
	return Float64Array.of(meanPixel[0] / scale - mean[0], meanPixel[1] / scale - mean[1], focal_px / scale - mean[2]);
}

/** Whether two directions are long enough and far enough from parallel to define an orientation. */
function spansPlane(a: Float64Array, b: Float64Array): boolean {
	const cross = Math.hypot(a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]);
	return cross > 0.05 * Math.hypot(a[0], a[1], a[2]) * Math.hypot(b[0], b[1], b[2]) && cross > 1e-6;
}

function axisUp(sl: Float64Array, sr: Float64Array, hl: Float64Array, hr: Float64Array): Float64Array {
	return Float64Array.from([0, 1, 2], (k) => sl[k] + sr[k] - hl[k] - hr[k]);
}

function axisLeft(sl: Float64Array, sr: Float64Array, hl: Float64Array, hr: Float64Array): Float64Array {
	return Float64Array.from([0, 1, 2], (k) => sl[k] - sr[k] + hl[k] - hr[k]);
}

function difference(a: Float64Array, b: Float64Array): Float64Array {
	return Float64Array.of(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}

function times(m: Float64Array, v: Float64Array): Float64Array {
	return Float64Array.from([0, 3, 6], (r) => m[r] * v[0] + m[r + 1] * v[1] + m[r + 2] * v[2]);
}

function transposedTimes(m: Float64Array, offset: number, v: Float64Array): Float64Array {
	return Float64Array.from(
		[0, 1, 2],
		(c) => m[offset + c] * v[0] + m[offset + 3 + c] * v[1] + m[offset + 6 + c] * v[2],
	);
}

/** Rotation vector of the smallest turn that takes direction `from` to direction `to`. */
function smallestRotation(from: Float64Array, to: Float64Array): Float64Array {
	const x = from[1] * to[2] - from[2] * to[1];
	const y = from[2] * to[0] - from[0] * to[2];
	const z = from[0] * to[1] - from[1] * to[0];
	const sine = Math.hypot(x, y, z);
	const cosine = from[0] * to[0] + from[1] * to[1] + from[2] * to[2];
	if (sine < 1e-12) return new Float64Array(3);
	const scale = Math.atan2(sine, cosine) / sine;
	return Float64Array.of(x * scale, y * scale, z * scale);
}
