/** Reusable memory of {@link convexHull2d}. */
export interface HullWorkspace {
	/** Points by increasing x, then y. */
	readonly order: Uint32Array;
	/** Sort buffer. */
	readonly merge: Uint32Array;
}

/** Memory for hulls of at most `capacity` points. */
export function createHullWorkspace(capacity: number): HullWorkspace {
	return { order: new Uint32Array(capacity), merge: new Uint32Array(capacity) };
}

/**
 * Convex hull of points in the plane (Andrew's monotone chain).
 *
 * @param out at least `[count + 1]`; receives the indices of the corners, counter-clockwise, starting at the leftmost
 * (lowest among equals). Points on an edge and duplicates are left out.
 * @param points `[2n]` x, y.
 * @param count how many points to use, from the front.
 * @param workspace from {@link createHullWorkspace} with at least `count`.
 * @returns number of corners: 0 without points, 1 if all coincide, 2 if all lie on a line.
 * @throws RangeError if `out` or the workspace is too small.
 */
export function convexHull2d(
	out: Uint32Array,
	points: Float64Array,
	count: number,
	workspace: HullWorkspace = createHullWorkspace(count),
): number {
	if (workspace.order.length < count || out.length < count + 1) throw new RangeError("hull memory is too small");
	if (count === 0) return 0;
	sortPoints(workspace, points, count);
	const order = workspace.order;
	let size = 0;
	for (let i = 0; i < count; i++) {
		while (size >= 2 && turn(points, out[size - 2], out[size - 1], order[i]) <= 0) size--;
		out[size++] = order[i];
	}
	const lowerSize = size + 1;
	for (let i = count - 2; i >= 0; i--) {
		while (size >= lowerSize && turn(points, out[size - 2], out[size - 1], order[i]) <= 0) size--;
		out[size++] = order[i];
	}
	// The first point closes the chain; when all points coincide or lie on a line it appears twice.
	if (size > 1) size--;
	if (size === 2 && samePoint(points, out[0], out[1])) size = 1;
	return size;
}

/**
 * Length of the closed polygon through chosen points.
 *
 * @param points `[2n]` x, y. @param indices corner order. @param count number of corners used.
 */
export function polygonPerimeter2d(points: Float64Array, indices: Uint32Array, count: number): number {
	if (count < 2) return 0;
	let length = 0;
	let previous = 2 * indices[count - 1];
	for (let i = 0; i < count; i++) {
		const current = 2 * indices[i];
		const dx = points[current] - points[previous];
		const dy = points[current + 1] - points[previous + 1];
		length += Math.sqrt(dx * dx + dy * dy);
		previous = current;
	}
	return length;
}

/** Twice the signed area of a, b, c: positive for a left turn. */
function turn(points: Float64Array, a: number, b: number, c: number): number {
	const ax = points[2 * a];
	const ay = points[2 * a + 1];
	return (points[2 * b] - ax) * (points[2 * c + 1] - ay) - (points[2 * b + 1] - ay) * (points[2 * c] - ax);
}

function samePoint(points: Float64Array, a: number, b: number): boolean {
	return points[2 * a] === points[2 * b] && points[2 * a + 1] === points[2 * b + 1];
}

/** Bottom-up merge sort of indices: no comparator closure and no allocation per call. */
function sortPoints(workspace: HullWorkspace, points: Float64Array, count: number): void {
	let from = workspace.order;
	let to = workspace.merge;
	for (let i = 0; i < count; i++) from[i] = i;
	for (let width = 1; width < count; width *= 2) {
		for (let start = 0; start < count; start += 2 * width) {
			const middle = Math.min(start + width, count);
			const end = Math.min(start + 2 * width, count);
			let left = start;
			let right = middle;
			for (let k = start; k < end; k++) {
				if (left < middle && (right >= end || !isAfter(points, from[left], from[right]))) to[k] = from[left++];
				else to[k] = from[right++];
			}
		}
		const swap = from;
		from = to;
		to = swap;
	}
	if (from !== workspace.order) for (let i = 0; i < count; i++) workspace.order[i] = from[i];
}

function isAfter(points: Float64Array, a: number, b: number): boolean {
	const ax = points[2 * a];
	const bx = points[2 * b];
	return ax > bx || (ax === bx && points[2 * a + 1] > points[2 * b + 1]);
}
