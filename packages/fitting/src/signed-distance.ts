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

/**
 * @param mask [width*height] non-zero inside
 * @param margin pixels about the mask's bounding box within which distances are exact; farther ones are at least that
 */
export function signedDistanceField(
	mask: Uint8Array,
	width: number,
	height: number,
	margin = Number.POSITIVE_INFINITY,
): SignedDistanceField {
	if (mask.length !== width * height)
		throw new RangeError(`The mask has ${mask.length} pixels, not ${width}×${height}.`);
	// A mask without an outline gets a distance beyond anything in the picture.
	const limit = width + height;
	const distance = new Float32Array(mask.length).fill(limit);
	const { left, top, right, bottom } = windowAbout(mask, width, height, margin);
	const columns = right - left;
	const rows = bottom - top;
	if (columns <= 0) return { width, height, distance };
	const inside = new Uint8Array(columns * rows);
	for (let y = 0; y < rows; y++) {
		const from = (top + y) * width + left;
		inside.set(mask.subarray(from, from + columns), y * columns);
	}
	const toInside = squaredDistances(inside, columns, rows, false, limit);
	const toOutside = squaredDistances(inside, columns, rows, true, limit);
	for (let y = 0; y < rows; y++) {
		const to = (top + y) * width + left;
		for (let x = 0; x < columns; x++) {
			const i = y * columns + x;
			distance[to + x] = inside[i]
				? 0.5 - Math.min(limit, Math.sqrt(toOutside[i]))
				: Math.min(limit, Math.sqrt(toInside[i])) - 0.5;
		}
	}
	return { width, height, distance };
}

/** The mask's bounding box with a margin, within the picture; empty when nothing is inside. */
function windowAbout(mask: Uint8Array, width: number, height: number, margin: number) {
	if (margin === Number.POSITIVE_INFINITY) return { left: 0, top: 0, right: width, bottom: height };
	let left = width;
	let right = 0;
	let top = height;
	let bottom = 0;
	for (let y = 0; y < height; y++) {
		for (let x = 0; x < width; x++) {
			if (mask[y * width + x] === 0) continue;
			left = Math.min(left, x);
			right = Math.max(right, x + 1);
			top = Math.min(top, y);
			bottom = y + 1;
		}
	}
	if (right === 0) return { left: 0, top: 0, right: 0, bottom: 0 };
	return {
		left: Math.max(0, left - margin),
		top: Math.max(0, top - margin),
		right: Math.min(width, right + margin),
		bottom: Math.min(height, bottom + margin),
	};
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

/** Squared distance of every pixel to the nearest one outside (`toZero`) or inside; `limit`² where there is none. */
function squaredDistances(
	mask: Uint8Array,
	width: number,
	height: number,
	toZero: boolean,
	limit: number,
): Float64Array {
	const d = new Float64Array(mask.length);
	// Along the columns by counting, downwards and back up (Meijster, Roerdink & Hesselink 2000, first phase).
	for (let i = 0; i < d.length; i++) {
		if ((mask[i] === 0) === toZero) d[i] = 0;
		else d[i] = i < width ? limit : Math.min(limit, d[i - width] + 1);
	}
	for (let i = d.length - 1 - width; i >= 0; i--) d[i] = Math.min(d[i], d[i + width] + 1);
	for (let i = 0; i < d.length; i++) d[i] *= d[i];
	const scratch = {
		f: new Float64Array(width),
		hull: new Int32Array(width),
		bounds: new Float64Array(width + 1),
	};
	for (let y = 0; y < height; y++) lowerEnvelope(d.subarray(y * width, (y + 1) * width), scratch);
	return d;
}

/** One-dimensional squared distance transform of a row, in place. */
function lowerEnvelope(
	d: Float64Array,
	{ f, hull, bounds }: { f: Float64Array; hull: Int32Array; bounds: Float64Array },
): void {
	const n = d.length;
	f.set(d);
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
		d[q] = (q - p) * (q - p) + f[p];
	}
}

/** Where the parabolas rooted at q and p meet. */
function crossing(f: Float64Array, q: number, p: number): number {
	return (f[q] + q * q - f[p] - p * p) / (2 * (q - p));
}
