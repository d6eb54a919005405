import { type ClosestPoint, closestPoint, createClosestPoint, type TriangleTree } from "@anny-fitter/mesh";
import type { RegistrationTargets } from "../registration/engine.js";
import type { FitLevel, ScanFitter } from "./scan-fitter.js";

/** The scan as the solver sees it: metres, in the frame of the body. */
export interface ScanTarget {
	readonly tree: TriangleTree;
	/** [v] 1 for vertices of the tree where the scan ends: at holes */
	readonly border: Uint8Array;
	/** [3m] points spread over the scan, and their normals; 0,0,0 where unknown */
	readonly points: Float64Array;
	readonly normals: Float64Array;
	readonly oriented: boolean;
}

/** How pairs are made and weighted in one iteration. */
export interface MatchSettings {
	/** Distances beyond it count less and less (Geman–McClure), metres. */
	readonly reach_m: number;
	/** Standard deviation of what a vertex is off by, metres. */
	readonly sigma_m: number;
	/** Every how many of the scan's points are looked at. */
	readonly stride: number;
}

/** Targets of one level, and scratch. */
export interface Matches extends RegistrationTargets {
	readonly normals: Float64Array;
	readonly planeWeights: Float64Array;
	/** [n] sum of weighted ways along the normal */
	readonly ways: Float64Array;
	/** [3n] sum of weighted ways */
	readonly shifts: Float64Array;
	readonly found: ClosestPoint;
	readonly facing: Float64Array;
}

/** How badly body and scan agree: the mean cost of a pair, 0…1, seen from either. */
export interface MatchCost {
	/** What of the body has no scan near it: badly placed, or in a hole. */
	readonly body: number;
	/** What of the scan no body explains. */
	readonly scan: number;
}

/** How much a slide along the surface costs beside a distance across it. */
const TANGENTIAL = 0.03;
/** A corner of less weight than this does not count. */
const ON_EDGE = 1e-9;
/** A pair's normals agree within acos of this. */
const FACING_COSINE = 0.3;
/** Bodies are smooth: so many places on them are independent of one another. */
const INDEPENDENT_PLACES = 500;

export function createMatches({ sample }: FitLevel): Matches {
	const count = sample.vertices.length;
	return {
		positions: new Float64Array(3 * count),
		pointWeights: new Float64Array(count),
		normals: new Float64Array(3 * count),
		planeWeights: new Float64Array(count),
		ways: new Float64Array(count),
		shifts: new Float64Array(3 * count),
		found: createClosestPoint(),
		facing: new Float64Array(3),
	};
}

/**
 * Pairs the fitter's body with the scan from both sides. Every sampled vertex gets one target: the weighted mean of where
 * its own closest point is and where the scan's points around it want the surface, as a plane across the body's normal and
 * weakly as a point. Where the closest point is on the rim of a hole, the vertex lies in the hole, and the rim belongs to
 * others: such pairs do not pull (Turk & Levoy 1994, "Zippered polygon meshes from range images"). (Planes across one normal add up to one plane, so nothing is lost.)
 *
 * @returns mean costs of pairs, 0…1: a vertex's and a scan point's
 */
export function matchScan(
	out: Matches,
	fitter: ScanFitter,
	level: FitLevel,
	scan: ScanTarget,
	settings: MatchSettings,
): MatchCost {
	out.planeWeights.fill(0);
	out.ways.fill(0);
	out.shifts.fill(0);
	const forward = lookFromBody(out, fitter, level, scan, settings);
	const backward = lookFromScan(out, fitter, level, scan, settings);
	const { vertices } = level.sample;
	const scale = Math.min(1, INDEPENDENT_PLACES / vertices.length) / settings.sigma_m ** 2;
	for (let i = 0; i < vertices.length; i++) {
		const at = 3 * vertices[i];
		const weight = out.planeWeights[i];
		const across = weight > 0 ? out.ways[i] / weight : 0;
		for (let a = 0; a < 3; a++) {
			const n = fitter.normals[at + a];
			out.normals[3 * i + a] = n;
			out.positions[3 * i + a] = weight > 0 ? out.shifts[3 * i + a] / weight : 0;
		}
		const n = out.normals.subarray(3 * i, 3 * i + 3);
		const p = out.positions.subarray(3 * i, 3 * i + 3);
		// The mean way, with its part along the normal as the planes say.
		const along = p[0] * n[0] + p[1] * n[1] + p[2] * n[2];
		for (let a = 0; a < 3; a++) p[a] += (across - along) * n[a] + fitter.pose.vertices[at + a];
		out.planeWeights[i] = weight * scale;
		out.pointWeights[i] = TANGENTIAL * weight * scale;
	}
	return { body: forward, scan: backward };
}

function lookFromBody(
	out: Matches,
	fitter: ScanFitter,
	{ sample }: FitLevel,
	scan: ScanTarget,
	{ reach_m }: MatchSettings,
): number {
	const { found, facing } = out;
	let cost = 0;
	for (let i = 0; i < sample.vertices.length; i++) {
		const at = 3 * sample.vertices[i];
		const x = fitter.pose.vertices[at];
		const y = fitter.pose.vertices[at + 1];
		const z = fitter.pose.vertices[at + 2];
		for (let a = 0; a < 3; a++) facing[a] = fitter.normals[at + a];
		closestPoint(found, scan.tree, x, y, z, 2 * reach_m, scan.oriented ? facing : null, FACING_COSINE);
		const share = isOnBorder(found, scan) ? 0 : 1;
		cost += addPair(out, i, facing, found.point[0] - x, found.point[1] - y, found.point[2] - z, reach_m, share);
	}
	return cost / sample.vertices.length;
}

/** Whether a closest point is a vertex or on an edge where the scan ends. */
function isOnBorder({ triangle, weights }: ClosestPoint, { tree, border }: ScanTarget): boolean {
	if (triangle < 0) return false;
	let inside = 0;
	for (let k = 0; k < 3; k++) {
		if (weights[k] <= ON_EDGE) continue;
		if (border[tree.triangles[3 * triangle + k]] === 0) return false;
		inside++;
	}
	return inside < 3;
}

function lookFromScan(
	out: Matches,
	fitter: ScanFitter,
	{ sample }: FitLevel,
	scan: ScanTarget,
	{ reach_m, stride }: MatchSettings,
): number {
	const { found, facing } = out;
	const { tree } = fitter;
	const rows = Math.ceil(scan.points.length / (3 * stride));
	const share = sample.vertices.length / rows;
	let cost = 0;
	for (let at = 0; at < scan.points.length; at += 3 * stride) {
		const x = scan.points[at];
		const y = scan.points[at + 1];
		const z = scan.points[at + 2];
		for (let a = 0; a < 3; a++) facing[a] = scan.normals[at + a];
		closestPoint(found, tree, x, y, z, 2 * reach_m, scan.oriented ? facing : null, FACING_COSINE);
		if (found.triangle < 0) {
			cost++;
			continue;
		}
		let corner = 0;
		for (let k = 1; k < 3; k++) if (found.weights[k] > found.weights[corner]) corner = k;
		const i = sample.standIns[tree.triangles[3 * found.triangle + corner]];
		if (i < 0) continue;
		for (let a = 0; a < 3; a++) facing[a] = fitter.normals[3 * sample.vertices[i] + a];
		cost += addPair(out, i, facing, x - found.point[0], y - found.point[1], z - found.point[2], reach_m, share);
	}
	return cost / rows;
}

/** Adds a way that vertex i should go; returns the pair's cost in 0…1. */
function addPair(
	out: Matches,
	i: number,
	normal: Float64Array,
	ex: number,
	ey: number,
	ez: number,
	reach: number,
	share: number,
): number {
	if (out.found.triangle < 0) return 1;
	const ratio = (ex * ex + ey * ey + ez * ez) / (reach * reach);
	const weight = share / (1 + ratio) ** 2;
	out.planeWeights[i] += weight;
	out.ways[i] += weight * (normal[0] * ex + normal[1] * ey + normal[2] * ez);
	out.shifts[3 * i] += weight * ex;
	out.shifts[3 * i + 1] += weight * ey;
	out.shifts[3 * i + 2] += weight * ez;
	return ratio / (1 + ratio);
}
