import { choleskyFactor, choleskySolve, multiplyRotations, rotationFromVector } from "@anny-fitter/math";
import { closestPoint, createClosestPoint } from "@anny-fitter/mesh";
import type { PointSet } from "./point-set.js";

/** A similarity: p' = scale · R p + translation. */
export interface Similarity {
	/** [9] row-major */
	readonly rotation: Float64Array;
	/** [3] */
	readonly translation: Float64Array;
	scale: number;
}

/** How closely two point sets are to be compared. */
export interface AlignmentSettings {
	readonly iterations: number;
	/** Every how many points of either set are looked at. */
	readonly stride: number;
	/** Distances beyond these count less and less, in the first and the last iteration; unit of the target. */
	readonly firstReach: number;
	readonly lastReach: number;
}

/** Weight of the distance along the surface beside that across it: slides are cheap, but not free. */
const TANGENTIAL = 0.15;
/** Centre x, y, z, rotation about x, y, z, logarithm of the scale. */
const UNKNOWNS = 7;
const found = createClosestPoint();
const normalMatrix = new Float64Array(UNKNOWNS * UNKNOWNS);
const step = new Float64Array(UNKNOWNS);
/** Derivatives of a moved point: the identity for the shift; the rest is written for every pair. */
const jacobian = Float64Array.from({ length: 3 * UNKNOWNS }, (_, i) => (i % (UNKNOWNS + 1) === 0 ? 1 : 0));
const across = new Float64Array(UNKNOWNS);
const turn = new Float64Array(9);

/**
 * Brings one point set onto another by robust ICP (Besl and McKay 1992; point to plane after Chen and Medioni 1991), looking
 * from both sides, with a free scale.
 *
 * @param similarity where to start; receives the result, target from source
 * @returns mean cost in 0…1: 0 where everything lies on everything, 1 where nothing is within reach
 */
export function alignPointSets(
	similarity: Similarity,
	source: PointSet,
	target: PointSet,
	settings: AlignmentSettings,
): number {
	const { iterations, firstReach, lastReach, stride } = settings;
	for (let i = 0; i < iterations; i++) {
		const share = iterations === 1 ? 1 : i / (iterations - 1);
		lookBothWays(similarity, source, target, stride, firstReach * (lastReach / firstReach) ** share);
		for (let k = 0; k < UNKNOWNS; k++) normalMatrix[k * UNKNOWNS + k] *= 1.001;
		if (!choleskyFactor(normalMatrix, UNKNOWNS)) break;
		choleskySolve(normalMatrix, UNKNOWNS, step);
		for (let a = 0; a < 3; a++) similarity.translation[a] += step[a];
		rotationFromVector(turn, step, 3);
		multiplyRotations(similarity.rotation, turn, similarity.rotation.slice());
		similarity.scale *= Math.exp(Math.min(0.2, Math.max(-0.2, step[6])));
	}
	return lookBothWays(similarity, source, target, stride, lastReach);
}

/** Sums up the normal equations over both directions; returns the mean cost. */
function lookBothWays(
	similarity: Similarity,
	source: PointSet,
	target: PointSet,
	stride: number,
	reach: number,
): number {
	const { rotation: r, translation: t, scale } = similarity;
	normalMatrix.fill(0);
	step.fill(0);
	let forward = 0;
	let forwardCount = 0;
	for (let i = 0; i < source.points.length; i += 3 * stride) {
		const x = source.points[i];
		const y = source.points[i + 1];
		const z = source.points[i + 2];
		const px = scale * (r[0] * x + r[1] * y + r[2] * z) + t[0];
		const py = scale * (r[3] * x + r[4] * y + r[5] * z) + t[1];
		const pz = scale * (r[6] * x + r[7] * y + r[8] * z) + t[2];
		closestPoint(found, target.tree, px, py, pz, 2 * reach);
		forward += found.triangle < 0 ? 1 : addPair(similarity, source, i, target, 3 * found.triangle, reach);
		forwardCount++;
	}
	let backward = 0;
	let backwardCount = 0;
	for (let i = 0; i < target.points.length; i += 3 * stride) {
		const dx = (target.points[i] - t[0]) / scale;
		const dy = (target.points[i + 1] - t[1]) / scale;
		const dz = (target.points[i + 2] - t[2]) / scale;
		const x = r[0] * dx + r[3] * dy + r[6] * dz;
		const y = r[1] * dx + r[4] * dy + r[7] * dz;
		const z = r[2] * dx + r[5] * dy + r[8] * dz;
		closestPoint(found, source.tree, x, y, z, (2 * reach) / scale);
		backward += found.triangle < 0 ? 1 : addPair(similarity, source, 3 * found.triangle, target, i, reach);
		backwardCount++;
	}
	return 0.5 * (forward / forwardCount + backward / backwardCount);
}

/** Adds source point i against target point j; returns the pair's cost in 0…1. */
function addPair(
	similarity: Similarity,
	source: PointSet,
	i: number,
	target: PointSet,
	j: number,
	reach: number,
): number {
	const { rotation: r, translation: t, scale } = similarity;
	const sx = source.points[i];
	const sy = source.points[i + 1];
	const sz = source.points[i + 2];
	const mx = source.normals[i];
	const my = source.normals[i + 1];
	const mz = source.normals[i + 2];
	const nx = r[0] * mx + r[1] * my + r[2] * mz;
	const ny = r[3] * mx + r[4] * my + r[5] * mz;
	const nz = r[6] * mx + r[7] * my + r[8] * mz;
	const facing = nx * target.normals[j] + ny * target.normals[j + 1] + nz * target.normals[j + 2];
	if (facing < 0) return 1;
	const x = scale * (r[0] * sx + r[1] * sy + r[2] * sz);
	const y = scale * (r[3] * sx + r[4] * sy + r[5] * sz);
	const z = scale * (r[6] * sx + r[7] * sy + r[8] * sz);
	const ex = target.points[j] - x - t[0];
	const ey = target.points[j + 1] - y - t[1];
	const ez = target.points[j + 2] - z - t[2];
	const ratio = (ex * ex + ey * ey + ez * ez) / (reach * reach);
	const weight = 1 / (1 + ratio) ** 2;
	// Rows: x, y, z of the moved point; columns: shift, turn about the origin, growth.
	jacobian[4] = z;
	jacobian[5] = -y;
	jacobian[6] = x;
	jacobian[UNKNOWNS + 3] = -z;
	jacobian[UNKNOWNS + 5] = x;
	jacobian[UNKNOWNS + 6] = y;
	jacobian[2 * UNKNOWNS + 3] = y;
	jacobian[2 * UNKNOWNS + 4] = -x;
	jacobian[2 * UNKNOWNS + 6] = z;
	const e = nx * ex + ny * ey + nz * ez;
	for (let k = 0; k < UNKNOWNS; k++) {
		const a = jacobian[k];
		const b = jacobian[UNKNOWNS + k];
		const c = jacobian[2 * UNKNOWNS + k];
		across[k] = nx * a + ny * b + nz * c;
		step[k] += weight * (across[k] * e + TANGENTIAL * (a * ex + b * ey + c * ez));
		for (let l = 0; l <= k; l++) {
			const along = a * jacobian[l] + b * jacobian[UNKNOWNS + l] + c * jacobian[2 * UNKNOWNS + l];
			normalMatrix[k * UNKNOWNS + l] += weight * (across[k] * across[l] + TANGENTIAL * along);
		}
	}
	return ratio / (1 + ratio);
}
