import type { RotatedRect } from "./rotated-rect.js";
import { sigmoid } from "./sigmoid.js";

/**
 * Warp the mask of a region back into the image: logistic function, then bilinear between mask pixel centres; 0 outside
 * the region.
 *
 * @param out [width * height] person probability 0..1
 * @param logits [size * size] over the region
 */
export function warpMask(
	out: Float32Array,
	width: number,
	height: number,
	logits: Float32Array,
	size: number,
	region: RotatedRect,
): void {
	if (out.length !== width * height || logits.length !== size * size) {
		throw new RangeError("mask sizes do not match");
	}
	const mask = new Float32Array(logits.length);
	for (let i = 0; i < mask.length; i++) mask[i] = sigmoid(logits[i]);
	const cos = Math.cos(region.rotation);
	const sin = Math.sin(region.rotation);
	const last = size - 1;
	const [x0, x1, y0, y1] = imageBounds(region, width, height);
	out.fill(0);
	for (let y = y0; y < y1; y++) {
		const dy = y + 0.5 - region.centerY;
		for (let x = x0; x < x1; x++) {
			const dx = x + 0.5 - region.centerX;
			const u = (dx * cos + dy * sin) / region.width + 0.5;
			const v = (dy * cos - dx * sin) / region.height + 0.5;
			if (u < 0 || u > 1 || v < 0 || v > 1) continue;
			const column = Math.floor(u * size - 0.5);
			const row = Math.floor(v * size - 0.5);
			const fx = u * size - 0.5 - column;
			const fy = v * size - 0.5 - row;
			const left = Math.max(column, 0);
			const right = column >= last ? last : column + 1;
			const top = Math.max(row, 0) * size;
			const bottom = (row >= last ? last : row + 1) * size;
			const upper = mask[top + left] * (1 - fx) + mask[top + right] * fx;
			const lower = mask[bottom + left] * (1 - fx) + mask[bottom + right] * fx;
			out[y * width + x] = upper * (1 - fy) + lower * fy;
		}
	}
}

/** Pixel range that a rotated rectangle can reach. */
function imageBounds(region: RotatedRect, width: number, height: number): [number, number, number, number] {
	const cos = Math.abs(Math.cos(region.rotation));
	const sin = Math.abs(Math.sin(region.rotation));
	const reachX = (region.width * cos + region.height * sin) / 2;
	const reachY = (region.width * sin + region.height * cos) / 2;
	const clamp = (value: number, limit: number) => Math.max(0, Math.min(limit, value));
	return [
		clamp(Math.floor(region.centerX - reachX), width),
		clamp(Math.ceil(region.centerX + reachX), width),
		clamp(Math.floor(region.centerY - reachY), height),
		clamp(Math.ceil(region.centerY + reachY), height),
	];
}
