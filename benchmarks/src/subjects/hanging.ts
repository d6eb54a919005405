/**
 * Cloth that hangs: skirts and the lower part of loose tops. Level by level it goes around the convex hull of what is inside, as cloth
 * does that bridges hollows, and falls straight down from where it stands off furthest.
 */
import { convexHull2d } from "@anny-fitter/mesh";
import type { Surface } from "./surface.js";

export interface HangingOptions {
	/** heights of the upper edge and the hem, metres */
	readonly top_m: number;
	readonly hem_m: number;
	/** off the hull at the top and below, metres */
	readonly topEase_m: number;
	readonly ease_m: number;
	/** how much the radius grows per metre of height; negative: drawn in */
	readonly flare: number;
	/** how deep folds are at the hem, metres, how many, and how they are turned */
	readonly fold_m: number;
	readonly folds: number;
	readonly phase: number;
}

const STEP_M = 0.012;
const RAYS = 180;
/** Outwards per height, where cloth is pushed out by what is further down. */
const STEEPEST = 0.35;
/** Cloth reaches its full ease this far below the upper edge. */
const RELAX_M = 0.12;

/**
 * Drapes cloth around points.
 *
 * @param points [n*3] posed vertices that are inside, metres
 * @param centre where the tube's axis runs: x, y
 */
export function hangCloth(points: Float64Array, centre: readonly [number, number], options: HangingOptions): Surface {
	const { top_m, hem_m, topEase_m, ease_m, flare, fold_m, folds, phase } = options;
	const levels = Math.max(3, Math.round((top_m - hem_m) / STEP_M));
	const radii: Float64Array[] = [];
	for (let level = 0; level <= levels; level++) {
		const below = ((top_m - hem_m) * level) / levels;
		const hull = hullRadii(points, centre, top_m - below);
		const relaxed = Math.min(1, below / RELAX_M);
		const ease = topEase_m + (ease_m - topEase_m) * relaxed;
		const profile = profileRadii(points, centre, top_m - below);
		const above = radii[level - 1];
		radii.push(
			hull.map((outer, ray) => {
				// Close to what is below at the upper edge, around its hull further down.
				const radius = outer * relaxed + (profile[ray] ?? outer) * (1 - relaxed);
				return Math.max(outer === 0 ? 0 : radius + ease, (above?.[ray] ?? 0) + (flare * (top_m - hem_m)) / levels);
			}),
		);
	}
	// No ledges: cloth that is pushed out further down goes there in a slope.
	const rise = (STEEPEST * (top_m - hem_m)) / levels;
	for (let level = levels - 1; level >= 0; level--) {
		const below = radii[level + 1];
		const relaxed = Math.min(1, ((top_m - hem_m) * level) / levels / RELAX_M);
		radii[level] = (radii[level] ?? below ?? new Float64Array(RAYS)).map((radius, ray) =>
			Math.max(radius, relaxed === 1 ? (below?.[ray] ?? 0) - rise : 0),
		);
	}
	const positions = new Float64Array(3 * RAYS * (levels + 1));
	const uvs = new Float32Array(2 * (RAYS + 1) * (levels + 1));
	for (let level = 0; level <= levels; level++) {
		const share = level / levels;
		const smooth = smoothRing(radii[level] ?? new Float64Array(RAYS));
		for (let ray = 0; ray <= RAYS; ray++) {
			const angle = (2 * Math.PI * ray) / RAYS;
			const fold = fold_m * share ** 1.5 * (0.5 + 0.5 * Math.sin(folds * angle + phase + 0.7 * Math.sin(2 * angle)));
			const radius = (smooth[ray % RAYS] ?? 0) + fold;
			const z = top_m - (top_m - hem_m) * share;
			if (ray < RAYS) {
				positions[3 * (level * RAYS + ray)] = centre[0] + radius * Math.cos(angle);
				positions[3 * (level * RAYS + ray) + 1] = centre[1] + radius * Math.sin(angle);
				positions[3 * (level * RAYS + ray) + 2] = z;
			}
			uvs[2 * (level * (RAYS + 1) + ray)] = ray / RAYS;
			uvs[2 * (level * (RAYS + 1) + ray) + 1] = z;
		}
	}
	const triangles: number[] = [];
	const triangleUvs: number[] = [];
	for (let level = 0; level < levels; level++) {
		for (let ray = 0; ray < RAYS; ray++) {
			const next = (ray + 1) % RAYS;
			const corners = [level * RAYS + ray, (level + 1) * RAYS + ray, (level + 1) * RAYS + next, level * RAYS + next];
			const [a, b] = [level * (RAYS + 1) + ray, (level + 1) * (RAYS + 1) + ray];
			const places = [a, b, b + 1, a + 1];
			for (const k of [0, 1, 2, 0, 2, 3]) {
				triangles.push(corners[k] ?? 0);
				triangleUvs.push(places[k] ?? 0);
			}
		}
	}
	return {
		positions,
		triangles: Uint32Array.from(triangles),
		triangleUvs: Uint32Array.from(triangleUvs),
		uvs,
	};
}

/** Distance from the centre to the convex hull of the points near a height, in each direction; 0 without points. */
function hullRadii(points: Float64Array, centre: readonly [number, number], z: number): Float64Array {
	const flat: number[] = [];
	for (let i = 0; i < points.length; i += 3) {
		if (Math.abs((points[i + 2] ?? 0) - z) < 1.2 * STEP_M)
			flat.push((points[i] ?? 0) - centre[0], (points[i + 1] ?? 0) - centre[1]);
	}
	const out = new Float64Array(RAYS);
	const count = flat.length / 2;
	if (count < 3) return out;
	const hull = new Uint32Array(count + 1);
	const size = convexHull2d(hull, Float64Array.from(flat), count);
	for (let k = 0; k < size; k++) {
		const [a, b] = [hull[k] ?? 0, hull[(k + 1) % size] ?? 0];
		const [ax, ay, bx, by] = [flat[2 * a] ?? 0, flat[2 * a + 1] ?? 0, flat[2 * b] ?? 0, flat[2 * b + 1] ?? 0];
		for (let ray = 0; ray < RAYS; ray++) {
			const [c, s] = [Math.cos((2 * Math.PI * ray) / RAYS), Math.sin((2 * Math.PI * ray) / RAYS)];
			const turn = (bx - ax) * s - (by - ay) * c;
			if (Math.abs(turn) < 1e-12) continue;
			const along = (ay * c - ax * s) / turn;
			if (along < -1e-9 || along > 1 + 1e-9) continue;
			const radius = (ax + along * (bx - ax)) * c + (ay + along * (by - ay)) * s;
			out[ray] = Math.max(out[ray] ?? 0, radius);
		}
	}
	return out;
}

/** Distance from the centre to the points themselves near a height, in each direction. */
function profileRadii(points: Float64Array, centre: readonly [number, number], z: number): Float64Array {
	const out = new Float64Array(RAYS);
	for (let i = 0; i < points.length; i += 3) {
		if (Math.abs((points[i + 2] ?? 0) - z) > 1.2 * STEP_M) continue;
		const [x, y] = [(points[i] ?? 0) - centre[0], (points[i + 1] ?? 0) - centre[1]];
		const middle = Math.round((Math.atan2(y, x) / (2 * Math.PI)) * RAYS);
		for (let k = -5; k <= 5; k++) {
			const ray = (middle + k + 2 * RAYS) % RAYS;
			out[ray] = Math.max(out[ray] ?? 0, Math.hypot(x, y));
		}
	}
	return smoothRing(out);
}

/** Corners of hulls are sharper than cloth. */
function smoothRing(ring: Float64Array): Float64Array {
	let values = ring;
	for (let round = 0; round < 4; round++) {
		values = values.map((value, i) =>
			Math.max(
				ring[i] ?? 0,
				0.5 * value + 0.25 * ((values[(i + 1) % RAYS] ?? 0) + (values[(i + RAYS - 1) % RAYS] ?? 0)),
			),
		);
	}
	return values;
}
