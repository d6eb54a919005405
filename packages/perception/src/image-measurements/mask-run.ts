/** A stretch of the mask on a line, pixels along the line from where it was asked for. */
export interface MaskRun {
	readonly low_px: number;
	readonly high_px: number;
	/** Width of the soft edge from 75 % to 25 % person, the wider of the two. */
	readonly softness_px: number;
	/** Whether the picture ends where the run does. */
	readonly isLowCutOff: boolean;
	readonly isHighCutOff: boolean;
}

export interface SoftMask {
	readonly width: number;
	readonly height: number;
	/** [width*height] 0…1 */
	readonly values: Float32Array;
}

const STEP_PX = 0.5;
/** Holes narrower than this are the segmenter's. */
const HOLE_PX = 2;

/**
 * The run of the mask that holds a point of a line. Edges lie where the mask, bilinear between pixel centres, crosses
 * one half.
 *
 * @param x,y a point in pixels, (0, 0) being the outer corner of the first one
 * @param dx,dy unit direction of the line
 * @param reach_px how far to look to either side
 * @returns null when the point is not on the person
 */
export function findMaskRun(
	mask: SoftMask,
	x: number,
	y: number,
	dx: number,
	dy: number,
	reach_px: number,
): MaskRun | null {
	if (!(sampleMask(mask, x, y) >= 0.5)) return null;
	const high = findEdge(mask, x, y, dx, dy, reach_px);
	const low = findEdge(mask, x, y, -dx, -dy, reach_px);
	return {
		low_px: -low.at,
		high_px: high.at,
		softness_px: Math.max(low.softness, high.softness),
		isLowCutOff: low.isCutOff,
		isHighCutOff: high.isCutOff,
	};
}

function findEdge(mask: SoftMask, x: number, y: number, dx: number, dy: number, reach: number) {
	let last = sampleMask(mask, x, y);
	let edge = -1;
	let softStart = 0;
	let soft = 0;
	for (let s = STEP_PX; s <= reach; s += STEP_PX) {
		const px = x + s * dx;
		const py = y + s * dy;
		if (px < 1 || py < 1 || px > mask.width - 1 || py > mask.height - 1) {
			if (edge >= 0) break;
			return { at: s, softness: 0, isCutOff: true };
		}
		const value = sampleMask(mask, px, py);
		if (value >= 0.75 && edge < 0) softStart = s;
		if (last >= 0.5 && value < 0.5 && edge < 0) edge = s - (STEP_PX * (0.5 - value)) / (last - value);
		else if (value >= 0.5 && edge >= 0) edge = -1;
		if (edge >= 0 && value <= 0.25 && soft === 0) soft = s - softStart;
		if (edge >= 0 && s - edge > HOLE_PX) break;
		last = value;
	}
	return { at: edge >= 0 ? edge : reach, softness: soft, isCutOff: false };
}

/** Bilinear between pixel centres; the border's values go on outside. */
export function sampleMask({ width, height, values }: SoftMask, x: number, y: number): number {
	const u = Math.min(Math.max(x - 0.5, 0), width - 1);
	const v = Math.min(Math.max(y - 0.5, 0), height - 1);
	const column = Math.min(Math.floor(u), width - 2);
	const row = Math.min(Math.floor(v), height - 2);
	const fx = u - column;
	const fy = v - row;
	const at = row * width + column;
	const upper = values[at] * (1 - fx) + values[at + 1] * fx;
	const lower = values[at + width] * (1 - fx) + values[at + width + 1] * fx;
	return upper * (1 - fy) + lower * fy;
}
