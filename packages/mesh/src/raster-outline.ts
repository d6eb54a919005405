import type { RasterBuffer } from "./raster-fill.js";

/** Depth steps larger than this share of the distance are inner contours (an arm before the torso). */
const RELATIVE_STEP = 0.02;
/** Inner contours with fewer samples than this share of the picture's height are left out: lips and eye lids. */
const LEAST_LENGTH = 0.06;

/**
 * Marks samples on contours: the silhouette and, thinner, the edges where one part hides another.
 *
 * @param out `[height*width]`, 1 on a line, else 0.
 * @param silhouetteRadius,innerRadius Half widths of the lines in samples.
 */
export function markOutlines(
	out: Uint8Array,
	buffer: RasterBuffer,
	silhouetteRadius: number,
	innerRadius: number,
): void {
	out.fill(0);
	const { width, height, nearness } = buffer;
	const isInner = new Uint8Array(width * height);
	for (let y = 0; y < height; y++) {
		for (let x = 0; x < width; x++) {
			const here = nearness[y * width + x];
			const right = x + 1 < width ? nearness[y * width + x + 1] : here;
			const below = y + 1 < height ? nearness[(y + 1) * width + x] : here;
			if (here > 0 !== right > 0 || here > 0 !== below > 0) stamp(out, width, height, x, y, silhouetteRadius);
			else if (here > 0 && (isStep(here, right) || isStep(here, below))) isInner[y * width + x] = 1;
		}
	}
	for (let sample = 0; sample < isInner.length; sample++) {
		if (isInner[sample] === 0) continue;
		const line = takeConnected(isInner, width, height, sample);
		if (line.length < LEAST_LENGTH * height) continue;
		for (const at of line) stamp(out, width, height, at % width, Math.floor(at / width), innerRadius);
	}
}

function isStep(a: number, b: number): boolean {
	return Math.abs(a - b) > RELATIVE_STEP * Math.min(a, b);
}

/** The marked samples that hang together with `start`, diagonals included; they are unmarked. */
function takeConnected(marks: Uint8Array, width: number, height: number, start: number): number[] {
	const found = [start];
	marks[start] = 0;
	for (let i = 0; i < found.length; i++) {
		const x = found[i] % width;
		const y = Math.floor(found[i] / width);
		for (let py = Math.max(0, y - 1); py <= Math.min(height - 1, y + 1); py++) {
			for (let px = Math.max(0, x - 1); px <= Math.min(width - 1, x + 1); px++) {
				if (marks[py * width + px] === 0) continue;
				marks[py * width + px] = 0;
				found.push(py * width + px);
			}
		}
	}
	return found;
}

function stamp(out: Uint8Array, width: number, height: number, x: number, y: number, radius: number): void {
	const reach = Math.floor(radius);
	for (let py = Math.max(0, y - reach); py <= Math.min(height - 1, y + reach); py++) {
		const half = Math.floor(Math.sqrt(radius * radius - (py - y) * (py - y)));
		out.fill(1, py * width + Math.max(0, x - half), py * width + Math.min(width - 1, x + half) + 1);
	}
}
