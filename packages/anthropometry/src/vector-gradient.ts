/**
 * Turn the derivative by a unit vector n = m / |m| into the derivative by m, in place: (g − (g·n) n) / |m|.
 *
 * @param gradient `[3]` by n; overwritten. @param unit `[3]` n. @param length |m|.
 */
export function pullUnitVector(gradient: Float64Array, unit: Float64Array, length: number): void {
	const along = gradient[0] * unit[0] + gradient[1] * unit[1] + gradient[2] * unit[2];
	for (let i = 0; i < 3; i++) gradient[i] = (gradient[i] - along * unit[i]) / length;
}

/** a × b for vectors `[3]`. */
export function crossProduct(a: Float64Array, b: Float64Array): Float64Array {
	return Float64Array.of(a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]);
}

/**
 * Derivatives of a polyline's length by its points.
 *
 * @param out `[3n]` overwritten; must not alias `points`. @param points `[3n]`.
 */
export function polylineGradient(out: Float64Array, points: Float64Array, isClosed: boolean): void {
	const { length } = points;
	out.fill(0);
	for (let i = isClosed ? 0 : 3, j = isClosed ? length - 3 : 0; i < length; j = i, i += 3) {
		const x = points[i] - points[j];
		const y = points[i + 1] - points[j + 1];
		const z = points[i + 2] - points[j + 2];
		const distance = Math.sqrt(x * x + y * y + z * z);
		if (distance === 0) continue;
		out[i] += x / distance;
		out[i + 1] += y / distance;
		out[i + 2] += z / distance;
		out[j] -= x / distance;
		out[j + 1] -= y / distance;
		out[j + 2] -= z / distance;
	}
}
