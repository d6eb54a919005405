import { type SignedDistanceField, signedDistanceField } from "./signed-distance.js";

/** A person mask reduced to the size that the solver works at. */
export interface WorkingMask {
	readonly width: number;
	readonly height: number;
	/** mask pixels per image pixel */
	readonly scale: number;
	/** [width*height] 1 inside the person */
	readonly inside: Uint8Array;
	/** [width*height] labels of `PhotoObservation.regions`, null when nobody looked */
	readonly regions: Uint8Array | null;
}

/** A photo's mask and the distance to its outline. */
export interface MaskField {
	readonly mask: WorkingMask;
	readonly field: SignedDistanceField;
}

/** Long side of the working mask, pixels: finer than MediaPipe's 256² mask on a person filling the picture. */
const LONG_SIDE_PX = 640;

/**
 * Averages a soft mask down to at most 640 px, thresholds at one half and keeps the largest connected part.
 *
 * @param mask [width*height] probability 0…1
 * @returns null when nothing is inside
 */
export function createWorkingMask(
	mask: Float32Array,
	width: number,
	height: number,
	regions: Uint8Array | null = null,
): WorkingMask | null {
	if (mask.length !== width * height)
		throw new RangeError(`The mask has ${mask.length} pixels, not ${width}×${height}.`);
	const scale = Math.min(1, LONG_SIDE_PX / Math.max(width, height));
	const w = Math.max(2, Math.round(width * scale));
	const h = Math.max(2, Math.round(height * scale));
	const inside = new Uint8Array(w * h);
	const columns = cellWeights(width, w);
	const rows = cellWeights(height, h);
	const narrow = new Float32Array(height * w);
	for (let y = 0; y < height; y++) {
		for (let x = 0; x < w; x++) narrow[y * w + x] = weightedSum(columns, x, mask, y * width, 1);
	}
	for (let y = 0; y < h; y++) {
		for (let x = 0; x < w; x++) inside[y * w + x] = weightedSum(rows, y, narrow, x, w) > 0.5 ? 1 : 0;
	}
	return keepLargestPart(inside, w, h)
		? { width: w, height: h, scale: w / width, inside, regions: shrinkLabels(regions, width, height, w, h) }
		: null;
}

/** Which source cells a target cell covers, and what share of its own width each has. */
interface CellWeights {
	/** [cells+1] CSR */
	readonly offsets: Uint32Array;
	readonly sources: Uint32Array;
	readonly weights: Float32Array;
}

/** `size` cells cut into `count` of equal width: exact shares, partly covered ones too. */
function cellWeights(size: number, count: number): CellWeights {
	const offsets = new Uint32Array(count + 1);
	const sources: number[] = [];
	const weights: number[] = [];
	for (let i = 0; i < count; i++) {
		const from = (i * size) / count;
		const to = ((i + 1) * size) / count;
		for (let k = Math.floor(from); k < to && k < size; k++) {
			sources.push(k);
			weights.push((Math.min(to, k + 1) - Math.max(from, k)) / (to - from));
		}
		offsets[i + 1] = sources.length;
	}
	return { offsets, sources: Uint32Array.from(sources), weights: Float32Array.from(weights) };
}

function weightedSum(
	{ offsets, sources, weights }: CellWeights,
	cell: number,
	values: Float32Array,
	start: number,
	stride: number,
): number {
	let sum = 0;
	for (let k = offsets[cell]; k < offsets[cell + 1]; k++) sum += weights[k] * values[start + stride * sources[k]];
	return sum;
}

/** The label at each cell's centre. */
function shrinkLabels(
	labels: Uint8Array | null,
	width: number,
	height: number,
	w: number,
	h: number,
): Uint8Array | null {
	if (labels === null) return null;
	const out = new Uint8Array(w * h);
	for (let y = 0; y < h; y++) {
		const row = Math.floor(((y + 0.5) * height) / h) * width;
		for (let x = 0; x < w; x++) out[y * w + x] = labels[row + Math.floor(((x + 0.5) * width) / w)];
	}
	return out;
}

/** Zeroes all but the largest 4-connected part, in place. Returns its area in pixels. */
export function keepLargestPart(inside: Uint8Array, width: number, height: number): number {
	const label = new Int32Array(inside.length);
	const stack = new Int32Array(inside.length);
	let parts = 0;
	let best = 0;
	let bestArea = 0;
	for (let start = 0; start < inside.length; start++) {
		if (!inside[start] || label[start]) continue;
		parts++;
		let area = 0;
		let top = 0;
		stack[top++] = start;
		label[start] = parts;
		while (top > 0) {
			const i = stack[--top];
			area++;
			const x = i % width;
			const visit = (j: number): void => {
				if (inside[j] && !label[j]) {
					label[j] = parts;
					stack[top++] = j;
				}
			};
			if (x > 0) visit(i - 1);
			if (x < width - 1) visit(i + 1);
			if (i >= width) visit(i - width);
			if (i < width * (height - 1)) visit(i + width);
		}
		if (area > bestArea) {
			bestArea = area;
			best = parts;
		}
	}
	for (let i = 0; i < inside.length; i++) inside[i] = bestArea > 0 && label[i] === best ? 1 : 0;
	return bestArea;
}

/** {@link createWorkingMask} with its distance field; null when there is no mask or nobody in it. */
export function createMaskField(
	mask: Float32Array | null,
	width: number,
	height: number,
	regions: Uint8Array | null = null,
): MaskField | null {
	const working = mask && createWorkingMask(mask, width, height, regions);
	return working && { mask: working, field: signedDistanceField(working.inside, working.width, working.height) };
}
