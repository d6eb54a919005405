import type { RandomStream } from "@anny-fitter/math";

/** A pinhole camera in the world: OpenCV axes, image corner at (0, 0). */
export interface SubjectCamera {
	readonly width: number;
	readonly height: number;
	readonly focal_px: number;
	/** 35 mm equivalent, as EXIF has it: whole millimetres */
	readonly equivalent_mm: number;
	/** [12] row-major 3×4 */
	readonly cameraFromWorld: Float64Array;
	/** [3] metres */
	readonly position: readonly [number, number, number];
}

/** Diagonal of 36 × 24 mm. */
const FULL_FRAME_DIAGONAL_MM = Math.hypot(36, 24);
/** Nobody stands nearer to photograph a whole person. */
const SHORTEST_DISTANCE_M = 1.7;

/**
 * Takes aim at what has to be seen: focal length, height, tilt, roll and distance vary as a hand-held phone's do, everything
 * stays inside the picture.
 *
 * @param points [n*3] what has to be seen, near the origin; the camera looks along +Y, more or less
 */
export function drawCamera(
	random: RandomStream,
	points: ArrayLike<number>,
	size: readonly [width: number, height: number],
): SubjectCamera {
	const [width, height] = size;
	const equivalent = 26 + 24 * random.uniform() ** 1.5;
	const focal_px = (equivalent / FULL_FRAME_DIAGONAL_MM) * Math.hypot(width, height);
	let top = 0;
	for (let i = 2; i < points.length; i += 3) top = Math.max(top, points[i] ?? 0);
	const eye_m = (0.5 + 0.35 * random.uniform()) * top;
	const aside_rad = 0.06 * random.normal();
	const roll_rad = 0.012 * random.normal();
	const drift = [0.02 * random.normal(), 0.012 * random.normal()] as const;
	const share = 0.72 + 0.16 * random.uniform();
	let distance = SHORTEST_DISTANCE_M;
	for (;;) {
		const position = [distance * Math.sin(aside_rad), -distance * Math.cos(aside_rad), eye_m] as const;
		// Twice: the tilt that centres the person follows from where it projects.
		let tilt_rad = 0;
		let camera = look(position, -aside_rad, tilt_rad, roll_rad);
		for (let step = 0; step < 4; step++) {
			const { low, high } = extent(points, camera);
			tilt_rad += Math.atan((low[1] + high[1]) / 2 + drift[1]);
			camera = look(position, -aside_rad, tilt_rad, roll_rad);
		}
		const { low, high } = extent(points, camera);
		const turned = Math.atan((low[0] + high[0]) / 2 + drift[0]);
		camera = look(position, -aside_rad + turned, tilt_rad, roll_rad);
		const seen = extent(points, camera);
		const isSmall =
			focal_px * (seen.high[1] - seen.low[1]) < share * height &&
			focal_px * Math.max(-seen.low[1], seen.high[1]) < 0.49 * height &&
			focal_px * Math.max(-seen.low[0], seen.high[0]) < 0.47 * width;
		if (isSmall) {
			return {
				width,
				height,
				focal_px,
				equivalent_mm: Math.round(equivalent),
				cameraFromWorld: camera,
				position: [position[0], position[1], position[2]],
			};
		}
		distance *= 1.02;
	}
}

/** Projects world points to pixels: `[n*2]`. */
export function projectPoints(camera: SubjectCamera, points: ArrayLike<number>): Float64Array {
	const out = new Float64Array((points.length / 3) * 2);
	const seen = toCamera(camera.cameraFromWorld, points);
	for (let i = 0, o = 0; i < seen.length; i += 3, o += 2) {
		const z = seen[i + 2] ?? Number.NaN;
		out[o] = camera.width / 2 + (camera.focal_px * (seen[i] ?? 0)) / z;
		out[o + 1] = camera.height / 2 + (camera.focal_px * (seen[i + 1] ?? 0)) / z;
	}
	return out;
}

/** World points in camera axes: `[n*3]`, a new array. */
export function toCamera(m: Float64Array, points: ArrayLike<number>): Float64Array {
	const out = new Float64Array(points.length);
	for (let i = 0; i < points.length; i += 3) {
		for (let row = 0; row < 3; row++) {
			out[i + row] =
				(m[4 * row] ?? 0) * (points[i] ?? 0) +
				(m[4 * row + 1] ?? 0) * (points[i + 1] ?? 0) +
				(m[4 * row + 2] ?? 0) * (points[i + 2] ?? 0) +
				(m[4 * row + 3] ?? 0);
		}
	}
	return out;
}

/** A camera that looks along +Y turned by `turn` (towards +X), then down by `tilt`, then rolled. */
function look(position: readonly [number, number, number], turn: number, tilt: number, roll: number): Float64Array {
	const forward = [Math.sin(turn) * Math.cos(tilt), Math.cos(turn) * Math.cos(tilt), -Math.sin(tilt)];
	const level = [Math.cos(turn), -Math.sin(turn), 0];
	const down = cross(forward, level);
	const [c, s] = [Math.cos(roll), Math.sin(roll)];
	const rows = [
		level.map((v, k) => c * v + s * (down[k] ?? 0)),
		down.map((v, k) => c * v - s * (level[k] ?? 0)),
		forward,
	];
	return Float64Array.from(
		rows.flatMap((row) => [...row, -row.reduce((sum, v, k) => sum + v * (position[k] ?? 0), 0)]),
	);
}

/** Bounds on the picture plane one metre away. */
function extent(points: ArrayLike<number>, camera: Float64Array) {
	const low: [number, number] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
	const high: [number, number] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
	const seen = toCamera(camera, points);
	for (let i = 0; i < seen.length; i += 3) {
		for (const k of [0, 1] as const) {
			const value = (seen[i + k] ?? 0) / (seen[i + 2] ?? 1);
			low[k] = Math.min(low[k], value);
			high[k] = Math.max(high[k], value);
		}
	}
	return { low, high };
}

function cross(a: readonly number[], b: readonly number[]): number[] {
	const [ax = 0, ay = 0, az = 0] = a;
	const [bx = 0, by = 0, bz = 0] = b;
	return [ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx];
}
