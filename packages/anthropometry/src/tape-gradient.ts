import type { GradientBuilder } from "./surface-gradient.js";
import { addVertexGradient } from "./surface-gradient.js";
import { copyTapePath, type Tape, type TapePlane } from "./tape.js";
import { polylineGradient } from "./vector-gradient.js";

/**
 * Sine of the angle to the plane below which an edge counts as lying in it. There the cut follows the edge (the midline of a
 * symmetric back), so that where on it a point lies changes no length, and rounding would say otherwise.
 */
const FLATTEST_EDGE = 1e-9;

/** Where a plane cuts: a point of it and its unit normal, each `[3]`. */
type CuttingPlane = Pick<TapePlane, "origin" | "normal">;

/**
 * Pull back the length of the tape as it lies: to vertices, and to the plane in `gradient.plane`. A point moves with the
 * tape where it is a corner of the hull; its neighbours between corners do not matter.
 *
 * @param weight derivative of the value by the tape's length.
 */
export function pullTape(
	gradient: GradientBuilder,
	tape: Tape,
	vertices: Float64Array,
	plane: CuttingPlane,
	weight: number,
): void {
	const path = copyTapePath(tape);
	const byPoint = new Float64Array(path.length);
	polylineGradient(byPoint, path, true);
	clearPlaneGradient(gradient);
	for (let i = 0; i < tape.cornerCount; i++) {
		const x = weight * byPoint[3 * i];
		const y = weight * byPoint[3 * i + 1];
		const z = weight * byPoint[3 * i + 2];
		pullSlicePoint(gradient, tape, vertices, plane, tape.source[tape.corners[i]], x, y, z);
	}
}

/**
 * Pull back the distance along a direction between two points of the last slice, to vertices and `gradient.plane`.
 *
 * @param ends points of the slice: the one furthest back, the one furthest ahead.
 * @param direction `[3]`.
 */
export function pullExtent(
	gradient: GradientBuilder,
	tape: Tape,
	vertices: Float64Array,
	plane: CuttingPlane,
	ends: ArrayLike<number>,
	direction: ArrayLike<number>,
): void {
	clearPlaneGradient(gradient);
	for (let i = 0; i < 2; i++) {
		const weight = i === 0 ? -1 : 1;
		const [x, y, z] = [weight * direction[0], weight * direction[1], weight * direction[2]];
		pullSlicePoint(gradient, tape, vertices, plane, ends[i], x, y, z);
	}
}

/** Begin a new sum of derivatives by the plane. */
export function clearPlaneGradient(gradient: GradientBuilder): void {
	gradient.plane.byNormal.fill(0);
	gradient.plane.byOffset = 0;
}

/**
 * Pull back a point of the last slice: p = a + w (b − a) on the edge from a to b, with w from n·p = n·origin. With the
 * derivative g by p and s = g·(b − a) / n·(a − b): (1 − w) (g + s n) by a, w (g + s n) by b, s (p − origin) by n, −s by
 * the plane's offset. A point of an edge in the plane stays where it is on it: s = 0. What belongs to the plane is added to `gradient.plane`.
 *
 * @param point row of `tape.slice.points`. @param gx derivative of the value by the point. @param gy see gx. @param gz see
 * gx.
 */
export function pullSlicePoint(
	gradient: GradientBuilder,
	tape: Tape,
	vertices: Float64Array,
	{ origin, normal }: CuttingPlane,
	point: number,
	gx: number,
	gy: number,
	gz: number,
): void {
	const { slice, topology } = tape;
	const { byNormal } = gradient.plane;
	const edge = slice.pointEdges[point];
	const a = topology.edges[2 * edge];
	const b = topology.edges[2 * edge + 1];
	const w = slice.pointWeights[point];
	const x = vertices[3 * b] - vertices[3 * a];
	const y = vertices[3 * b + 1] - vertices[3 * a + 1];
	const z = vertices[3 * b + 2] - vertices[3 * a + 2];
	const rise = normal[0] * x + normal[1] * y + normal[2] * z;
	const isAcross = rise * rise > FLATTEST_EDGE * FLATTEST_EDGE * (x * x + y * y + z * z);
	const s = isAcross ? -(gx * x + gy * y + gz * z) / rise : 0;
	const hx = gx + s * normal[0];
	const hy = gy + s * normal[1];
	const hz = gz + s * normal[2];
	addVertexGradient(gradient, a, (1 - w) * hx, (1 - w) * hy, (1 - w) * hz);
	addVertexGradient(gradient, b, w * hx, w * hy, w * hz);
	for (let i = 0; i < 3; i++) byNormal[i] += s * (slice.points[3 * point + i] - origin[i]);
	gradient.plane.byOffset -= s;
}
