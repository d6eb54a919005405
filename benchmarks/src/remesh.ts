import { closestPoint, computeBounds, createClosestPoint, createTriangleTree } from "@anny-fitter/mesh";

/** A triangle mesh. */
export interface TriangleMesh {
	/** [3v] */
	readonly vertices: Float64Array;
	/** [3t] counter-clockwise seen from outside */
	readonly triangles: Uint32Array;
}

/** Corners and edges of a cell, corner c at (c & 1, c >> 1 & 1, c >> 2). */
const CELL_EDGES = [
	[0, 1],
	[2, 3],
	[4, 5],
	[6, 7],
	[0, 2],
	[1, 3],
	[4, 6],
	[5, 7],
	[0, 4],
	[1, 5],
	[2, 6],
	[3, 7],
] as const;

/**
 * The same surface with a topology of its own, as a scanner would give it: what is inside is sampled on a grid, the
 * border becomes a mesh (surface nets, Gibson 1998), and its vertices move to the closest point of the surface. Parts
 * inside others disappear, parts that overlap grow together.
 *
 * @param cell edge of a grid cell, in the mesh's unit
 */
export function remesh({ vertices, triangles }: TriangleMesh, cell: number): TriangleMesh {
	const bounds = new Float64Array(6);
	computeBounds(bounds, vertices);
	// Irrational offsets keep grid lines off vertices and edges.
	const low = [0, 1, 2].map((a) => bounds[a]! - cell * (1.5 + Math.SQRT1_2 * 0.1 * (a + 1)));
	const size = [0, 1, 2].map((a) => Math.ceil((bounds[a + 3]! - low[a]!) / cell) + 3);
	const inside = markInside(vertices, triangles, low, size, cell);
	const at = (i: number, j: number, k: number): number => (i * size[1]! + j) * size[2]! + k;

	const vertexOfCell = new Int32Array(inside.length).fill(-1);
	const points: number[] = [];
	for (let i = 0; i + 1 < size[0]!; i++) {
		for (let j = 0; j + 1 < size[1]!; j++) {
			for (let k = 0; k + 1 < size[2]!; k++) {
				let x = 0;
				let y = 0;
				let z = 0;
				let crossings = 0;
				for (const [a, b] of CELL_EDGES) {
					const from = inside[at(i + (a & 1), j + ((a >> 1) & 1), k + (a >> 2))];
					const to = inside[at(i + (b & 1), j + ((b >> 1) & 1), k + (b >> 2))];
					if (from === to) continue;
					crossings++;
					x += ((a & 1) + (b & 1)) / 2;
					y += (((a >> 1) & 1) + ((b >> 1) & 1)) / 2;
					z += ((a >> 2) + (b >> 2)) / 2;
				}
				if (crossings === 0) continue;
				vertexOfCell[at(i, j, k)] = points.length / 3;
				points.push(
					low[0]! + cell * (i + x / crossings),
					low[1]! + cell * (j + y / crossings),
					low[2]! + cell * (k + z / crossings),
				);
			}
		}
	}
	const faces: number[] = [];
	const quad = (a: number, b: number, c: number, d: number, flip: boolean): void => {
		const corners = [a, b, c, d].map((index) => vertexOfCell[index]!);
		if (flip) corners.reverse();
		faces.push(corners[0]!, corners[1]!, corners[2]!, corners[0]!, corners[2]!, corners[3]!);
	};
	for (let i = 1; i + 1 < size[0]!; i++) {
		for (let j = 1; j + 1 < size[1]!; j++) {
			for (let k = 1; k + 1 < size[2]!; k++) {
				const here = inside[at(i, j, k)]!;
				if (here !== inside[at(i + 1, j, k)]) {
					quad(at(i, j - 1, k - 1), at(i, j, k - 1), at(i, j, k), at(i, j - 1, k), here === 0);
				}
				if (here !== inside[at(i, j + 1, k)]) {
					quad(at(i - 1, j, k - 1), at(i - 1, j, k), at(i, j, k), at(i, j, k - 1), here === 0);
				}
				if (here !== inside[at(i, j, k + 1)]) {
					quad(at(i - 1, j - 1, k), at(i, j - 1, k), at(i, j, k), at(i - 1, j, k), here === 0);
				}
			}
		}
	}
	const out = Float64Array.from(points);
	const tree = createTriangleTree(vertices, triangles);
	const found = createClosestPoint();
	for (let v = 0; v < out.length; v += 3) {
		closestPoint(found, tree, out[v]!, out[v + 1]!, out[v + 2]!);
		out.set(found.point, v);
	}
	return { vertices: out, triangles: Uint32Array.from(faces) };
}

/** 1 at grid points inside: where upward rays leave the body more often than they enter it. */
function markInside(
	vertices: Float64Array,
	triangles: Uint32Array,
	low: readonly number[],
	size: readonly number[],
	cell: number,
): Uint8Array {
	const columns: number[][] = Array.from({ length: size[0]! * size[1]! }, () => []);
	for (let t = 0; t < triangles.length; t += 3) {
		const corner = (k: number, a: number): number => vertices[3 * triangles[t + k]! + a]!;
		const [ax, ay, bx, by, cx, cy] = [
			corner(0, 0),
			corner(0, 1),
			corner(1, 0),
			corner(1, 1),
			corner(2, 0),
			corner(2, 1),
		];
		const area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax);
		if (area === 0) continue;
		const first = (a: number): number =>
			Math.ceil((Math.min(corner(0, a), corner(1, a), corner(2, a)) - low[a]!) / cell);
		const last = (a: number): number =>
			Math.floor((Math.max(corner(0, a), corner(1, a), corner(2, a)) - low[a]!) / cell);
		for (let i = first(0); i <= last(0); i++) {
			for (let j = first(1); j <= last(1); j++) {
				const x = low[0]! + cell * i;
				const y = low[1]! + cell * j;
				const u = ((bx - x) * (cy - y) - (by - y) * (cx - x)) / area;
				const v = ((cx - x) * (ay - y) - (cy - y) * (ax - x)) / area;
				if (u < 0 || v < 0 || u + v > 1) continue;
				const z = u * corner(0, 2) + v * corner(1, 2) + (1 - u - v) * corner(2, 2);
				columns[i * size[1]! + j]!.push(z, Math.sign(area));
			}
		}
	}
	const inside = new Uint8Array(columns.length * size[2]!);
	for (const [column, crossings] of columns.entries()) {
		for (let k = 0; k < size[2]!; k++) {
			const z = low[2]! + cell * k;
			let winding = 0;
			for (let c = 0; c < crossings.length; c += 2) if (crossings[c]! > z) winding += crossings[c + 1]!;
			inside[column * size[2]! + k] = winding > 0 ? 1 : 0;
		}
	}
	return inside;
}
