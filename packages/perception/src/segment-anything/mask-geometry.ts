import { resample } from "../image-models/resample.js";
import { sigmoid } from "../sigmoid.js";
import type { MaskCandidates } from "./mask-network.js";

/** A mask of the whole photo on a coarse grid, as shares 0 or 1. */
export interface CoarseMask {
	readonly width: number;
	readonly height: number;
	/** [width * height] */
	readonly inside: Uint8Array;
}

/**
 * Where a candidate says the person is, on a grid over the photo (nearest sample).
 *
 * @param level logits above it count
 */
export function coarseMask(
	candidates: MaskCandidates,
	index: number,
	width: number,
	height: number,
	level = 0,
): CoarseMask {
	const { logits, contentWidth, contentHeight } = candidates;
	const inside = new Uint8Array(width * height);
	const from = index * candidates.width * candidates.height;
	for (let y = 0; y < height; y++) {
		const row = Math.min(Math.floor(((y + 0.5) * contentHeight) / height), candidates.height - 1);
		for (let x = 0; x < width; x++) {
			const column = Math.min(Math.floor(((x + 0.5) * contentWidth) / width), candidates.width - 1);
			if (logits[from + row * candidates.width + column] > level) inside[y * width + x] = 1;
		}
	}
	return { width, height, inside };
}

/** A probability mask of the photo on the same kind of grid. */
export function coarsen(
	mask: Float32Array,
	maskWidth: number,
	maskHeight: number,
	width: number,
	height: number,
): CoarseMask {
	const inside = new Uint8Array(width * height);
	for (let y = 0; y < height; y++) {
		const row = Math.min(Math.floor(((y + 0.5) * maskHeight) / height), maskHeight - 1);
		for (let x = 0; x < width; x++) {
			const column = Math.min(Math.floor(((x + 0.5) * maskWidth) / width), maskWidth - 1);
			if (mask[row * maskWidth + column] > 0.5) inside[y * width + x] = 1;
		}
	}
	return { width, height, inside };
}

/** Intersection over union; 0 when both are empty. */
export function maskAgreement(a: CoarseMask, b: CoarseMask): number {
	let both = 0;
	let either = 0;
	for (let i = 0; i < a.inside.length; i++) {
		both += a.inside[i] & b.inside[i];
		either += a.inside[i] | b.inside[i];
	}
	return either === 0 ? 0 : both / either;
}

/** Share of the outermost cells that are inside. */
export function borderShare({ width, height, inside }: CoarseMask): number {
	let count = 0;
	let all = 0;
	for (let y = 0; y < height; y++) {
		const step = y === 0 || y === height - 1 ? 1 : Math.max(width - 1, 1);
		for (let x = 0; x < width; x += step) {
			count += inside[y * width + x];
			all++;
		}
	}
	return count / all;
}

/** Number of cells inside. */
export function maskArea({ inside }: CoarseMask): number {
	let count = 0;
	for (const value of inside) count += value;
	return count;
}

/**
 * A candidate as a mask of the photo: logits to the network's square, padding cut off, logits to the photo, logistic
 * function.
 *
 * @param out [width * height] person probability 0…1
 */
export function expandMask(
	out: Float32Array,
	width: number,
	height: number,
	candidates: MaskCandidates,
	index: number,
): void {
	const plane = candidates.width * candidates.height;
	const logits = candidates.logits.subarray(index * plane, (index + 1) * plane);
	const resampling = { kernel: "linear", antialias: false } as const;
	const { contentWidth, contentHeight } = candidates;
	if (contentWidth === candidates.width && contentHeight === candidates.height) {
		resample(out, height, width, logits, candidates.height, candidates.width, 1, resampling);
	} else {
		// The padded square at the network's own scale: four times the low-resolution masks, where padding has whole pixels.
		const factor = 4;
		const squareWidth = candidates.width * factor;
		const squareHeight = candidates.height * factor;
		const square = new Float32Array(squareWidth * squareHeight);
		resample(square, squareHeight, squareWidth, logits, candidates.height, candidates.width, 1, resampling);
		const cutWidth = Math.round(contentWidth * factor);
		const cutHeight = Math.round(contentHeight * factor);
		const cut = new Float32Array(cutWidth * cutHeight);
		for (let y = 0; y < cutHeight; y++) {
			cut.set(square.subarray(y * squareWidth, y * squareWidth + cutWidth), y * cutWidth);
		}
		resample(out, height, width, cut, cutHeight, cutWidth, 1, resampling);
	}
	for (let i = 0; i < out.length; i++) out[i] = sigmoid(out[i]);
}
