import { alignDepth, correlationOf, medianAndSpread, photoPixelOf } from "./depth-cue.js";
import type { SeenBody } from "./fitted-view.js";
import { type PhotoObservation, REGION } from "./observation.js";
import type { PhotoFitter } from "./photo-fitter.js";
import { type SurfaceInfluences, type SurfacePoint, skinSurface } from "./surface-point.js";

/** A surface point whose distance along the camera's axis a depth map tells. */
export interface DepthPoint extends SurfacePoint {
	readonly target_m: number;
}

/** What a photo's depth map says of the body, to be met up to the map's unknown scale and shift. */
export interface DepthTerms extends SurfaceInfluences {
	readonly points: readonly DepthPoint[];
	/** standard deviation of a point, metres */
	readonly sigma_m: number;
	/** so that a map's thousands of correlated cells count as a few */
	readonly weight: number;
	/** [points*2] orthonormal columns: what scale and shift of the map make of depths */
	readonly nuisance: Float64Array;
}

/** Points asked, at most. */
const MOST_POINTS = 160;
const FEWEST_POINTS = 20;
/** A depth map's correlated points count as this many independent ones. */
const EFFECTIVE_POINTS = 25;
/** Networks tell the relief of a body to about two centimetres at best. */
const LEAST_SIGMA_M = 0.02;
/** A map that follows the fitted body less than this shows something else. */
const LEAST_CORRELATION = 0.5;
/** Cells farther off than so many standard deviations show something else. */
const FARTHEST = 3;

/**
 * Visible points of trunk and limbs with the depth that the photo's map has there, brought to the fitted body's scale.
 * `surface` holds model vertices until the problem is built.
 *
 * @returns null without a map, and where it does not follow the body
 */
export function findDepthTerms(fitter: PhotoFitter, seen: SeenBody, observed: PhotoObservation): DepthTerms | null {
	const { inverseDepth, mask, regions, width_px, height_px } = observed;
	if (!inverseDepth) return null;
	const { cameraVertices, focal_px } = seen;
	const { triangles } = fitter.model;
	const input = { cameraVertices, triangles, width_px, height_px, focal_px, inverseDepth, mask };
	const aligned = alignDepth(input);
	if (aligned === null || correlationOf(aligned.nearness, aligned.map) < LEAST_CORRELATION) return null;
	const sigma_m = Math.max(LEAST_SIGMA_M, medianAndSpread(aligned.offsets_m).spread);
	const offsetOf = new Map<number, number>();
	aligned.cells.forEach((cell, i) => {
		const vertex = triangles[3 * aligned.triangles[i]];
		const offset = aligned.offsets_m[i];
		if (fitter.skin.parts[vertex] < 0 || Math.abs(offset) > FARTHEST * sigma_m) return;
		if (regions?.[photoPixelOf(input, cell)] !== REGION.hair) offsetOf.set(vertex, offset);
	});
	if (offsetOf.size < FEWEST_POINTS) return null;
	const stride = Math.ceil(offsetOf.size / MOST_POINTS);
	const chosen = [...offsetOf].filter((_, i) => i % stride === 0);
	const { points, joints, weights } = skinSurface(
		fitter.skin,
		chosen.map(([vertex]) => vertex),
	);
	const targets = chosen.map(([vertex, offset]) => cameraVertices[3 * vertex + 2] + offset);
	return {
		points: points.map((point, i) => ({ ...point, target_m: targets[i] })),
		joints,
		weights,
		sigma_m,
		weight: EFFECTIVE_POINTS / points.length,
		nuisance: affineColumns(targets),
	};
}

/**
 * Orthonormal columns that span 1 and depth, row by row [n*2]. A small change of a map's scale moves depths by z, one of its
 * shift by z²; over the little depth of a body both are a constant and a slope.
 */
function affineColumns(depths_m: readonly number[]): Float64Array {
	const n = depths_m.length;
	const middle = depths_m.reduce((a, b) => a + b, 0) / n;
	const length = Math.hypot(...depths_m.map((z) => z - middle));
	const out = new Float64Array(2 * n);
	depths_m.forEach((z, i) => {
		out[2 * i] = 1 / Math.sqrt(n);
		out[2 * i + 1] = length > 0 ? (z - middle) / length : 0;
	});
	return out;
}

/**
 * Takes out of rows what the columns of `nuisance` can explain: y − Q Qᵀ y, in place, for each of `width` columns.
 *
 * @param rows [n*width]
 * @param nuisance [n*2] orthonormal columns
 */
export function projectOut(rows: Float64Array, width: number, nuisance: Float64Array): void {
	const n = nuisance.length / 2;
	for (let k = 0; k < width; k++) {
		let a = 0;
		let b = 0;
		for (let i = 0; i < n; i++) {
			a += nuisance[2 * i] * rows[i * width + k];
			b += nuisance[2 * i + 1] * rows[i * width + k];
		}
		for (let i = 0; i < n; i++) rows[i * width + k] -= nuisance[2 * i] * a + nuisance[2 * i + 1] * b;
	}
}
