import { closestOnTriangle } from "./closest-on-triangle.js";

/**
 * Bounding volume hierarchy over triangles for closest-point queries: a balanced binary tree of boxes, depth first, the
 * left child of node n is n + 1. Holds scratch memory: one tree must not be used by two threads.
 */
export interface TriangleTree {
	/** `[3t]` vertex indices, as given. */
	readonly triangles: Uint32Array;
	/** `[t]` the triangle in each slot; leaves hold runs of slots. */
	readonly order: Uint32Array;
	/** `[9t]` corners by slot. */
	readonly corners: Float64Array;
	/** `[3t]` unit normals by slot, 0,0,0 for triangles without area. */
	readonly normals: Float64Array;
	/** `[6n]` lowest x, y, z, highest x, y, z of each node. */
	readonly bounds: Float64Array;
	/** `[n]` right child, or 0 for a leaf. */
	readonly rightChild: Uint32Array;
	/** `[n]` first slot and number of slots of leaves. */
	readonly firstSlot: Uint32Array;
	readonly slotCount: Uint8Array;
	/** Scratch of queries: nodes that wait, and their squared distances. @internal */
	readonly waiting: Uint32Array;
	/** @internal */
	readonly waitingDistances: Float64Array;
	/** @internal */
	readonly weights: Float64Array;
}

/** What {@link closestPoint} found. Reuse it from query to query. */
export interface ClosestPoint {
	/** Triangle, or −1 when none is near enough. */
	triangle: number;
	/** `[3]` barycentric coordinates in the triangle. */
	readonly weights: Float64Array;
	/** `[3]` */
	readonly point: Float64Array;
	/** `[3]` unit normal of the triangle; 0,0,0 when it has no area. */
	readonly normal: Float64Array;
	distance: number;
}

const LEAF_SIZE = 4;
/** Deep enough for 2³² triangles: the tree is balanced. */
const STACK_SIZE = 64;

/** An empty answer. */
export function createClosestPoint(): ClosestPoint {
	return {
		triangle: -1,
		weights: new Float64Array(3),
		point: new Float64Array(3),
		normal: new Float64Array(3),
		distance: Number.POSITIVE_INFINITY,
	};
}

/**
 * Build a tree by halving at the median centre along the longest side, O(n log n).
 *
 * @param vertices `[3v]` positions; copied.
 * @param triangles `[3t]` vertex indices; kept. A point cloud is a mesh of triangles (i, i, i).
 * @throws RangeError without triangles, or for an index out of range.
 */
export function createTriangleTree(vertices: Float64Array | Float32Array, triangles: Uint32Array): TriangleTree {
	const count = triangles.length / 3;
	if (count === 0 || !Number.isInteger(count)) throw new RangeError(`${triangles.length} indices are no triangles`);
	for (const v of triangles) {
		if (3 * v >= vertices.length) throw new RangeError(`triangle index ${v} exceeds ${vertices.length / 3} vertices`);
	}
	const order = new Uint32Array(count);
	const centres = new Float64Array(3 * count);
	for (let t = 0; t < count; t++) {
		order[t] = t;
		for (let a = 0; a < 3; a++) {
			centres[3 * t + a] =
				vertices[3 * triangles[3 * t] + a] +
				vertices[3 * triangles[3 * t + 1] + a] +
				vertices[3 * triangles[3 * t + 2] + a];
		}
	}
	const capacity = 2 * count;
	const rightChild = new Uint32Array(capacity);
	const firstSlot = new Uint32Array(capacity);
	const slotCount = new Uint8Array(capacity);
	let nodeCount = 0;
	const build = (first: number, last: number): number => {
		const node = nodeCount++;
		if (last - first <= LEAF_SIZE) {
			firstSlot[node] = first;
			slotCount[node] = last - first;
			return node;
		}
		const middle = (first + last) >>> 1;
		selectMedian(order, centres, longestAxis(order, centres, first, last), first, last - 1, middle);
		build(first, middle);
		rightChild[node] = build(middle, last);
		return node;
	};
	build(0, count);
	const tree: TriangleTree = {
		triangles,
		order,
		corners: new Float64Array(9 * count),
		normals: new Float64Array(3 * count),
		bounds: new Float64Array(6 * nodeCount),
		rightChild: rightChild.slice(0, nodeCount),
		firstSlot: firstSlot.slice(0, nodeCount),
		slotCount: slotCount.slice(0, nodeCount),
		waiting: new Uint32Array(STACK_SIZE),
		waitingDistances: new Float64Array(STACK_SIZE),
		weights: new Float64Array(3),
	};
	refitTriangleTree(tree, vertices);
	return tree;
}

/**
 * Takes over moved vertices of the same triangles, O(n). Queries stay exact; they become slower when the motion is large.
 *
 * @param vertices `[3v]` new positions; copied.
 */
export function refitTriangleTree(tree: TriangleTree, vertices: Float64Array | Float32Array): void {
	const { triangles, order, corners, normals, bounds, rightChild, firstSlot, slotCount } = tree;
	for (let slot = 0; slot < order.length; slot++) {
		const at = 9 * slot;
		for (let corner = 0; corner < 3; corner++) {
			const v = 3 * triangles[3 * order[slot] + corner];
			corners[at + 3 * corner] = vertices[v];
			corners[at + 3 * corner + 1] = vertices[v + 1];
			corners[at + 3 * corner + 2] = vertices[v + 2];
		}
		writeNormal(normals, 3 * slot, corners, at);
	}
	// Children come after their parents, so backwards they are ready first.
	for (let node = rightChild.length - 1; node >= 0; node--) {
		const box = 6 * node;
		for (let a = 0; a < 3; a++) {
			let low = Number.POSITIVE_INFINITY;
			let high = Number.NEGATIVE_INFINITY;
			if (rightChild[node] > 0) {
				const left = box + 6 + a;
				const right = 6 * rightChild[node] + a;
				low = Math.min(bounds[left], bounds[right]);
				high = Math.max(bounds[left + 3], bounds[right + 3]);
			} else {
				const end = 9 * (firstSlot[node] + slotCount[node]);
				for (let i = 9 * firstSlot[node] + a; i < end; i += 3) {
					if (corners[i] < low) low = corners[i];
					if (corners[i] > high) high = corners[i];
				}
			}
			bounds[box + a] = low;
			bounds[box + 3 + a] = high;
		}
	}
}

/**
 * Closest point of the surface, exactly, by visiting the nearer child first and leaving out every box that is farther
 * than what was found.
 *
 * @param out `triangle` is −1 when nothing lies within `limit`
 * @param limit largest distance that is of interest
 * @param facing `[3]` unit vector, or null: only triangles whose normal makes an angle with it of at most acos
 * `minimumCosine` count; triangles without area always do.
 */
export function closestPoint(
	out: ClosestPoint,
	tree: TriangleTree,
	x: number,
	y: number,
	z: number,
	limit = Number.POSITIVE_INFINITY,
	facing: Float64Array | null = null,
	minimumCosine = 0,
): void {
	const { order, corners, normals, bounds, rightChild, firstSlot, slotCount, waiting, waitingDistances, weights } =
		tree;
	let best = limit * limit;
	let bestSlot = -1;
	let depth = 0;
	waiting[0] = 0;
	waitingDistances[0] = boxDistance(bounds, 0, x, y, z);
	depth = 1;
	while (depth > 0) {
		depth--;
		if (waitingDistances[depth] > best) continue;
		let node = waiting[depth];
		while (rightChild[node] > 0) {
			const left = node + 1;
			const right = rightChild[node];
			const toLeft = boxDistance(bounds, 6 * left, x, y, z);
			const toRight = boxDistance(bounds, 6 * right, x, y, z);
			const leftFirst = toLeft <= toRight;
			const farther = leftFirst ? toRight : toLeft;
			if (farther <= best) {
				waiting[depth] = leftFirst ? right : left;
				waitingDistances[depth++] = farther;
			}
			node = leftFirst ? left : right;
			if ((leftFirst ? toLeft : toRight) > best) {
				node = -1;
				break;
			}
		}
		if (node < 0) continue;
		const end = firstSlot[node] + slotCount[node];
		for (let slot = firstSlot[node]; slot < end; slot++) {
			if (facing !== null) {
				const nx = normals[3 * slot];
				const ny = normals[3 * slot + 1];
				const nz = normals[3 * slot + 2];
				const cosine = nx * facing[0] + ny * facing[1] + nz * facing[2];
				if (cosine < minimumCosine && (nx !== 0 || ny !== 0 || nz !== 0)) continue;
			}
			const squared = closestOnTriangle(weights, corners, 3 * slot, 3 * slot + 1, 3 * slot + 2, x, y, z);
			if (squared > best || (squared === best && bestSlot >= 0)) continue;
			best = squared;
			bestSlot = slot;
			out.weights[0] = weights[0];
			out.weights[1] = weights[1];
			out.weights[2] = weights[2];
		}
	}
	if (bestSlot < 0) {
		out.triangle = -1;
		out.distance = Number.POSITIVE_INFINITY;
		return;
	}
	out.triangle = order[bestSlot];
	out.distance = Math.sqrt(best);
	const at = 9 * bestSlot;
	for (let a = 0; a < 3; a++) {
		out.point[a] =
			out.weights[0] * corners[at + a] + out.weights[1] * corners[at + 3 + a] + out.weights[2] * corners[at + 6 + a];
		out.normal[a] = normals[3 * bestSlot + a];
	}
}

/** Squared distance of a point from a box, 0 inside. */
function boxDistance(bounds: Float64Array, at: number, x: number, y: number, z: number): number {
	const dx = x < bounds[at] ? bounds[at] - x : x > bounds[at + 3] ? x - bounds[at + 3] : 0;
	const dy = y < bounds[at + 1] ? bounds[at + 1] - y : y > bounds[at + 4] ? y - bounds[at + 4] : 0;
	const dz = z < bounds[at + 2] ? bounds[at + 2] - z : z > bounds[at + 5] ? z - bounds[at + 5] : 0;
	return dx * dx + dy * dy + dz * dz;
}

function writeNormal(out: Float64Array, to: number, corners: Float64Array, at: number): void {
	const ux = corners[at + 3] - corners[at];
	const uy = corners[at + 4] - corners[at + 1];
	const uz = corners[at + 5] - corners[at + 2];
	const vx = corners[at + 6] - corners[at];
	const vy = corners[at + 7] - corners[at + 1];
	const vz = corners[at + 8] - corners[at + 2];
	const nx = uy * vz - uz * vy;
	const ny = uz * vx - ux * vz;
	const nz = ux * vy - uy * vx;
	const length = Math.sqrt(nx * nx + ny * ny + nz * nz);
	const scale = length > 0 ? 1 / length : 0;
	out[to] = nx * scale;
	out[to + 1] = ny * scale;
	out[to + 2] = nz * scale;
}

function longestAxis(order: Uint32Array, centres: Float64Array, first: number, last: number): number {
	let axis = 0;
	let longest = -1;
	for (let a = 0; a < 3; a++) {
		let low = Number.POSITIVE_INFINITY;
		let high = Number.NEGATIVE_INFINITY;
		for (let i = first; i < last; i++) {
			const value = centres[3 * order[i] + a];
			if (value < low) low = value;
			if (value > high) high = value;
		}
		if (high - low > longest) {
			longest = high - low;
			axis = a;
		}
	}
	return axis;
}

/** Hoare's selection: afterwards everything before `middle` is at most, everything behind at least the value there. */
function selectMedian(
	order: Uint32Array,
	centres: Float64Array,
	axis: number,
	first: number,
	last: number,
	middle: number,
): void {
	let left = first;
	let right = last;
	while (left < right) {
		const pivot = centres[3 * order[(left + right) >>> 1] + axis];
		let i = left;
		let j = right;
		while (i <= j) {
			while (centres[3 * order[i] + axis] < pivot) i++;
			while (centres[3 * order[j] + axis] > pivot) j--;
			if (i > j) break;
			const swapped = order[i];
			order[i++] = order[j];
			order[j--] = swapped;
		}
		if (middle <= j) right = j;
		else if (middle >= i) left = i;
		else return;
	}
}
