/**
 * Derivatives of measurements, taken backwards: a measuring function first measures, then pulls the weight 1 of its value
 * back through its own steps until it arrives at vertices and joints.
 *
 * How a measuring function does that:
 *
 * ```ts
 * const { gradient } = measurer; // null when nobody asks for derivatives
 * const value_m = level - floor; // measure first, result included: pulling back may lay the tape anew
 * if (gradient !== null) {
 * 	pullLandmark(gradient, measurer, "patella", side, 0, 0, 1); // ∂value/∂(x, y, z of the landmark)
 * 	pullFloor(gradient, measurer.frame, -1);
 * }
 * ```
 *
 * Each step of measuring has its `pull…` beside it, which takes the derivative of the value by the step's result and adds
 * what follows to the builder, or to the step before: landmarks, joints and levels (measurer.ts, trunk-measures.ts), floor,
 * stature and directions (body-frame.ts), tape, extent and points of a slice (tape-gradient.ts), searches
 * (level-search.ts), unit vectors and polylines (vector-gradient.ts). Weights add up, so a step used twice is pulled twice.
 * `measureBody` clears the builder before each measurement and takes the gradient afterwards.
 *
 * Measuring is piecewise smooth. What was chosen while measuring (corners of a hull, edges that a plane cuts, the best
 * sample of a search, the lowest vertex) counts as given: at a tie the derivative is that of the branch taken.
 */

/** Derivatives of one number by points of the body; points that are not listed have none. */
export interface SurfaceGradient {
	/** `[n]` model vertices, ascending. */
	readonly vertices: Uint32Array;
	/** `[3n]` derivatives by their coordinates. */
	readonly byVertex: Float64Array;
	/** `[m]` bones of the model, ascending. */
	readonly joints: Uint16Array;
	/** `[3m]` derivatives by the coordinates of their heads. */
	readonly byJoint: Float64Array;
}

/** Derivatives by the plane of a tape that its points leave over; see {@link pullSlicePoint}. */
export interface PlaneGradient {
	/** `[3]` by the normal, the plane turning about its origin. */
	readonly byNormal: Float64Array;
	/** By shifting the plane along its unit normal. */
	byOffset: number;
}

/** Derivatives in the making. One builder serves any number of gradients of one model, one after the other. */
export interface GradientBuilder {
	readonly vertices: PointSums;
	readonly joints: PointSums;
	/** Left over by the last tape or slice that was pulled back. */
	readonly plane: PlaneGradient;
}

/** Sums by point, dense, with a list of the points that have one. */
interface PointSums {
	/** `[3 * points]` */
	readonly sums: Float64Array;
	readonly isListed: Uint8Array;
	/** `[points]`, valid up to `count`. */
	readonly list: Uint32Array;
	count: number;
}

/** Memory for gradients of a model. */
export function createGradientBuilder(vertexCount: number, boneCount: number): GradientBuilder {
	return {
		vertices: createPointSums(vertexCount),
		joints: createPointSums(boneCount),
		plane: { byNormal: new Float64Array(3), byOffset: 0 },
	};
}

/** Forget everything. */
export function clearGradient(builder: GradientBuilder): void {
	clearSums(builder.vertices);
	clearSums(builder.joints);
}

/** Add the derivative by a vertex's coordinates. */
export function addVertexGradient(builder: GradientBuilder, vertex: number, x: number, y: number, z: number): void {
	addSum(builder.vertices, vertex, x, y, z);
}

/** Add the derivative by the coordinates of a bone's head. */
export function addJointGradient(builder: GradientBuilder, bone: number, x: number, y: number, z: number): void {
	addSum(builder.joints, bone, x, y, z);
}

/** Copy of what was added up. */
export function takeGradient(builder: GradientBuilder): SurfaceGradient {
	const vertices = listPoints(builder.vertices);
	const joints = Uint16Array.from(listPoints(builder.joints));
	return {
		vertices,
		byVertex: copySums(builder.vertices, vertices),
		joints,
		byJoint: copySums(builder.joints, joints),
	};
}

function createPointSums(pointCount: number): PointSums {
	return {
		sums: new Float64Array(3 * pointCount),
		isListed: new Uint8Array(pointCount),
		list: new Uint32Array(pointCount),
		count: 0,
	};
}

function clearSums(points: PointSums): void {
	for (let i = 0; i < points.count; i++) {
		const point = points.list[i];
		points.isListed[point] = 0;
		points.sums.fill(0, 3 * point, 3 * point + 3);
	}
	points.count = 0;
}

function addSum(points: PointSums, point: number, x: number, y: number, z: number): void {
	if (points.isListed[point] === 0) {
		points.isListed[point] = 1;
		points.list[points.count++] = point;
	}
	points.sums[3 * point] += x;
	points.sums[3 * point + 1] += y;
	points.sums[3 * point + 2] += z;
}

/** Points whose derivatives are not all zero, ascending. */
function listPoints({ list, sums, count }: PointSums): Uint32Array {
	const isMoved = (p: number): boolean => sums[3 * p] !== 0 || sums[3 * p + 1] !== 0 || sums[3 * p + 2] !== 0;
	return list.slice(0, count).filter(isMoved).sort();
}

function copySums({ sums }: PointSums, points: Uint32Array | Uint16Array): Float64Array {
	const out = new Float64Array(3 * points.length);
	for (let i = 0; i < points.length; i++) {
		for (let k = 0; k < 3; k++) out[3 * i + k] = sums[3 * points[i] + k];
	}
	return out;
}
