/**
 * Signed distance to the outline of a binary mask, in pixels of the mask: negative inside, positive outside, zero on
 * the outline between an inside and an outside pixel. Exact Euclidean distance between pixel centres (Felzenszwalb &
 * Huttenlocher 2012) less half a pixel, which puts the zero on the pixels' common edge.
 */
export interface SignedDistanceField {
	readonly width: number;
	readonly height: number;
	/** [width*height], value at each pixel's centre */
	readonly distance: Float32Array;
}

const FAR = 1e12;

/**
 * @param mask [width*height] non-zero inside
 */
export function signedDistanceField(mask: Uint8Array, width: number, height: number): SignedDistanceField {
	if (mask.length !== width * height)
		throw new RangeError(`The mask has ${mask.length} pixels, not ${width}×${height}.`);
	const toInside = squaredDistances(mask, width, height, false);
	const toOutside = squaredDistances(mask, width, height, true);
	const distance = new Float32Array(mask.length);
	// A mask without an outline gets a distance beyond anything in the picture.
	const limit = width + height;
	for (let i = 0; i < distance.length; i++) {
		distance[i] = mask[i]
			? 0.5 - Math.min(limit, Math.sqrt(toOutside[i]))
			: Math.min(limit, Math.sqrt(toInside[i])) - 0.5;
	}
	return { width, height, distance };
}

/**
 * Bilinear sample and gradient at a point in the mask's pixels; the field is extended linearly beyond its border.
 *
 * @param out [3] receives distance, ∂/∂u, ∂/∂v
 */
export function sampleSignedDistance(out: Float64Array, field: SignedDistanceField, u: number, v: number): void {
	const { width, height, distance } = field;
	const fx = u - 0.5;
	const fy = v - 0.5;
	const x = Math.min(width - 2, Math.max(0, Math.floor(fx)));
	const y = Math.min(height - 2, Math.max(0, Math.floor(fy)));
	const a = fx - x;
	const b = fy - y;
	const i = y * width + x;
	const d00 = distance[i];
	const d10 = distance[i + 1];
	const d01 = distance[i + width];
	const d11 = distance[i + width + 1];
	out[0] = (d00 * (1 - a) + d10 * a) * (1 - b) + (d01 * (1 - a) + d11 * a) * b;
	out[1] = (d10 - d00) * (1 - b) + (d11 - d01) * b;
	out[2] = (d01 - d00) * (1 - a) + (d11 - d10) * a;
}

/** Half the length over which {@link sampleOutlineNormal} differentiates, pixels. */
const NORMAL_STEP = 2.5;

/**
 * Unit gradient about a point near the outline: its outward normal. Taken over several pixels, since the steps of a
 * binary mask turn the gradient at a point by up to 45°.
 *
 * @param out [2]
 * @returns false on a ridge of the field, where no direction is the outline's
 */
export function sampleOutlineNormal(out: Float64Array, field: SignedDistanceField, u: number, v: number): boolean {
	const sample = new Float64Array(3);
	const at = (x: number, y: number): number => {
		sampleSignedDistance(sample, field, x, y);
		return sample[0];
	};
	out[0] = at(u + NORMAL_STEP, v) - at(u - NORMAL_STEP, v);
	out[1] = at(u, v + NORMAL_STEP) - at(u, v - NORMAL_STEP);
	const length = Math.hypot(out[0], out[1]);
	if (length < 0.5 * 2 * NORMAL_STEP) return false;
	out[0] /= length;
	out[1] /= length;
	return true;
}

function squaredDistances(mask: Uint8Array, width: number, height: number, toZero: boolean): Float64Array {
	const d = new Float64Array(mask.length);
	for (let i = 0; i < d.length; i++) d[i] = (mask[i] === 0) === toZero ? 0 : FAR;
	const longest = Math.max(width, height);
	const scratch = {
		f: new Float64Array(longest),
		hull: new Int32Array(longest),
		bounds: new Float64Array(longest + 1),
	};
	for (let x = 0; x < width; x++) lowerEnvelope(d, x, width, height, scratch);
	for (let y = 0; y < height; y++) lowerEnvelope(d, y * width, 1, width, scratch);
	return d;
}

/** One-dimensional squared distance transform along a strided line, in place. */
function lowerEnvelope(
	d: Float64Array,
	start: number,
	stride: number,
	n: number,
	{ f, hull, bounds }: { f: Float64Array; hull: Int32Array; bounds: Float64Array },
): void {
	for (let i = 0; i < n; i++) f[i] = d[start + i * stride];
	let k = 0;
	hull[0] = 0;
	bounds[0] = -Infinity;
	bounds[1] = Infinity;
	for (let q = 1; q < n; q++) {
		// bounds[0] is −∞, so the search ends there at the latest.
		let s = crossing(f, q, hull[k]);
		while (s <= bounds[k]) {
			k--;
			s = crossing(f, q, hull[k]);
		}
		k++;
		hull[k] = q;
		bounds[k] = s;
		bounds[k + 1] = Infinity;
	}
	k = 0;
	for (let q = 0; q < n; q++) {
		while (bounds[k + 1] < q) k++;
		const p = hull[k];
		d[start + q * stride] = Math.min(FAR, (q - p) * (q - p) + f[p]);
	}
}

/** Where the parabolas rooted at q and p meet. */
function crossing(f: Float64Array, q: number, p: number): number {
	return (f[q] + q * q - f[p] - p * p) / (2 * (q - p));
}
