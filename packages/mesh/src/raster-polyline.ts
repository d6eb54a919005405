import type { RasterCamera } from "./raster.js";
import { linearFromSrgb, type Rgb, srgbFromLinear } from "./raster-shading.js";

/** Options of {@link drawPolyline}. */
export interface PolylineOptions {
	/** Line colour, sRGB. Default a signal red. */
	readonly colour?: Rgb;
	/** Line width, pixels. Default 2. */
	readonly width_px?: number;
	/** Joins the last point to the first. Default false. */
	readonly closed?: boolean;
	/** Depth map `[height*width]` in metres (see `rasterizeDepth`): what lies behind it is hidden. */
	readonly depth?: Float32Array;
	/** How far behind the surface a point still counts as lying on it, metres. Default 0.015. */
	readonly depthTolerance_m?: number;
	/** Opacity of the hidden parts, 0..1. Default 0. */
	readonly hiddenOpacity?: number;
}

/**
 * Draws a line through space over a picture, antialiased, with the parts behind a surface hidden: a tape around a body.
 *
 * @param rgba `[height*width*4]` sRGB, modified in place.
 * @param points `[k*3]` in camera coordinates, metres.
 * @throws RangeError when a size does not match the camera's.
 */
export function drawPolyline(
	rgba: Uint8Array | Uint8ClampedArray,
	points: Float64Array | Float32Array,
	camera: RasterCamera,
	options: PolylineOptions = {},
): void {
	const { width, height, focal_px: f, cx_px: cx, cy_px: cy, near_m: near = 0.05 } = camera;
	const {
		colour = [232, 64, 52],
		width_px = 2,
		closed = false,
		depth,
		depthTolerance_m = 0.015,
		hiddenOpacity = 0,
	} = options;
	if (rgba.length !== width * height * 4 || (depth && depth.length !== width * height)) {
		throw new RangeError(`The picture or its depth map does not have ${width}×${height} pixels.`);
	}
	const radius = width_px / 2;
	// Coverage is gathered first, so that the joints of segments are not painted twice.
	const coverage = new Map<number, number>();
	const count = points.length / 3;
	for (let i = 0; i < (closed ? count : count - 1); i++) {
		const a = i * 3;
		const b = ((i + 1) % count) * 3;
		if (!(points[a + 2] >= near && points[b + 2] >= near)) continue;
		const ax = cx + (f * points[a]) / points[a + 2];
		const ay = cy + (f * points[a + 1]) / points[a + 2];
		const bx = cx + (f * points[b]) / points[b + 2];
		const by = cy + (f * points[b + 1]) / points[b + 2];
		const dx = bx - ax;
		const dy = by - ay;
		const squared = dx * dx + dy * dy;
		const minX = Math.max(0, Math.floor(Math.min(ax, bx) - radius - 1));
		const maxX = Math.min(width - 1, Math.ceil(Math.max(ax, bx) + radius + 1));
		const minY = Math.max(0, Math.floor(Math.min(ay, by) - radius - 1));
		const maxY = Math.min(height - 1, Math.ceil(Math.max(ay, by) + radius + 1));
		for (let y = minY; y <= maxY; y++) {
			for (let x = minX; x <= maxX; x++) {
				const px = x + 0.5 - ax;
				const py = y + 0.5 - ay;
				const s = squared > 0 ? Math.min(1, Math.max(0, (px * dx + py * dy) / squared)) : 0;
				let amount = Math.min(1, radius + 0.5 - Math.hypot(px - s * dx, py - s * dy));
				if (amount <= 0) continue;
				const pixel = y * width + x;
				if (depth) {
					const z = 1 / ((1 - s) / points[a + 2] + s / points[b + 2]);
					if (z > depth[pixel] + depthTolerance_m) amount *= hiddenOpacity;
				}
				if (amount > (coverage.get(pixel) ?? 0)) coverage.set(pixel, amount);
			}
		}
	}
	const line = colour.map(linearFromSrgb);
	for (const [pixel, amount] of coverage) {
		const alpha = rgba[pixel * 4 + 3] / 255;
		const combined = amount + alpha * (1 - amount);
		for (let k = 0; k < 3; k++) {
			const below = linearFromSrgb(rgba[pixel * 4 + k]) * alpha * (1 - amount);
			rgba[pixel * 4 + k] = srgbFromLinear((line[k] * amount + below) / combined);
		}
		rgba[pixel * 4 + 3] = Math.round(combined * 255);
	}
}
