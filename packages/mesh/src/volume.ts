/**
 * Volume enclosed by a closed mesh, positive when triangles wind counter-clockwise seen from outside: the sum of the
 * signed tetrahedra between the origin and each triangle.
 *
 * @param vertices `[3v]` positions. @param triangles `[3t]` vertex indices. @returns cubic units of the positions.
 */
export function computeSignedVolume(vertices: Float64Array | Float32Array, triangles: Uint32Array): number {
	let sum = 0;
	for (let i = 0; i < triangles.length; i += 3) {
		const a = 3 * triangles[i];
		const b = 3 * triangles[i + 1];
		const c = 3 * triangles[i + 2];
		const bx = vertices[b];
		const by = vertices[b + 1];
		const bz = vertices[b + 2];
		const cx = vertices[c];
		const cy = vertices[c + 1];
		const cz = vertices[c + 2];
		sum +=
			vertices[a] * (by * cz - bz * cy) + vertices[a + 1] * (bz * cx - bx * cz) + vertices[a + 2] * (bx * cy - by * cx);
	}
	return sum / 6;
}

/**
 * Gradient of {@link computeSignedVolume} with respect to the vertices.
 *
 * @param out `[3v]`, overwritten; must not alias `vertices`.
 */
export function computeVolumeGradient(
	out: Float64Array,
	vertices: Float64Array | Float32Array,
	triangles: Uint32Array,
): void {
	out.fill(0);
	for (let i = 0; i < triangles.length; i += 3) {
		for (let k = 0; k < 3; k++) {
			const a = 3 * triangles[i + k];
			const b = 3 * triangles[i + ((k + 1) % 3)];
			const c = 3 * triangles[i + ((k + 2) % 3)];
			out[a] += (vertices[b + 1] * vertices[c + 2] - vertices[b + 2] * vertices[c + 1]) / 6;
			out[a + 1] += (vertices[b + 2] * vertices[c] - vertices[b] * vertices[c + 2]) / 6;
			out[a + 2] += (vertices[b] * vertices[c + 1] - vertices[b + 1] * vertices[c]) / 6;
		}
	}
}

/** Total area of the triangles, in square units of the positions. */
export function computeSurfaceArea(vertices: Float64Array | Float32Array, triangles: Uint32Array): number {
	let sum = 0;
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
		sum += Math.sqrt(nx * nx + ny * ny + nz * nz);
	}
	return sum / 2;
}

/**
 * Gradient of {@link computeSurfaceArea} with respect to the vertices; a triangle without area has none.
 *
 * @param out `[3v]`, overwritten; must not alias `vertices`.
 */
export function computeSurfaceAreaGradient(
	out: Float64Array,
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
		const double = 2 * Math.sqrt(nx * nx + ny * ny + nz * nz);
		if (double === 0) continue;
		// area = |u × v| / 2: by b it is v × n̂ / 2, by c n̂ × u / 2, by a what balances them.
		const bx = (vy * nz - vz * ny) / double;
		const by = (vz * nx - vx * nz) / double;
		const bz = (vx * ny - vy * nx) / double;
		const cx = (ny * uz - nz * uy) / double;
		const cy = (nz * ux - nx * uz) / double;
		const cz = (nx * uy - ny * ux) / double;
		out[b] += bx;
		out[b + 1] += by;
		out[b + 2] += bz;
		out[c] += cx;
		out[c + 1] += cy;
		out[c + 2] += cz;
		out[a] -= bx + cx;
		out[a + 1] -= by + cy;
		out[a + 2] -= bz + cz;
	}
}
