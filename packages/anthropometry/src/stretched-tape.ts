import { convexHull2d, type SliceRegion, slicePlane } from "@anny-fitter/mesh";
import type { BodyPoint } from "./body-point.js";
import type { Measurer } from "./measurer.js";
import type { GradientBuilder } from "./surface-gradient.js";
import { clearPlaneGradient, pullSlicePoint } from "./tape-gradient.js";
import { crossProduct, polylineGradient, pullUnitVector } from "./vector-gradient.js";

/** A tape held at two points of the body and pulled taut over what lies between them. */
export interface StretchedTape {
	/** What the tape can lie on. */
	readonly region: SliceRegion;
	readonly from: BodyPoint;
	readonly to: BodyPoint;
	/** Point under the tape: the tape runs in the plane through it and the two ends, on the ends' other side. */
	readonly beneath: BodyPoint;
}

/** What laying a tape needs of a measurer. */
type TapeUser = Pick<Measurer, "tape" | "vertices" | "gradient">;

/** The plane of a stretched tape and the directions in it. */
interface StretchFrame {
	/** `[3]` from end to end. */
	readonly chord: Float64Array;
	/** `[3]` from the point beneath to the middle of the ends. */
	readonly lift: Float64Array;
	/** `[3]` unit normal of the plane: chord × lift, scaled. */
	readonly normal: Float64Array;
	/** |chord × lift| */
	readonly area: number;
}

/**
 * Lay a stretched tape: the hull of the curve in which the plane cuts the region, from one end to the other. Leaves the
 * derivatives of its length in `measurer.gradient`, if there is one.
 *
 * @returns `[3k]` the tape from `from` to `to`, both included; straight where nothing lies in between.
 * @throws RangeError if the three points lie on a line.
 */
export function stretchTape(measurer: TapeUser, stretch: StretchedTape): Float64Array {
	const { tape, vertices, gradient } = measurer;
	const from = stretch.from.position;
	const to = stretch.to.position;
	const frame = stretchFrame(stretch);
	const { chord, normal } = frame;
	const length = Math.sqrt(dot(chord, chord));
	// normal × chord points from the chord outwards; its length is that of the chord.
	const outward = crossProduct(normal, chord);
	slicePlane(tape.slice, tape.topology, vertices, normal[0], normal[1], normal[2], dot(normal, from), stretch.region);
	// Rows of `flat`: way from end to end, height over the straight line. Only what lies between the ends can lift the tape.
	const { flat, source } = tape;
	const { points, pointCount } = tape.slice;
	let count = 0;
	for (let p = 0; p < pointCount; p++) {
		const x = points[3 * p] - from[0];
		const y = points[3 * p + 1] - from[1];
		const z = points[3 * p + 2] - from[2];
		const along = (x * chord[0] + y * chord[1] + z * chord[2]) / length;
		const height = (x * outward[0] + y * outward[1] + z * outward[2]) / length;
		if (along <= 0 || along >= length || height <= 0) continue;
		flat[2 * count] = along;
		flat[2 * count + 1] = height;
		source[count++] = p;
	}
	flat.set([0, 0, length, 0], 2 * count);
	const cornerCount = convexHull2d(tape.corners, flat, count + 2, tape.hull);
	// Counter-clockwise from the leftmost point, which is `from`: first `to`, then back over the top.
	const path = new Float64Array(3 * cornerCount);
	path.set(from, 0);
	path.set(to, 3 * (cornerCount - 1));
	const inner: number[] = [];
	for (let i = cornerCount - 1; i >= 2; i--) {
		const p = source[tape.corners[i]];
		inner.push(p);
		path.set(points.subarray(3 * p, 3 * p + 3), 3 * inner.length);
	}
	if (gradient !== null) pullStretch(gradient, measurer, stretch, frame, path, inner);
	return path;
}

function stretchFrame({ from, to, beneath }: StretchedTape): StretchFrame {
	const chord = new Float64Array(3);
	const lift = new Float64Array(3);
	for (let i = 0; i < 3; i++) {
		chord[i] = to.position[i] - from.position[i];
		lift[i] = (from.position[i] + to.position[i]) / 2 - beneath.position[i];
	}
	const normal = crossProduct(chord, lift);
	const area = Math.sqrt(dot(normal, normal));
	if (!(area > 0)) throw new RangeError("the three points of a stretched tape lie on a line");
	for (let i = 0; i < 3; i++) normal[i] /= area;
	return { chord, lift, normal, area };
}

/**
 * Pull back the length of the tape: its inner points to the vertices and the plane, the plane to the three points. With g
 * the derivative by chord × lift: lift × g by the chord, g × chord by the lift.
 */
function pullStretch(
	gradient: GradientBuilder,
	{ tape, vertices }: TapeUser,
	{ from, to, beneath }: StretchedTape,
	{ chord, lift, normal, area }: StretchFrame,
	path: Float64Array,
	inner: readonly number[],
): void {
	const byPoint = new Float64Array(path.length);
	polylineGradient(byPoint, path, false);
	clearPlaneGradient(gradient);
	const plane = { origin: from.position, normal };
	inner.forEach((p, i) => {
		const at = 3 * (i + 1);
		pullSlicePoint(gradient, tape, vertices, plane, p, byPoint[at], byPoint[at + 1], byPoint[at + 2]);
	});
	const { byNormal, byOffset } = gradient.plane;
	pullUnitVector(byNormal, normal, area);
	const byChord = crossProduct(lift, byNormal);
	const byLift = crossProduct(byNormal, chord);
	const end = path.length - 3;
	const byFrom = [0, 1, 2].map((i) => byPoint[i] + byOffset * normal[i] - byChord[i] + byLift[i] / 2);
	const byTo = [0, 1, 2].map((i) => byPoint[end + i] + byChord[i] + byLift[i] / 2);
	from.pull(gradient, byFrom[0], byFrom[1], byFrom[2]);
	to.pull(gradient, byTo[0], byTo[1], byTo[2]);
	beneath.pull(gradient, -byLift[0], -byLift[1], -byLift[2]);
}

function dot(a: Float64Array, b: Float64Array): number {
	return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}
