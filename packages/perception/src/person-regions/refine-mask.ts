import type { RgbImage } from "../crop.js";
import { boxMean } from "./box-filter.js";

/** Radius of the filter's windows in pixels of the network's mask: the outline is right to about a fifth of one. */
const RADIUS = 1.2;
/** Colour variance below which a window counts as flat, of the square of the full range (about 8 of 255 levels). */
const FLAT_VARIANCE = 1e-3;
/** Pixels of the working grid per radius: coefficients are smooth, so a coarser grid than the photo's will do. */
const RADIUS_STEPS = 3;
/** Share of the mask's variance that colour must explain: below the first the mask stays, above the second it follows. */
const EXPLAINED: readonly [number, number] = [0.25, 0.6];
/** Below this the mask shows nobody; the network is rarely sure of nothing. */
const NOBODY_SHARE = 0.1;
/** A window whose mean mask is nearer than this to 0 or 1 has no outline. */
const OUTLINE_SHARE = 0.01;

/**
 * Move a mask's outline onto the edge that the photo shows: guided filter with colour guide (He, Sun and Tang 2013), its
 * coefficients computed on a coarser grid (He and Sun 2015) and used at full resolution, only around the outline. In
 * every window the mask is replaced by the linear function of colour that resembles it most; where colour tells too
 * little of the mask (cloth before a wall of its colour), the mask stays as it is.
 *
 * @param out [width * height] share 0..1; may be `mask` itself
 * @param mask [width * height] probability 0..1, blurred by `maskPixel_px`
 * @param maskPixel_px size of a pixel of the network's own mask, in pixels of the image
 * @throws RangeError if sizes do not match
 */
export function refineMask(out: Float32Array, image: RgbImage, mask: Float32Array, maskPixel_px: number): void {
	const { width, height } = image;
	if (image.rgb.length !== width * height * 3 || mask.length !== width * height || out.length !== mask.length) {
		throw new RangeError("mask and image sizes do not match");
	}
	if (!(maskPixel_px >= 0 && Number.isFinite(maskPixel_px))) throw new RangeError("maskPixel_px must not be negative");
	if (out !== mask) out.set(mask);
	const radius = Math.max(1, RADIUS * maskPixel_px);
	const step = Math.max(1, Math.round(radius / RADIUS_STEPS));
	const grid = placeGrid(mask, width, height, step, Math.ceil(2 * radius));
	if (grid === null) return;
	const planes = averageOnGrid(image, mask, grid);
	applyCoefficients(out, image, mask, grid, guideCoefficients(planes, grid, Math.max(1, Math.round(radius / step))));
}

/** Cells of `step` pixels over the part of the image that can show the outline. */
interface Grid {
	readonly left: number;
	readonly top: number;
	readonly columns: number;
	readonly rows: number;
	readonly step: number;
}

function placeGrid(mask: Float32Array, width: number, height: number, step: number, margin: number): Grid | null {
	let [x0, y0, x1, y1] = [width, height, -1, -1];
	for (let y = 0; y < height; y++) {
		const row = y * width;
		let x = 0;
		while (x < width && mask[row + x] < NOBODY_SHARE) x++;
		if (x === width) continue;
		let last = width - 1;
		while (mask[row + last] < NOBODY_SHARE) last--;
		x0 = Math.min(x0, x);
		x1 = Math.max(x1, last);
		y0 = Math.min(y0, y);
		y1 = y;
	}
	if (x1 < 0) return null;
	const left = Math.max(0, x0 - margin);
	const top = Math.max(0, y0 - margin);
	const columns = Math.ceil((Math.min(width, x1 + 1 + margin) - left) / step);
	const rows = Math.ceil((Math.min(height, y1 + 1 + margin) - top) / step);
	return { left, top, columns, rows, step };
}

/** Mean red, green, blue 0..1 and mask per cell. */
function averageOnGrid({ width, height, rgb }: RgbImage, mask: Float32Array, grid: Grid): Float32Array[] {
	const { left, top, columns, rows, step } = grid;
	const [red, green, blue, share] = Array.from({ length: 4 }, () => new Float32Array(columns * rows));
	for (let row = 0; row < rows; row++) {
		const y0 = top + row * step;
		const y1 = Math.min(height, y0 + step);
		for (let column = 0; column < columns; column++) {
			const x0 = left + column * step;
			const x1 = Math.min(width, x0 + step);
			let r = 0;
			let g = 0;
			let b = 0;
			let m = 0;
			for (let y = y0; y < y1; y++) {
				for (let i = y * width + x0; i < y * width + x1; i++) {
					r += rgb[3 * i];
					g += rgb[3 * i + 1];
					b += rgb[3 * i + 2];
					m += mask[i];
				}
			}
			const count = (y1 - y0) * (x1 - x0);
			const at = row * columns + column;
			red[at] = r / (255 * count);
			green[at] = g / (255 * count);
			blue[at] = b / (255 * count);
			share[at] = m / count;
		}
	}
	return [red, green, blue, share];
}

/** Values per cell: three slopes, offset, explained share, all averaged over the windows that hold the cell; outline. */
const STRIDE = 6;

/** The linear functions of colour, interleaved by cell; see `STRIDE`. */
function guideCoefficients(planes: readonly Float32Array[], { columns, rows }: Grid, radius: number): Float32Array {
	const [red, green, blue, share] = planes;
	const count = columns * rows;
	const scratch = new Float32Array(count);
	const mean = (values: Float32Array) => {
		const out = new Float32Array(count);
		boxMean(out, values, columns, rows, radius, scratch);
		return out;
	};
	const product = new Float32Array(count);
	const meanProduct = (a: Float32Array, b: Float32Array) => {
		for (let i = 0; i < count; i++) product[i] = a[i] * b[i];
		return mean(product);
	};
	const [r, g, b, m] = [mean(red), mean(green), mean(blue), mean(share)];
	const [rr, rg, rb] = [meanProduct(red, red), meanProduct(red, green), meanProduct(red, blue)];
	const [gg, gb, bb] = [meanProduct(green, green), meanProduct(green, blue), meanProduct(blue, blue)];
	const [rm, gm, bm] = [meanProduct(red, share), meanProduct(green, share), meanProduct(blue, share)];
	const mm = meanProduct(share, share);
	const outputs = Array.from({ length: 5 }, () => new Float32Array(count));
	const [slopeR, slopeG, slopeB, offset, explained] = outputs;
	for (let i = 0; i < count; i++) {
		if (m[i] < OUTLINE_SHARE || m[i] > 1 - OUTLINE_SHARE) {
			offset[i] = m[i];
			continue;
		}
		const c00 = rr[i] - r[i] * r[i] + FLAT_VARIANCE;
		const c01 = rg[i] - r[i] * g[i];
		const c02 = rb[i] - r[i] * b[i];
		const c11 = gg[i] - g[i] * g[i] + FLAT_VARIANCE;
		const c12 = gb[i] - g[i] * b[i];
		const c22 = bb[i] - b[i] * b[i] + FLAT_VARIANCE;
		const v0 = rm[i] - r[i] * m[i];
		const v1 = gm[i] - g[i] * m[i];
		const v2 = bm[i] - b[i] * m[i];
		const i00 = c11 * c22 - c12 * c12;
		const i01 = c02 * c12 - c01 * c22;
		const i02 = c01 * c12 - c02 * c11;
		const scale = 1 / (c00 * i00 + c01 * i01 + c02 * i02);
		const s0 = (i00 * v0 + i01 * v1 + i02 * v2) * scale;
		const s1 = (i01 * v0 + (c00 * c22 - c02 * c02) * v1 + (c01 * c02 - c00 * c12) * v2) * scale;
		const s2 = (i02 * v0 + (c01 * c02 - c00 * c12) * v1 + (c00 * c11 - c01 * c01) * v2) * scale;
		slopeR[i] = s0;
		slopeG[i] = s1;
		slopeB[i] = s2;
		offset[i] = m[i] - s0 * r[i] - s1 * g[i] - s2 * b[i];
		explained[i] = (s0 * v0 + s1 * v1 + s2 * v2) / Math.max(1e-6, mm[i] - m[i] * m[i]);
	}
	const out = new Float32Array(count * STRIDE);
	outputs.forEach((values, k) => {
		boxMean(values, values, columns, rows, radius, scratch);
		for (let i = 0; i < count; i++) out[STRIDE * i + k] = values[i];
	});
	for (let i = 0; i < count; i++) out[STRIDE * i + 5] = m[i] < OUTLINE_SHARE || m[i] > 1 - OUTLINE_SHARE ? 0 : 1;
	return out;
}

function applyCoefficients(
	out: Float32Array,
	{ width, height, rgb }: RgbImage,
	mask: Float32Array,
	{ left, top, columns, rows, step }: Grid,
	coefficients: Float32Array,
): void {
	const yEnd = Math.min(height, top + rows * step);
	const blended = new Float32Array(STRIDE * (columns + 1));
	const [least, enough] = EXPLAINED;
	for (let y = top; y < yEnd; y++) {
		const own = Math.floor((y - top) / step) * columns;
		blendRows(blended, coefficients, columns, rows, (y - top + 0.5) / step - 0.5);
		for (let column = 0; column < columns; column++) {
			if (coefficients[STRIDE * (own + column) + 5] === 0) continue;
			const x0 = left + column * step;
			const x1 = Math.min(width, x0 + step);
			for (let x = x0; x < x1; x++) {
				const u = Math.max(0, (x - left + 0.5) / step - 0.5);
				const near = Math.floor(u);
				const a = STRIDE * near;
				const fb = u - near;
				const fa = 1 - fb;
				const t = (fa * blended[a + 4] + fb * blended[a + STRIDE + 4] - least) / (enough - least);
				if (t <= 0) continue;
				const i = y * width + x;
				const filtered =
					((fa * blended[a] + fb * blended[a + STRIDE]) * rgb[3 * i] +
						(fa * blended[a + 1] + fb * blended[a + STRIDE + 1]) * rgb[3 * i + 1] +
						(fa * blended[a + 2] + fb * blended[a + STRIDE + 2]) * rgb[3 * i + 2]) /
						255 +
					fa * blended[a + 3] +
					fb * blended[a + STRIDE + 3];
				const trust = t < 1 ? t * t * (3 - 2 * t) : 1;
				const value = mask[i] + trust * (filtered - mask[i]);
				out[i] = Math.min(1, Math.max(0, value));
			}
		}
	}
}

/** One row of coefficients between the rows of cells around `v`; its last cell is there twice. */
function blendRows(out: Float32Array, coefficients: Float32Array, columns: number, rows: number, v: number): void {
	const clamped = Math.min(rows - 1, Math.max(0, v));
	const upper = Math.floor(clamped);
	const fraction = clamped - upper;
	const from = STRIDE * columns * upper;
	const to = STRIDE * columns * Math.min(rows - 1, upper + 1);
	const length = STRIDE * columns;
	for (let k = 0; k < length; k++) {
		out[k] = coefficients[from + k] + fraction * (coefficients[to + k] - coefficients[from + k]);
	}
	for (let k = 0; k < STRIDE; k++) out[length + k] = out[length - STRIDE + k];
}
