import type { RasterBuffer } from "./raster-fill.js";

/** Depth steps larger than this share of the distance are inner contours (an arm before the torso). */
const RELATIVE_STEP = 0.04;

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
	for (let y = 0; y < height; y++) {
		for (let x = 0; x < width; x++) {
			const here = nearness[y * width + x];
			const right = x + 1 < width ? nearness[y * width + x + 1] : here;
			const below = y + 1 < height ? nearness[(y + 1) * width + x] : here;
			const isRim = here > 0 !== right > 0 || here > 0 !== below > 0;
			if (isRim) {
				stamp(out, width, height, x, y, silhouetteRadius);
			} else if (here > 0 && (isStep(here, right) || isStep(here, below))) {
				stamp(out, width, height, x, y, innerRadius);
			}
		}
	}
}

function isStep(a: number, b: number): boolean {
	return Math.abs(a - b) > RELATIVE_STEP * Math.min(a, b);
}

function stamp(out: Uint8Array, width: number, height: number, x: number, y: number, radius: number): void {
	const reach = Math.floor(radius);
	for (let py = Math.max(0, y - reach); py <= Math.min(height - 1, y + reach); py++) {
		const half = Math.floor(Math.sqrt(radius * radius - (py - y) * (py - y)));
		out.fill(1, py * width + Math.max(0, x - half), py * width + Math.min(width - 1, x + half) + 1);
	}
}
