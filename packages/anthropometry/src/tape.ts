import {
	convexHull2d,
	createHullWorkspace,
	createPlaneSlice,
	type HullWorkspace,
	type MeshTopology,
	type PlaneSlice,
	polygonPerimeter2d,
	type SliceRegion,
	slicePlane,
} from "@anny-fitter/mesh";

/** A tape pulled taut around the body in a plane: the convex hull of the curves in which the plane cuts the mesh. */
export interface Tape {
	readonly topology: MeshTopology;
	readonly slice: PlaneSlice;
	/** `[2n]` curve points in coordinates of the plane. */
	readonly flat: Float64Array;
	/** Slice point behind each row of {@link flat}. */
	readonly source: Uint32Array;
	readonly hull: HullWorkspace;
	/** Rows of {@link flat} the tape touches, in order around. */
	readonly corners: Uint32Array;
	cornerCount: number;
	/** Length of the last tape in metres. */
	length: number;
}

/** A plane as point and unit normal, and the part of the mesh it may cut. */
export interface TapePlane {
	readonly region: SliceRegion;
	/** `[3]` point of the plane; with `curves: "around"` the point the tape must enclose. */
	readonly origin: Float64Array;
	/** `[3]` unit normal. */
	readonly normal: Float64Array;
	/**
	 * `all`: the tape encloses every curve. `around`: only the curve around the origin, so that it ignores the other
	 * leg or the tip of a hanging breast; curves that end at the border of the region always count. If no curve runs
	 * around the origin (a joint may lie outside a distorted limb), the curve nearest to it counts.
	 */
	readonly curves: "all" | "around";
}

/** Memory for tapes on meshes of one topology. */
export function createTape(topology: MeshTopology): Tape {
	const slice = createPlaneSlice(topology);
	const capacity = slice.pointEdges.length;
	return {
		topology,
		slice,
		flat: new Float64Array(2 * capacity),
		source: new Uint32Array(capacity),
		hull: createHullWorkspace(capacity),
		corners: new Uint32Array(capacity + 1),
		cornerCount: 0,
		length: 0,
	};
}

/**
 * Lay the tape and measure it.
 *
 * @param tape overwritten; afterwards holds corners and length.
 * @param vertices `[3v]` positions in metres.
 * @returns the length in metres; 0 if the plane misses the chosen part.
 */
export function layTape(tape: Tape, vertices: Float64Array, plane: TapePlane): number {
	const { slice, flat, source } = tape;
	const { origin, normal } = plane;
	const nx = normal[0];
	const ny = normal[1];
	const nz = normal[2];
	const offset = nx * origin[0] + ny * origin[1] + nz * origin[2];
	slicePlane(slice, tape.topology, vertices, nx, ny, nz, offset, plane.region);
	// Axes of the plane: u = y × n or x × n, whichever is longer, and v = n × u.
	let ux = nz;
	let uy = 0;
	let uz = -nx;
	if (Math.abs(ny) > 0.9) {
		ux = 0;
		uy = -nz;
		uz = ny;
	}
	const scale = 1 / Math.sqrt(ux * ux + uy * uy + uz * uz);
	ux *= scale;
	uy *= scale;
	uz *= scale;
	const vx = ny * uz - nz * uy;
	const vy = nz * ux - nx * uz;
	const vz = nx * uy - ny * ux;
	let count = 0;
	let nearest = -1;
	let nearestDistance = Number.POSITIVE_INFINITY;
	for (let c = 0; c < slice.curveCount; c++) {
		const start = count;
		for (let p = slice.curveOffsets[c]; p < slice.curveOffsets[c + 1]; p++) {
			projectPoint(flat, count, slice.points, p, origin, ux, uy, uz, vx, vy, vz);
			source[count++] = p;
		}
		if (plane.curves === "around" && slice.curveClosed[c] === 1 && !enclosesOrigin(flat, start, count)) {
			let x = 0;
			let y = 0;
			for (let i = start; i < count; i++) {
				x += flat[2 * i];
				y += flat[2 * i + 1];
			}
			const distance = (x * x + y * y) / ((count - start) * (count - start));
			if (distance < nearestDistance) {
				nearestDistance = distance;
				nearest = c;
			}
			count = start;
		}
	}
	if (count === 0 && nearest >= 0) {
		count = slice.curveOffsets[nearest + 1] - slice.curveOffsets[nearest];
		for (let i = 0; i < count; i++) {
			const p = slice.curveOffsets[nearest] + i;
			projectPoint(flat, i, slice.points, p, origin, ux, uy, uz, vx, vy, vz);
			source[i] = p;
		}
	}
	tape.cornerCount = convexHull2d(tape.corners, flat, count, tape.hull);
	tape.length = polygonPerimeter2d(flat, tape.corners, tape.cornerCount);
	return tape.length;
}

function projectPoint(
	flat: Float64Array,
	row: number,
	points: Float64Array,
	p: number,
	origin: Float64Array,
	ux: number,
	uy: number,
	uz: number,
	vx: number,
	vy: number,
	vz: number,
): void {
	const x = points[3 * p] - origin[0];
	const y = points[3 * p + 1] - origin[1];
	const z = points[3 * p + 2] - origin[2];
	flat[2 * row] = ux * x + uy * y + uz * z;
	flat[2 * row + 1] = vx * x + vy * y + vz * z;
}

/** Corners of the last tape in space, `[3k]`, in order around; the last joins the first. */
export function copyTapePath(tape: Tape): Float64Array {
	const path = new Float64Array(3 * tape.cornerCount);
	for (let i = 0; i < tape.cornerCount; i++) {
		const p = 3 * tape.source[tape.corners[i]];
		path[3 * i] = tape.slice.points[p];
		path[3 * i + 1] = tape.slice.points[p + 1];
		path[3 * i + 2] = tape.slice.points[p + 2];
	}
	return path;
}

/**
 * Ends of the last tape along a direction.
 *
 * @param out `[2]` rows of `tape.slice.points`: the one furthest back along the direction, then the one furthest ahead.
 * @returns distance between them along the direction.
 */
export function tapeExtent(out: Uint32Array, tape: Tape, dx: number, dy: number, dz: number): number {
	let low = Number.POSITIVE_INFINITY;
	let high = Number.NEGATIVE_INFINITY;
	const { points } = tape.slice;
	for (let i = 0; i < tape.cornerCount; i++) {
		const p = tape.source[tape.corners[i]];
		const along = dx * points[3 * p] + dy * points[3 * p + 1] + dz * points[3 * p + 2];
		if (along < low) {
			low = along;
			out[0] = p;
		}
		if (along > high) {
			high = along;
			out[1] = p;
		}
	}
	return high - low;
}

/** Whether the polygon of rows `start`…`end` has (0, 0) inside: crossings of the positive x axis. */
function enclosesOrigin(flat: Float64Array, start: number, end: number): boolean {
	let isInside = false;
	for (let i = start, j = end - 1; i < end; j = i++) {
		const yi = flat[2 * i + 1];
		const yj = flat[2 * j + 1];
		if (yi > 0 === yj > 0) continue;
		const x = flat[2 * i] - (yi * (flat[2 * j] - flat[2 * i])) / (yj - yi);
		if (x > 0) isInside = !isInside;
	}
	return isInside;
}
