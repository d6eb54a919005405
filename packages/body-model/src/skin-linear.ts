/**
 * Linear blend skinning: every vertex is moved by the weighted mean of its bones' transforms.
 *
 * @param out [V*3], may be `rest`
 * @param transforms [B*12] posed from rest
 * @param offsets [V+1] rows of `bones` and `weights`; a row sums to 1
 * @internal
 */
export function skinLinear(
	out: Float64Array,
	rest: Float64Array,
	transforms: Float64Array,
	offsets: Uint32Array,
	bones: Uint8Array,
	weights: Float64Array,
): void {
	const count = offsets.length - 1;
	for (let vertex = 0, at = 0; vertex < count; vertex++, at += 3) {
		const x = rest[at];
		const y = rest[at + 1];
		const z = rest[at + 2];
		let px = 0;
		let py = 0;
		let pz = 0;
		const end = offsets[vertex + 1];
		for (let entry = offsets[vertex]; entry < end; entry++) {
			const weight = weights[entry];
			const m = 12 * bones[entry];
			px += weight * (transforms[m] * x + transforms[m + 1] * y + transforms[m + 2] * z + transforms[m + 3]);
			py += weight * (transforms[m + 4] * x + transforms[m + 5] * y + transforms[m + 6] * z + transforms[m + 7]);
			pz += weight * (transforms[m + 8] * x + transforms[m + 9] * y + transforms[m + 10] * z + transforms[m + 11]);
		}
		out[at] = px;
		out[at + 1] = py;
		out[at + 2] = pz;
	}
}
