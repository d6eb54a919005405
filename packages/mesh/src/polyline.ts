/**
 * Length of a run of points.
 *
 * @param points `[3n]` positions. @param start first point. @param end one past the last point.
 * @param isClosed whether the last point joins the first.
 */
export function polylineLength(
	points: Float64Array | Float32Array,
	start: number,
	end: number,
	isClosed: boolean,
): number {
	let length = 0;
	for (let i = 3 * (start + 1); i < 3 * end; i += 3) length += distance(points, i - 3, i);
	if (isClosed && end - start > 2) length += distance(points, 3 * (end - 1), 3 * start);
	return length;
}

function distance(points: Float64Array | Float32Array, i: number, j: number): number {
	const dx = points[i] - points[j];
	const dy = points[i + 1] - points[j + 1];
	const dz = points[i + 2] - points[j + 2];
	return Math.sqrt(dx * dx + dy * dy + dz * dz);
}
