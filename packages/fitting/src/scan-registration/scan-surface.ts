import { createRandom } from "@anny-fitter/math";
import { computeBounds, computeSignedVolume, mergeVertices, sampleSurface } from "@anny-fitter/mesh";
import { type BodyPart, findBodyParts } from "./scan-parts.js";

/** A scan as it comes from a file: any unit, any orientation, any topology. */
export interface ScanMesh {
	/** [3v] */
	readonly vertices: Float64Array;
	/** [3t], empty for a cloud of points */
	readonly triangles: Uint32Array;
}

/** A part of a scan that may be a body, ready to be sampled; the file's unit and axes. */
export interface ScanSurface {
	readonly vertices: Float64Array;
	/** [3t] outward where `oriented`; triangles (i, i, i) for a cloud of points. */
	readonly triangles: Uint32Array;
	/** [3t] the scan's other parts but plates and walls. */
	readonly companions: Uint32Array;
	/** Whether the triangles agree about what is outside. */
	readonly oriented: boolean;
	/** The file had them inside out. */
	readonly inverted: boolean;
	readonly isPointCloud: boolean;
}

/** Fewer points than this say nothing about a body. */
export const FEWEST_POINTS = 200;
/** Of the mesh's size: vertices nearer than this are one. */
const WELD = 1e-6;
/** Larger meshes are thinned to cells of this share of their size (5 mm of a person). */
const LARGE_TRIANGLE_COUNT = 300_000;
const THINNING = 1 / 400;
/** A body's volume is 1 to 3 % of the cube over its diagonal; triangles that face anyhow enclose next to nothing. */
const LEAST_VOLUME_RATIO = 0.002;
const MOST_PARTS = 3;

/**
 * Welds, thins and takes apart a scan.
 *
 * @returns up to three parts that may be a body, largest first
 * @throws RangeError when there are too few points, or all in one place
 */
export function prepareScan({ vertices, triangles }: ScanMesh): ScanSurface[] {
	const pointCount = vertices.length / 3;
	if (pointCount < FEWEST_POINTS) {
		throw new RangeError(`${pointCount} points are too few; ${FEWEST_POINTS} are the least`);
	}
	const bounds = new Float64Array(6);
	computeBounds(bounds, vertices);
	const size = Math.max(bounds[3] - bounds[0], bounds[4] - bounds[1], bounds[5] - bounds[2]);
	if (!(size > 0 && Number.isFinite(size))) throw new RangeError("all points lie in one place");
	if (triangles.length === 0) return [preparePoints(vertices, size)];
	const cell = triangles.length / 3 > LARGE_TRIANGLE_COUNT ? size * THINNING : size * WELD;
	const merged = mergeVertices(vertices, triangles, cell);
	if (merged.triangles.length === 0) throw new RangeError("no triangle has an area");
	return findBodyParts(merged.vertices, merged.triangles)
		.slice(0, MOST_PARTS)
		.map((part) => orient(merged.vertices, part));
}

function preparePoints(vertices: Float64Array, size: number): ScanSurface {
	const thin = mergeVertices(vertices, new Uint32Array(0), size * THINNING);
	return {
		vertices: thin.vertices,
		triangles: Uint32Array.from(thin.vertices, (_, i) => (i / 3) | 0),
		companions: new Uint32Array(0),
		oriented: false,
		inverted: false,
		isPointCloud: true,
	};
}

function orient(vertices: Float64Array, { triangles, companions }: BodyPart): ScanSurface {
	const low = [1 / 0, 1 / 0, 1 / 0];
	const high = [-1 / 0, -1 / 0, -1 / 0];
	for (const v of triangles) {
		for (let a = 0; a < 3; a++) {
			low[a] = Math.min(low[a], vertices[3 * v + a]);
			high[a] = Math.max(high[a], vertices[3 * v + a]);
		}
	}
	const diagonal = Math.hypot(high[0] - low[0], high[1] - low[1], high[2] - low[2]);
	const centred = vertices.map((x, i) => x - (low[i % 3] + high[i % 3]) / 2);
	const volume = computeSignedVolume(centred, triangles) / diagonal ** 3;
	const oriented = Math.abs(volume) > LEAST_VOLUME_RATIO;
	const inverted = oriented && volume < 0;
	if (inverted) for (const list of [triangles, companions]) turnInsideOut(list);
	return {
		vertices,
		triangles,
		companions,
		oriented,
		inverted,
		isPointCloud: false,
	};
}

function turnInsideOut(triangles: Uint32Array): void {
	for (let i = 0; i < triangles.length; i += 3) {
		const first = triangles[i];
		triangles[i] = triangles[i + 1];
		triangles[i + 1] = first;
	}
}

/** Points spread over a part, with normals where it has any. The same ones every time. */
export function sampleScan(
	scan: ScanSurface,
	count: number,
): { readonly points: Float64Array; readonly normals: Float64Array } {
	const random = createRandom(count);
	if (!scan.isPointCloud) {
		const { points, normals } = sampleSurface(scan.vertices, scan.triangles, count, random);
		if (!scan.oriented) normals.fill(0);
		return { points, normals };
	}
	const points = new Float64Array(3 * count);
	const available = scan.vertices.length / 3;
	for (let i = 0; i < count; i++) {
		const v = 3 * Math.floor(((i + random.uniform()) / count) * available);
		for (let a = 0; a < 3; a++) points[3 * i + a] = scan.vertices[v + a];
	}
	return { points, normals: new Float64Array(3 * count) };
}
