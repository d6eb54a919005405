import type { RasterCamera, RasterMesh } from "./raster.js";
import { markOutlines } from "./raster-outline.js";
import { linearFromSrgb, type Rgb, shadeMesh, srgbFromLinear } from "./raster-shading.js";
import { createStudioFloor, paintStudio } from "./raster-studio.js";

/** Warm clay. */
const MANNEQUIN: Rgb = [216, 184, 164];
const BACKDROP: Rgb = [240, 237, 233];
/** The overlay is cooler and lighter than skin, so that it stands out on people and clothes alike. */
const OVERLAY: Rgb = [86, 176, 226];
const OUTLINE: Rgb = [255, 255, 255];

/** Options of {@link renderPreview}. */
export interface PreviewOptions {
	/** Surface colour, sRGB. Default a warm clay. */
	readonly colour?: Rgb;
	/** Backdrop colour, sRGB, or `null` for a transparent background without floor. */
	readonly backdrop?: Rgb | null;
	/** Unit vector that points up, camera axes. Default straight up in the picture: (0, −1, 0). */
	readonly up?: readonly [number, number, number];
	/** Samples per pixel each way, 1..4. Default 3. */
	readonly samplesPerSide?: number;
}

/**
 * A picture of a mesh as a matt mannequin in a studio: smooth normals, key and fill light, soft shadows on itself and on
 * the floor below its lowest point, antialiased.
 *
 * @param mesh In camera coordinates.
 * @returns `[height*width*4]` sRGB with straight alpha (255 everywhere when there is a backdrop).
 */
export function renderPreview(mesh: RasterMesh, camera: RasterCamera, options: PreviewOptions = {}): Uint8Array {
	const { colour = MANNEQUIN, backdrop = BACKDROP, up = [0, -1, 0], samplesPerSide: factor = 3 } = options;
	const floor = backdrop ? createStudioFloor(mesh, up) : null;
	const { buffer, light, extraVisibility } = shadeMesh(mesh, camera, colour, factor, floor);
	const { width, height } = camera;
	const studio = new Float32Array(width * height * 3);
	if (backdrop && floor) paintStudio(studio, mesh, camera, floor, extraVisibility, backdrop);
	const out = new Uint8Array(width * height * 4);
	const sampleCount = factor * factor;
	const sums = new Float64Array(4);
	for (let pixel = 0; pixel < width * height; pixel++) {
		sumSamples(sums, light, buffer.faces, buffer.width, width, factor, pixel);
		const covered = sums[3];
		const coverage = covered / sampleCount;
		for (let k = 0; k < 3; k++) {
			const value = backdrop
				? sums[k] / sampleCount + studio[pixel * 3 + k] * (1 - coverage)
				: sums[k] / Math.max(1, covered);
			out[pixel * 4 + k] = srgbFromLinear(value);
		}
		out[pixel * 4 + 3] = backdrop ? 255 : Math.round(coverage * 255);
	}
	return out;
}

/** Options of {@link renderOverlay}. */
export interface OverlayOptions {
	/** Colour of the body, sRGB. */
	readonly colour?: Rgb;
	/** Opacity of the body, 0..1. Default 0.5. */
	readonly opacity?: number;
	/** Colour of the contour, sRGB. */
	readonly outlineColour?: Rgb;
	/** Width of the contour, pixels; 0 for none. Default 1/400 of the longer side, at least 1.5. */
	readonly outlineWidth_px?: number;
	/** Samples per pixel each way, 1..4. Default 2. */
	readonly samplesPerSide?: number;
}

/**
 * The body over its photo: translucent and shaded, with a crisp contour.
 *
 * @param photoRgb `[height*width*3]` sRGB, the size of the camera's picture; not modified.
 * @param mesh In camera coordinates.
 * @returns `[height*width*4]` sRGB, opaque.
 * @throws RangeError when the photo's size is not the camera's.
 */
export function renderOverlay(
	photoRgb: Uint8Array | Uint8ClampedArray,
	mesh: RasterMesh,
	camera: RasterCamera,
	options: OverlayOptions = {},
): Uint8Array {
	const { width, height } = camera;
	if (photoRgb.length !== width * height * 3) {
		throw new RangeError(
			`The photo has ${photoRgb.length} bytes; ${width}×${height} RGB pixels need ${width * height * 3}.`,
		);
	}
	const {
		colour = OVERLAY,
		opacity = 0.5,
		outlineColour = OUTLINE,
		outlineWidth_px = Math.max(1.5, Math.max(width, height) / 400),
		samplesPerSide: factor = 2,
	} = options;
	const { buffer, light } = shadeMesh(mesh, camera, colour, factor);
	const lines = new Uint8Array(buffer.faces.length);
	const halo = new Uint8Array(buffer.faces.length);
	if (outlineWidth_px > 0) {
		const radius = (outlineWidth_px * factor) / 2;
		markOutlines(lines, buffer, radius, radius * 0.55);
		markOutlines(halo, buffer, radius * 1.9, radius * 1.1);
	}
	const line = outlineColour.map(linearFromSrgb);
	const out = new Uint8Array(width * height * 4);
	const sampleCount = factor * factor;
	const sums = new Float64Array(4);
	for (let pixel = 0; pixel < width * height; pixel++) {
		sumSamples(sums, light, buffer.faces, buffer.width, width, factor, pixel);
		const covered = sums[3];
		const lined = countLined(lines, buffer.width, width, factor, pixel) / sampleCount;
		const haloed = countLined(halo, buffer.width, width, factor, pixel) / sampleCount;
		const body = (covered / sampleCount) * opacity;
		for (let k = 0; k < 3; k++) {
			const photo = photoRgb[pixel * 3 + k];
			if (covered === 0 && haloed === 0) {
				out[pixel * 4 + k] = photo;
				continue;
			}
			const tinted = linearFromSrgb(photo) * (1 - body) + (sums[k] / sampleCount) * opacity;
			// A faint dark edge keeps the line readable on light clothes.
			const edged = tinted * (1 - 0.4 * haloed);
			out[pixel * 4 + k] = srgbFromLinear(edged * (1 - 0.92 * lined) + line[k] * 0.92 * lined);
		}
		out[pixel * 4 + 3] = 255;
	}
	return out;
}

/**
 * Light and coverage of one pixel's samples.
 *
 * @param out `[4]`: red, green, blue summed, and the number of covered samples.
 */
function sumSamples(
	out: Float64Array,
	light: Float32Array,
	faces: Int32Array,
	fineWidth: number,
	width: number,
	factor: number,
	pixel: number,
): void {
	const first = Math.floor(pixel / width) * factor * fineWidth + (pixel % width) * factor;
	out.fill(0);
	for (let y = 0; y < factor; y++) {
		for (let i = first + y * fineWidth; i < first + y * fineWidth + factor; i++) {
			if (faces[i] < 0) continue;
			out[0] += light[i * 3];
			out[1] += light[i * 3 + 1];
			out[2] += light[i * 3 + 2];
			out[3]++;
		}
	}
}

function countLined(lines: Uint8Array, fineWidth: number, width: number, factor: number, pixel: number): number {
	const first = Math.floor(pixel / width) * factor * fineWidth + (pixel % width) * factor;
	let count = 0;
	for (let y = 0; y < factor; y++) {
		for (let x = 0; x < factor; x++) count += lines[first + y * fineWidth + x];
	}
	return count;
}
