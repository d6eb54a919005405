import { computeVertexNormals } from "@anny-fitter/mesh";

/** A surface with texture coordinates of its own at each corner. */
export interface Surface {
	/** [n*3] metres, world */
	readonly positions: Float64Array;
	/** [t*3] */
	readonly triangles: Uint32Array;
	/** [t*3] indices of `uvs` */
	readonly triangleUvs: Uint32Array;
	/** [u*2] V up */
	readonly uvs: Float32Array;
}

/** What a graphics card takes: one position, normal and texture coordinate per vertex. */
export interface DrawableSurface {
	readonly positions: Float32Array;
	readonly normals: Float32Array;
	readonly uvs: Float32Array;
	readonly indices: Uint32Array;
}

/** Splits vertices where texture coordinates differ; normals are those of the unsplit surface, so that no seam shows. */
export function drawable(surface: Surface): DrawableSurface {
	const { positions, triangles, triangleUvs, uvs } = surface;
	const normals = new Float64Array(positions.length);
	computeVertexNormals(normals, positions, triangles);
	const seen = new Map<number, number>();
	const vertices: number[] = [];
	const coordinates: number[] = [];
	const indices = new Uint32Array(triangles.length);
	for (const [i, vertex] of triangles.entries()) {
		const uv = triangleUvs[i] ?? 0;
		const key = vertex * 2 ** 26 + uv;
		let index = seen.get(key);
		if (index === undefined) {
			index = vertices.length;
			seen.set(key, index);
			vertices.push(vertex);
			coordinates.push(uv);
		}
		indices[i] = index;
	}
	const gather = (from: ArrayLike<number>, rows: readonly number[], width: number): Float32Array =>
		Float32Array.from(
			{ length: width * rows.length },
			(_, i) => from[width * (rows[Math.floor(i / width)] ?? 0) + (i % width)] ?? 0,
		);
	return {
		positions: gather(positions, vertices, 3),
		normals: gather(normals, vertices, 3),
		uvs: gather(uvs, coordinates, 2),
		indices,
	};
}

/** The triangles without those that are hidden entirely. @param hidden [n] per vertex */
export function withoutHidden(surface: Surface, hidden: Uint8Array): Surface {
	const kept: number[] = [];
	for (let t = 0; t < surface.triangles.length; t += 3) {
		const isHidden = [0, 1, 2].every((k) => hidden[surface.triangles[t + k] ?? 0] === 1);
		if (!isHidden) kept.push(t, t + 1, t + 2);
	}
	return {
		...surface,
		triangles: Uint32Array.from(kept, (i) => surface.triangles[i] ?? 0),
		triangleUvs: Uint32Array.from(kept, (i) => surface.triangleUvs[i] ?? 0),
	};
}
