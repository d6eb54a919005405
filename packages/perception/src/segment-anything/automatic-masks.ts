import { type CoarseMask, coarseMask, maskArea } from "./mask-geometry.js";
import type { EncodedImage, MaskCandidates } from "./mask-network.js";

/** A mask that was found without being asked for a person. */
export interface FoundMask {
	readonly candidates: MaskCandidates;
	readonly index: number;
	readonly score: number;
	readonly coarse: CoarseMask;
}

/** Thresholds of Segment Anything's automatic mask generator. */
const MIN_SCORE = 0.88;
const MIN_STABILITY = 0.95;
const STABILITY_OFFSET = 1;
const MAX_BOX_OVERLAP = 0.7;
/** Points per side: many where a question is cheap, few where each runs the whole network. */
const CHEAP_SIDE = 12;
const COSTLY_SIDE = 4;
/** Cells along the longer side of the grid on which masks are compared. */
const COARSE_SIDE = 256;

/**
 * Every object of an image: a grid of points asked one by one, masks that the network is unsure of or that change with
 * their threshold left out, and of masks in the same place only the best (Kirillov et al. 2023, appendix B).
 *
 * @param throwIfAborted called before each question
 * @returns best first
 */
export async function findMasks(
	image: EncodedImage,
	width: number,
	height: number,
	throwIfAborted: () => void,
): Promise<FoundMask[]> {
	const [coarseWidth, coarseHeight] = coarseSize(width, height);
	const side = image.isCheap ? CHEAP_SIDE : COSTLY_SIDE;
	const found: FoundMask[] = [];
	for (let row = 0; row < side; row++) {
		for (let column = 0; column < side; column++) {
			throwIfAborted();
			const points_px = Float64Array.of(((column + 0.5) * width) / side, ((row + 0.5) * height) / side);
			const candidates = await image.ask({ box_px: null, points_px });
			for (let index = 0; index < candidates.count; index++) {
				const score = candidates.scores[index];
				if (!(score >= MIN_SCORE)) continue;
				const at = (level: number) => coarseMask(candidates, index, coarseWidth, coarseHeight, level);
				const wide = maskArea(at(-STABILITY_OFFSET));
				if (wide === 0 || maskArea(at(STABILITY_OFFSET)) / wide < MIN_STABILITY) continue;
				found.push({ candidates, index, score, coarse: at(0) });
			}
		}
	}
	found.sort((a, b) => b.score - a.score);
	const kept: { mask: FoundMask; box: Box }[] = [];
	for (const mask of found) {
		const box = boxOf(mask.coarse);
		if (box !== null && kept.every((other) => boxOverlap(other.box, box) <= MAX_BOX_OVERLAP)) kept.push({ mask, box });
	}
	return kept.map(({ mask }) => mask);
}

/** Size of the grid on which masks of a photo are compared. */
export function coarseSize(width: number, height: number): [number, number] {
	const scale = Math.min(COARSE_SIDE / Math.max(width, height), 1);
	return [Math.max(Math.round(width * scale), 1), Math.max(Math.round(height * scale), 1)];
}

type Box = readonly [number, number, number, number];

function boxOf({ width, height, inside }: CoarseMask): Box | null {
	let left = width;
	let top = height;
	let right = 0;
	let bottom = 0;
	for (let y = 0; y < height; y++) {
		for (let x = 0; x < width; x++) {
			if (inside[y * width + x] === 0) continue;
			left = Math.min(left, x);
			right = Math.max(right, x + 1);
			top = Math.min(top, y);
			bottom = y + 1;
		}
	}
	return right > left ? [left, top, right, bottom] : null;
}

function boxOverlap(a: Box, b: Box): number {
	const width = Math.min(a[2], b[2]) - Math.max(a[0], b[0]);
	const height = Math.min(a[3], b[3]) - Math.max(a[1], b[1]);
	if (width <= 0 || height <= 0) return 0;
	const area = (box: Box) => (box[2] - box[0]) * (box[3] - box[1]);
	return (width * height) / (area(a) + area(b) - width * height);
}
