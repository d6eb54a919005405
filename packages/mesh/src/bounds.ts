/**
 * Axis-aligned box around points.
 *
 * @param out `[6]` minX, minY, minZ, maxX, maxY, maxZ.
 * @param vertices `[3n]` positions.
 * @throws RangeError if there is no point.
 */
export function computeBounds(out: Float64Array, vertices: Float64Array | Float32Array): void {
	if (vertices.length < 3) throw new RangeError("a bounding box needs at least one point");
	for (let axis = 0; axis < 3; axis++) {
		let low = Number.POSITIVE_INFINITY;
		let high = Number.NEGATIVE_INFINITY;
		for (let i = axis; i < vertices.length; i += 3) {
			const x = vertices[i];
			if (x < low) low = x;
			if (x > high) high = x;
		}
		out[axis] = low;
		out[axis + 3] = high;
	}
}
