/**
 * Unit normals of triangles, counter-clockwise winding seen from outside; 0,0,0 for triangles without area.
 *
 * @param out `[3t]`; must not alias `vertices`.
 * @param vertices `[3v]` positions.
 * @param triangles `[3t]` vertex indices.
 */
export function computeFaceNormals(
	out: Float64Array | Float32Array,
	vertices: Float64Array | Float32Array,
	triangles: Uint32Array,
): void {
	for (let i = 0; i < triangles.length; i += 3) {
		const a = 3 * triangles[i];
		const b = 3 * triangles[i + 1];
		const c = 3 * triangles[i + 2];
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
		const scale = length > 0 ? 1 / length : 0;
		out[i] = nx * scale;
		out[i + 1] = ny * scale;
		out[i + 2] = nz * scale;
	}
}

/**
 * Unit vertex normals, the area-weighted mean of the surrounding triangles; 0,0,0 for vertices without area around.
 *
 * @param out `[3v]`; must not alias `vertices`.
 * @param vertices `[3v]` positions.
 * @param triangles `[3t]` vertex indices.
 */
export function computeVertexNormals(
	out: Float64Array | Float32Array,
	vertices: Float64Array | Float32Array,
	triangles: Uint32Array,
): void {
	out.fill(0);
	for (let i = 0; i < triangles.length; i += 3) {
		const a = 3 * triangles[i];
		const b = 3 * triangles[i + 1];
		const c = 3 * triangles[i + 2];
		const ux = vertices[b] - vertices[a];
		const uy = vertices[b + 1] - vertices[a + 1];
		const uz = vertices[b + 2] - vertices[a + 2];
		const vx = vertices[c] - vertices[a];
		const vy = vertices[c + 1] - vertices[a + 1];
		const vz = vertices[c + 2] - vertices[a + 2];
		const nx = uy * vz - uz * vy;
		const ny = uz * vx - ux * vz;
		const nz = ux * vy - uy * vx;
		out[a] += nx;
		out[a + 1] += ny;
		out[a + 2] += nz;
		out[b] += nx;
		out[b + 1] += ny;
		out[b + 2] += nz;
		out[c] += nx;
		out[c + 1] += ny;
		out[c + 2] += nz;
	}
	for (let i = 0; i < out.length; i += 3) {
		const length = Math.sqrt(out[i] * out[i] + out[i + 1] * out[i + 1] + out[i + 2] * out[i + 2]);
		const scale = length > 0 ? 1 / length : 0;
		out[i] *= scale;
		out[i + 1] *= scale;
		out[i + 2] *= scale;
	}
}
