/** Points spread evenly over a surface. */
export interface SurfaceSamples {
	/** `[3n]` */
	readonly points: Float64Array;
	/** `[3n]` unit normals of the triangles they lie on. */
	readonly normals: Float64Array;
	/** `[n]` */
	readonly triangles: Uint32Array;
}

/**
 * Draw points from a surface, the same number for the same area: one in each of `count` equal strips of the summed area
 * (systematic sampling), uniform within its triangle.
 *
 * @param vertices `[3v]` positions.
 * @param triangles `[3t]` vertex indices.
 * @param random stream of numbers in [0, 1), such as `createRandom` of the math package makes.
 * @throws RangeError when the surface has no area.
 */
export function sampleSurface(
	vertices: Float64Array | Float32Array,
	triangles: Uint32Array,
	count: number,
	random: { uniform(): number },
): SurfaceSamples {
	const triangleCount = triangles.length / 3;
	const areas = new Float64Array(triangleCount);
	const normals = new Float64Array(triangles.length);
	let total = 0;
	for (let t = 0; t < triangleCount; t++) {
		const a = 3 * triangles[3 * t];
		const b = 3 * triangles[3 * t + 1];
		const c = 3 * triangles[3 * t + 2];
		const ux = vertices[b] - vertices[a];
		const uy = vertices[b + 1] - vertices[a + 1];
		const uz = vertices[b + 2] - vertices[a + 2];
		const vx = vertices[c] - vertices[a];
		const vy = vertices[c + 1] - vertices[a + 1];
		const vz = vertices[c + 2] - vertices[a + 2];
		const nx = uy * vz - uz * vy;
		const ny = uz * vx - ux * vz;
		const nz = ux * vy - uy * vx;
		const length = Math.sqrt(nx * nx + ny * ny + nz * nz);
		areas[t] = length;
		total += length;
		const scale = length > 0 ? 1 / length : 0;
		normals[3 * t] = nx * scale;
		normals[3 * t + 1] = ny * scale;
		normals[3 * t + 2] = nz * scale;
	}
	if (!(total > 0)) throw new RangeError("a surface without area has no points to draw");
	const out = {
		points: new Float64Array(3 * count),
		normals: new Float64Array(3 * count),
		triangles: new Uint32Array(count),
	};
	let triangle = 0;
	let before = 0;
	for (let i = 0; i < count; i++) {
		const at = ((i + random.uniform()) / count) * total;
		while (triangle + 1 < triangleCount && before + areas[triangle] <= at) before += areas[triangle++];
		// Uniform in a triangle (Turk, Graphics Gems I, "Generating random points in triangles").
		const root = Math.sqrt(random.uniform());
		const v = root * random.uniform();
		const u = 1 - root;
		const w = 1 - u - v;
		out.triangles[i] = triangle;
		for (let axis = 0; axis < 3; axis++) {
			out.points[3 * i + axis] =
				u * vertices[3 * triangles[3 * triangle] + axis] +
				v * vertices[3 * triangles[3 * triangle + 1] + axis] +
				w * vertices[3 * triangles[3 * triangle + 2] + axis];
			out.normals[3 * i + axis] = normals[3 * triangle + axis];
		}
	}
	return out;
}
