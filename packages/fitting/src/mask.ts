import { type SignedDistanceField, signedDistanceField } from "./signed-distance.js";

/** A person mask reduced to the size that the solver works at. */
export interface WorkingMask {
	readonly width: number;
	readonly height: number;
	/** mask pixels per image pixel */
	readonly scale: number;
	/** [width*height] 1 inside the person */
	readonly inside: Uint8Array;
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
export function createWorkingMask(mask: Float32Array, width: number, height: number): WorkingMask | null {
	if (mask.length !== width * height)
		throw new RangeError(`The mask has ${mask.length} pixels, not ${width}×${height}.`);
	const scale = Math.min(1, LONG_SIDE_PX / Math.max(width, height));
	const w = Math.max(2, Math.round(width * scale));
	const h = Math.max(2, Math.round(height * scale));
	const inside = new Uint8Array(w * h);
	for (let y = 0; y < h; y++) {
		const y0 = Math.floor((y * height) / h);
		const y1 = Math.max(y0 + 1, Math.floor(((y + 1) * height) / h));
		for (let x = 0; x < w; x++) {
			const x0 = Math.floor((x * width) / w);
			const x1 = Math.max(x0 + 1, Math.floor(((x + 1) * width) / w));
			let sum = 0;
			for (let v = y0; v < y1; v++) for (let u = x0; u < x1; u++) sum += mask[v * width + u];
			inside[y * w + x] = sum >= 0.5 * (y1 - y0) * (x1 - x0) ? 1 : 0;
		}
	}
	return keepLargestPart(inside, w, h) ? { width: w, height: h, scale: w / width, inside } : null;
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
export function createMaskField(mask: Float32Array | null, width: number, height: number): MaskField | null {
	const working = mask && createWorkingMask(mask, width, height);
	return working && { mask: working, field: signedDistanceField(working.inside, working.width, working.height) };
}
