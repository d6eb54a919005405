/**
 * Mean over a square window of `2 radius + 1` pixels, cut at the border, in time independent of the radius.
 *
 * @param out [width * height] may be `values` itself
 * @param scratch [width * height]
 */
export function boxMean(
	out: Float32Array,
	values: Float32Array,
	width: number,
	height: number,
	radius: number,
	scratch: Float32Array,
): void {
	const parts = new Float64Array(width);
	for (let x = 0; x < width; x++) parts[x] = 1 / (Math.min(width - 1, x + radius) - Math.max(0, x - radius) + 1);
	const first = Math.min(radius, width);
	for (let y = 0; y < height; y++) {
		const row = y * width;
		let sum = 0;
		for (let i = row; i < row + first; i++) sum += values[i];
		for (let x = 0; x < width; x++) {
			if (x + radius < width) sum += values[row + x + radius];
			if (x > radius) sum -= values[row + x - radius - 1];
			scratch[row + x] = sum * parts[x];
		}
	}
	const sums = new Float64Array(width);
	for (let y = 0; y < Math.min(radius, height); y++) {
		for (let x = 0; x < width; x++) sums[x] += scratch[y * width + x];
	}
	for (let y = 0; y < height; y++) {
		const entering = (y + radius) * width;
		const leaving = (y - radius - 1) * width;
		if (y + radius < height) for (let x = 0; x < width; x++) sums[x] += scratch[entering + x];
		if (y > radius) for (let x = 0; x < width; x++) sums[x] -= scratch[leaving + x];
		const scale = 1 / (Math.min(height - 1, y + radius) - Math.max(0, y - radius) + 1);
		for (let x = 0; x < width; x++) out[y * width + x] = sums[x] * scale;
	}
}
