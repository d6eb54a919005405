import { symmetricEigenvectors } from "@anny-fitter/math";
import { findComponents, mergeVertices } from "@anny-fitter/mesh";

/** A part of a mesh that may be a body, [3t] each. */
export interface BodyPart {
	readonly triangles: Uint32Array;
	readonly companions: Uint32Array;
}

/** Pieces with less than this share of the surface do not stand for a body on their own. */
const LARGE_SHARE = 0.05;
/** Of the mesh's size: loose triangles nearer than this belong together. */
const LOOSE_CELL = 1 / 40;
/** Smallest over largest standard deviation: a plate or wall stays below, a body is at 0.15 or more. */
const FLAT_RATIO = 0.08;
/** Pieces whose boxes, widened by this share of the larger one, meet belong together. */
const TOUCHING_MARGIN = 0.02;

interface Piece {
	readonly triangles: number[];
	area: number;
	readonly low: number[];
	readonly high: number[];
}

/**
 * The parts of a mesh that may be a body, largest first: connected pieces that touch are one part; plates and walls are
 * left out; a soup of loose triangles is held together by nearness.
 *
 * @param vertices [3v] welded
 * @param triangles [3t]
 * @returns triangle lists [3t'] into the same vertices, and for each what else there is but plates and walls: a hand that a
 * hole cut off may be among it
 */
export function findBodyParts(vertices: Float64Array, triangles: Uint32Array): BodyPart[] {
	const pieces = listPieces(vertices, triangles, findComponents(triangles, vertices.length / 3).labels);
	const total = pieces.reduce((sum, { area }) => sum + area, 0);
	const isLarge = (piece: Piece): boolean => piece.area >= LARGE_SHARE * total;
	const crumbs = joinCrumbs(
		vertices,
		triangles,
		pieces.filter((piece) => !isLarge(piece)),
	);
	const large = [...pieces.filter(isLarge), ...crumbs.filter(isLarge)].filter((p) => !isFlat(vertices, triangles, p));
	if (large.length === 0) return [{ triangles, companions: new Uint32Array(0) }];
	const bodies = joinTouching(large);
	for (const crumb of crumbs) {
		if (isLarge(crumb)) continue;
		const centre = [0, 1, 2].map((a) => (crumb.low[a] + crumb.high[a]) / 2);
		const owner = bodies.find(({ low, high }) => centre.every((c, a) => c > low[a] && c < high[a]));
		if (owner) for (const t of crumb.triangles) owner.triangles.push(t);
	}
	bodies.sort((a, b) => b.area - a.area);
	const taken = new Uint8Array(triangles.length / 3);
	for (const body of bodies) for (const t of body.triangles) taken[t] = 1;
	const loose = crumbs
		.filter((crumb) => !isLarge(crumb))
		.flatMap((crumb) => crumb.triangles.filter((t) => taken[t] === 0));
	return bodies.map((body) => ({
		triangles: cornersOf(triangles, body.triangles),
		companions: cornersOf(triangles, [...bodies.flatMap((other) => (other === body ? [] : other.triangles)), ...loose]),
	}));
}

function cornersOf(triangles: Uint32Array, list: readonly number[]): Uint32Array {
	const out = new Uint32Array(3 * list.length);
	for (const [row, t] of list.entries()) out.set(triangles.subarray(3 * t, 3 * t + 3), 3 * row);
	return out;
}

function listPieces(vertices: Float64Array, triangles: Uint32Array, labels: Uint32Array): Piece[] {
	const pieces: Piece[] = [];
	for (let t = 0; t < labels.length; t++) {
		pieces[labels[t]] ??= { triangles: [], area: 0, low: [1 / 0, 1 / 0, 1 / 0], high: [-1 / 0, -1 / 0, -1 / 0] };
		const piece = pieces[labels[t]];
		piece.triangles.push(t);
		piece.area += triangleArea(vertices, triangles, t);
		for (let k = 0; k < 3; k++) {
			for (let a = 0; a < 3; a++) {
				const value = vertices[3 * triangles[3 * t + k] + a];
				if (value < piece.low[a]) piece.low[a] = value;
				if (value > piece.high[a]) piece.high[a] = value;
			}
		}
	}
	return pieces;
}

function triangleArea(vertices: Float64Array, triangles: Uint32Array, t: number): number {
	const a = 3 * triangles[3 * t];
	const b = 3 * triangles[3 * t + 1];
	const c = 3 * triangles[3 * t + 2];
	const ux = vertices[b] - vertices[a];
	const uy = vertices[b + 1] - vertices[a + 1];
	const uz = vertices[b + 2] - vertices[a + 2];
	const vx = vertices[c] - vertices[a];
	const vy = vertices[c + 1] - vertices[a + 1];
	const vz = vertices[c + 2] - vertices[a + 2];
	return 0.5 * Math.hypot(uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx);
}

/** Small pieces that are near one another become one, by sharing cells of a grid. */
function joinCrumbs(vertices: Float64Array, triangles: Uint32Array, crumbs: readonly Piece[]): Piece[] {
	if (crumbs.length < 2) return [...crumbs];
	const extent = (a: number): number =>
		crumbs.reduce((m, c) => Math.max(m, c.high[a]), -1 / 0) - crumbs.reduce((m, c) => Math.min(m, c.low[a]), 1 / 0);
	const size = Math.max(extent(0), extent(1), extent(2));
	const corners = crumbs.flatMap((crumb) => crumb.triangles);
	const joined = cornersOf(triangles, corners);
	// Triangles within a cell collapse to a vertex; those across cells tie the cells together.
	const { mergedVertices } = mergeVertices(vertices, joined, size * LOOSE_CELL);
	const cells = joined.map((v) => mergedVertices[v]);
	const { labels } = findComponents(cells, vertices.length / 3);
	return listPieces(vertices, joined, labels).map((piece) => ({
		...piece,
		triangles: piece.triangles.map((t) => corners[t]),
	}));
}

function isFlat(vertices: Float64Array, triangles: Uint32Array, piece: Piece): boolean {
	const mean = [0, 0, 0];
	const second = new Float64Array(9);
	for (const t of piece.triangles) {
		const weight = triangleArea(vertices, triangles, t) / piece.area;
		const centre = [0, 1, 2].map((a) => {
			let sum = 0;
			for (let k = 0; k < 3; k++) sum += vertices[3 * triangles[3 * t + k] + a] / 3;
			return sum;
		});
		for (let a = 0; a < 3; a++) {
			mean[a] += weight * centre[a];
			for (let b = 0; b < 3; b++) second[3 * a + b] += weight * centre[a] * centre[b];
		}
	}
	for (let a = 0; a < 3; a++) for (let b = 0; b < 3; b++) second[3 * a + b] -= mean[a] * mean[b];
	const values = new Float64Array(3);
	symmetricEigenvectors(new Float64Array(9), values, second);
	return values[2] < FLAT_RATIO * FLAT_RATIO * values[0];
}

function joinTouching(pieces: readonly Piece[]): Piece[] {
	const groups: Piece[] = [];
	for (const piece of [...pieces].sort((a, b) => b.area - a.area)) {
		const group: Piece = {
			triangles: [...piece.triangles],
			area: piece.area,
			low: [...piece.low],
			high: [...piece.high],
		};
		for (let g = groups.length - 1; g >= 0; g--) {
			const other = groups[g];
			const extent = Math.max(
				...[0, 1, 2].map((a) => Math.max(other.high[a] - other.low[a], group.high[a] - group.low[a])),
			);
			const margin = TOUCHING_MARGIN * extent;
			if ([0, 1, 2].some((a) => group.low[a] > other.high[a] + margin || group.high[a] < other.low[a] - margin))
				continue;
			for (const t of other.triangles) group.triangles.push(t);
			group.area += other.area;
			for (let a = 0; a < 3; a++) {
				group.low[a] = Math.min(group.low[a], other.low[a]);
				group.high[a] = Math.max(group.high[a], other.high[a]);
			}
			groups.splice(g, 1);
		}
		groups.push(group);
	}
	return groups;
}
