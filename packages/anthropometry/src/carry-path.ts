import { closestOnTriangle } from "@anny-fitter/mesh";
import type { MeasurableModel } from "./model.js";

/** A posed body, from `PoseState` of the body model. Metres. */
export interface PosedSurface {
	/** `[3 * vertexCount]` */
	readonly posedVertices: Float64Array;
	/** `[12 * bones]` row-major 3×4, posed from rest. */
	readonly boneTransforms: Float64Array;
}

/** Carries paths from resting bodies of one model to posed ones. Not for concurrent use. */
export interface PathCarrier {
	readonly model: MeasurableModel;
	/** Triangles at vertex v: `corners[cornerOffsets[v] … cornerOffsets[v + 1])`. */
	readonly cornerOffsets: Uint32Array;
	readonly corners: Uint32Array;
	/** Vertices by grid cell of the body taken up. */
	readonly cells: Map<number, number[]>;
	/** The closest point found last: its triangle's corners and their weights. */
	readonly triangle: Uint32Array;
	readonly weights: Float64Array;
	/** Weights of the triangle under test. */
	readonly candidate: Float64Array;
	rest: Float64Array;
}

/** Edge of a grid cell, about two of the body's longer edges. */
const CELL_M = 0.04;
/** Cells per axis that a key can tell apart. */
const CELL_COUNT = 1024;

/** Prepare carrying on a body model. */
export function createPathCarrier(model: MeasurableModel): PathCarrier {
	const { triangles, vertexCount } = model;
	const cornerOffsets = new Uint32Array(vertexCount + 1);
	for (const vertex of triangles) cornerOffsets[vertex + 1]++;
	for (let v = 0; v < vertexCount; v++) cornerOffsets[v + 1] += cornerOffsets[v];
	const next = cornerOffsets.slice(0, vertexCount);
	const corners = new Uint32Array(triangles.length);
	for (let i = 0; i < triangles.length; i++) corners[next[triangles[i]]++] = Math.floor(i / 3);
	return {
		model,
		cornerOffsets,
		corners,
		cells: new Map(),
		triangle: new Uint32Array(3),
		weights: new Float64Array(3),
		candidate: new Float64Array(3),
		rest: new Float64Array(0),
	};
}

/**
 * Take up a resting body: paths on it can be carried.
 *
 * @throws RangeError for a body of another model
 */
export function takeUpSurface(carrier: PathCarrier, restVertices: Float64Array): void {
	if (restVertices.length !== 3 * carrier.model.vertexCount) {
		throw new RangeError(`the body has ${restVertices.length / 3} vertices, the model ${carrier.model.vertexCount}`);
	}
	carrier.rest = restVertices;
	carrier.cells.clear();
	for (let v = 0; v < restVertices.length; v += 3) {
		const key = cellKey(cell(restVertices[v]), cell(restVertices[v + 1]), cell(restVertices[v + 2]));
		const there = carrier.cells.get(key);
		if (there) there.push(v / 3);
		else carrier.cells.set(key, [v / 3]);
	}
}

/**
 * Carries a path of the resting body along to the posed one. A point follows the closest triangle about the vertex that is
 * nearest to it: where the surface goes by linear interpolation, with the way from the surface to the point turned as the
 * bones turn there. A point on the mesh stays on the mesh.
 *
 * @param out `[3k]`, may be `path`
 * @param path `[3k]` on the body that the carrier has taken up
 * @throws RangeError before a body was taken up, and for a path that is not finite
 */
export function carryPath(
	out: Float64Array | Float32Array,
	carrier: PathCarrier,
	{ posedVertices, boneTransforms }: PosedSurface,
	path: Float64Array,
): void {
	const { rest, triangle, weights, model } = carrier;
	const { skinOffsets, skinBones, skinWeights } = model;
	if (rest.length === 0) throw new RangeError("no resting body was taken up");
	if (!path.every(Number.isFinite)) throw new RangeError("the path is not finite");
	for (let at = 0; at < path.length; at += 3) {
		findTriangle(carrier, path[at], path[at + 1], path[at + 2]);
		let px = 0;
		let py = 0;
		let pz = 0;
		let dx = path[at];
		let dy = path[at + 1];
		let dz = path[at + 2];
		for (let corner = 0; corner < 3; corner++) {
			const v = 3 * triangle[corner];
			const w = weights[corner];
			px += w * posedVertices[v];
			py += w * posedVertices[v + 1];
			pz += w * posedVertices[v + 2];
			dx -= w * rest[v];
			dy -= w * rest[v + 1];
			dz -= w * rest[v + 2];
		}
		for (let corner = 0; corner < 3; corner++) {
			const v = triangle[corner];
			for (let entry = skinOffsets[v]; entry < skinOffsets[v + 1]; entry++) {
				const w = weights[corner] * skinWeights[entry];
				const m = 12 * skinBones[entry];
				px += w * (boneTransforms[m] * dx + boneTransforms[m + 1] * dy + boneTransforms[m + 2] * dz);
				py += w * (boneTransforms[m + 4] * dx + boneTransforms[m + 5] * dy + boneTransforms[m + 6] * dz);
				pz += w * (boneTransforms[m + 8] * dx + boneTransforms[m + 9] * dy + boneTransforms[m + 10] * dz);
			}
		}
		out[at] = px;
		out[at + 1] = py;
		out[at + 2] = pz;
	}
}

/** Closest point among the triangles about the nearest vertex: its corners and weights, in the carrier. */
function findTriangle(carrier: PathCarrier, x: number, y: number, z: number): void {
	const { cornerOffsets, corners, triangle, weights, candidate, model } = carrier;
	const nearest = nearestVertex(carrier, x, y, z);
	let best = Number.POSITIVE_INFINITY;
	for (let i = cornerOffsets[nearest]; i < cornerOffsets[nearest + 1]; i++) {
		const t = 3 * corners[i];
		const [a, b, c] = [model.triangles[t], model.triangles[t + 1], model.triangles[t + 2]];
		const distance = closestOnTriangle(candidate, carrier.rest, a, b, c, x, y, z);
		if (distance >= best) continue;
		best = distance;
		triangle[0] = a;
		triangle[1] = b;
		triangle[2] = c;
		weights.set(candidate);
	}
	if (best < Number.POSITIVE_INFINITY) return;
	triangle.fill(nearest);
	weights.set([1, 0, 0]);
}

function cell(coordinate: number): number {
	return Math.floor(coordinate / CELL_M) + CELL_COUNT / 2;
}

function cellKey(i: number, j: number, k: number): number {
	return (i * CELL_COUNT + j) * CELL_COUNT + k;
}

/** Nearest vertex of the resting body: shells of cells, until no cell further out can hold a nearer one. */
function nearestVertex({ cells, rest }: PathCarrier, x: number, y: number, z: number): number {
	const [ci, cj, ck] = [cell(x), cell(y), cell(z)];
	let best = 0;
	let bestSquared = Number.POSITIVE_INFINITY;
	for (let shell = 0; shell < CELL_COUNT; shell++) {
		const reach = (shell - 1) * CELL_M;
		if (shell > 0 && reach * reach > bestSquared) break;
		for (let i = -shell; i <= shell; i++) {
			for (let j = -shell; j <= shell; j++) {
				const isSide = Math.abs(i) === shell || Math.abs(j) === shell;
				for (let k = -shell; k <= shell; k += isSide || shell === 0 ? 1 : 2 * shell) {
					for (const v of cells.get(cellKey(ci + i, cj + j, ck + k)) ?? []) {
						const squared = (rest[3 * v] - x) ** 2 + (rest[3 * v + 1] - y) ** 2 + (rest[3 * v + 2] - z) ** 2;
						if (squared >= bestSquared) continue;
						bestSquared = squared;
						best = v;
					}
				}
			}
		}
	}
	return best;
}
