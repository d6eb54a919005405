/**
 * Closest point of a triangle (Ericson, Real-Time Collision Detection, 5.1.5); a triangle may be a line or a point.
 *
 * @param weights `[3]` receives its barycentric coordinates
 * @param points `[3n]` interleaved
 * @param a index of the first corner; b, c of the others
 * @param x the point that is looked from
 * @returns the squared distance, in the unit of the points
 */
export function closestOnTriangle(
	weights: Float64Array,
	points: Float64Array,
	a: number,
	b: number,
	c: number,
	x: number,
	y: number,
	z: number,
): number {
	const abx = points[3 * b] - points[3 * a];
	const aby = points[3 * b + 1] - points[3 * a + 1];
	const abz = points[3 * b + 2] - points[3 * a + 2];
	const acx = points[3 * c] - points[3 * a];
	const acy = points[3 * c + 1] - points[3 * a + 1];
	const acz = points[3 * c + 2] - points[3 * a + 2];
	const apx = x - points[3 * a];
	const apy = y - points[3 * a + 1];
	const apz = z - points[3 * a + 2];
	const abab = abx * abx + aby * aby + abz * abz;
	const abac = abx * acx + aby * acy + abz * acz;
	const acac = acx * acx + acy * acy + acz * acz;
	const d1 = abx * apx + aby * apy + abz * apz;
	const d2 = acx * apx + acy * apy + acz * apz;
	// From here on in coordinates of the triangle: the point is a + v ab + w ac.
	const d3 = d1 - abab;
	const d4 = d2 - abac;
	const d5 = d1 - abac;
	const d6 = d2 - acac;
	const va = d3 * d6 - d5 * d4;
	const vb = d5 * d2 - d1 * d6;
	const vc = d1 * d4 - d3 * d2;
	let v = 0;
	let w = 0;
	if (d1 <= 0 && d2 <= 0) {
		// corner a
	} else if (d3 >= 0 && d4 <= d3) {
		v = 1;
	} else if (d6 >= 0 && d5 <= d6) {
		w = 1;
	} else if (vc <= 0 && d1 >= 0 && d3 <= 0 && d1 > d3) {
		v = d1 / (d1 - d3);
	} else if (vb <= 0 && d2 >= 0 && d6 <= 0) {
		w = d2 / (d2 - d6);
	} else if (va <= 0 && d4 - d3 >= 0 && d5 - d6 >= 0) {
		w = (d4 - d3) / (d4 - d3 + d5 - d6);
		v = 1 - w;
	} else {
		// Zero for a triangle without area that rounding kept from every case above: its corner a will do.
		const sum = va + vb + vc;
		v = sum > 0 ? vb / sum : 0;
		w = sum > 0 ? vc / sum : 0;
	}
	weights[0] = 1 - v - w;
	weights[1] = v;
	weights[2] = w;
	const ox = apx - v * abx - w * acx;
	const oy = apy - v * aby - w * acy;
	const oz = apz - v * abz - w * acz;
	return ox * ox + oy * oy + oz * oz;
}
