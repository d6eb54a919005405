import type { RasterCamera, RasterMesh } from "./raster.js";
import { linearFromSrgb, type Rgb } from "./raster-shading.js";

/** Cells of the ground's shadow map each way. */
const GROUND_CELLS = 56;

/** A square grid of points on the floor under a mesh. */
export interface StudioFloor {
	/** `[cells*cells*3]`, row by row. */
	readonly points: Float64Array;
	readonly normals: Float64Array;
	/** Level unit axes of the grid and its ranges along them. */
	readonly s: readonly number[];
	readonly t: readonly number[];
	readonly rangeS: readonly [number, number];
	readonly rangeT: readonly [number, number];
	readonly up: readonly [number, number, number];
	/** Height of the floor along `up`. */
	readonly height: number;
}

/**
 * A quiet studio: a backdrop brightest behind the figure, and a floor that carries the figure's soft shadow.
 *
 * @param out `[height*width*3]` linear light.
 * @param floor The floor's grid, see {@link createStudioFloor}.
 * @param openLight `[cells*cells*2]` open share of the sky and of the key light at its points.
 * @param colour Colour of the backdrop at its brightest.
 */
export function paintStudio(
	out: Float32Array,
	mesh: RasterMesh,
	camera: RasterCamera,
	floor: StudioFloor,
	openLight: Float32Array,
	colour: Rgb,
): void {
	const shadow = floorShadow(floor, openLight);
	const base = colour.map(linearFromSrgb);
	const { width, height, focal_px: f, cx_px: cx, cy_px: cy } = camera;
	const { vertices } = mesh;
	let centreX = 0;
	let centreY = 0;
	let centreZ = 0;
	for (let i = 0; i < vertices.length; i += 3) {
		centreX += vertices[i];
		centreY += vertices[i + 1];
		centreZ += vertices[i + 2];
	}
	const glowX = cx + (f * centreX) / centreZ;
	const glowY = cy + (f * centreY) / centreZ;
	const reach = Math.hypot(width, height) * 0.62;
	for (let row = 0; row < height; row++) {
		for (let column = 0; column < width; column++) {
			const x = column + 0.5;
			const y = row + 0.5;
			const away = Math.hypot(x - glowX, (y - glowY) * 0.85) / reach;
			const backdrop = 1 / (1 + 0.55 * away * away);
			const shade = shadow((x - cx) / f, (y - cy) / f);
			const at = (row * width + column) * 3;
			for (let k = 0; k < 3; k++) {
				// Shadows on a warm floor keep a little warmth.
				out[at + k] = base[k] * backdrop * (1 - shade * (k === 0 ? 0.94 : k === 1 ? 0.97 : 1));
			}
		}
	}
}

/**
 * The floor at the height of a mesh's lowest point, reaching about a metre around it.
 *
 * @param up Unit vector that points up, in camera axes.
 */
export function createStudioFloor(mesh: RasterMesh, up: readonly [number, number, number]): StudioFloor {
	const { vertices } = mesh;
	const [ux, uy, uz] = up;
	let height = Number.POSITIVE_INFINITY;
	for (let i = 0; i < vertices.length; i += 3) {
		height = Math.min(height, ux * vertices[i] + uy * vertices[i + 1] + uz * vertices[i + 2]);
	}
	// Two level axes.
	const flat = Math.abs(ux) < 0.9 ? [1, 0, 0] : [0, 0, 1];
	const dot = flat[0] * ux + flat[1] * uy + flat[2] * uz;
	const s = normalise([flat[0] - dot * ux, flat[1] - dot * uy, flat[2] - dot * uz]);
	const t = [uy * s[2] - uz * s[1], uz * s[0] - ux * s[2], ux * s[1] - uy * s[0]];
	let [minS, maxS, minT, maxT] = [Infinity, -Infinity, Infinity, -Infinity];
	for (let i = 0; i < vertices.length; i += 3) {
		const ps = s[0] * vertices[i] + s[1] * vertices[i + 1] + s[2] * vertices[i + 2];
		const pt = t[0] * vertices[i] + t[1] * vertices[i + 1] + t[2] * vertices[i + 2];
		minS = Math.min(minS, ps);
		maxS = Math.max(maxS, ps);
		minT = Math.min(minT, pt);
		maxT = Math.max(maxT, pt);
	}
	const margin = 1.1;
	minS -= margin;
	maxS += margin;
	minT -= margin;
	maxT += margin;
	const cells = GROUND_CELLS;
	const points = new Float64Array(cells * cells * 3);
	const normals = new Float64Array(cells * cells * 3);
	for (let row = 0; row < cells; row++) {
		for (let column = 0; column < cells; column++) {
			const ps = minS + ((maxS - minS) * column) / (cells - 1);
			const pt = minT + ((maxT - minT) * row) / (cells - 1);
			const at = (row * cells + column) * 3;
			for (let k = 0; k < 3; k++) {
				points[at + k] = up[k] * height + s[k] * ps + t[k] * pt;
				normals[at + k] = up[k];
			}
		}
	}
	return { points, normals, s, t, rangeS: [minS, maxS], rangeT: [minT, maxT], up, height };
}

/** Darkness 0..1 of the floor where the ray (rx, ry, 1) meets it; 0 where it does not. */
function floorShadow(floor: StudioFloor, open: Float32Array): (rx: number, ry: number) => number {
	const { s, t, height } = floor;
	const [ux, uy, uz] = floor.up;
	const [minS, maxS] = floor.rangeS;
	const [minT, maxT] = floor.rangeT;
	const cells = GROUND_CELLS;
	const darkness = new Float32Array(cells * cells);
	const sky = Float32Array.from(darkness, (_, i) => open[i * 2]);
	// The sky is a few dozen directions: their separate shadows are blurred into one.
	for (let pass = 0; pass < 3; pass++) blurGrid(sky, cells, 2);
	for (let i = 0; i < darkness.length; i++) {
		const column = (i % cells) / (cells - 1) - 0.5;
		const row = Math.floor(i / cells) / (cells - 1) - 0.5;
		// Fades out before the map ends, so that no border shows.
		const fade = Math.max(0, 1 - 4 * (column * column + row * row));
		darkness[i] = fade * (0.6 * (1 - sky[i]) + 0.34 * (1 - open[i * 2 + 1]));
	}
	return (rx, ry) => {
		const descent = ux * rx + uy * ry + uz;
		const distance = height / descent;
		if (!(distance > 0 && distance < 1e3)) return 0;
		const u = ((distance * (s[0] * rx + s[1] * ry + s[2]) - minS) / (maxS - minS)) * (cells - 1);
		const v = ((distance * (t[0] * rx + t[1] * ry + t[2]) - minT) / (maxT - minT)) * (cells - 1);
		if (!(u >= 0 && v >= 0 && u < cells - 1 && v < cells - 1)) return 0;
		const column = Math.floor(u);
		const row = Math.floor(v);
		// Smoothed bilinear interpolation hides the grid.
		const fu = smooth(u - column);
		const fv = smooth(v - row);
		const at = row * cells + column;
		const near = darkness[at] * (1 - fu) + darkness[at + 1] * fu;
		const far = darkness[at + cells] * (1 - fu) + darkness[at + cells + 1] * fu;
		return near * (1 - fv) + far * fv;
	};
}

/** Box blur of a square grid in place, first along rows, then along columns; borders repeat. */
function blurGrid(grid: Float32Array, cells: number, radius: number): void {
	const line = new Float32Array(cells);
	for (const [along, across] of [
		[1, cells],
		[cells, 1],
	]) {
		for (let l = 0; l < cells; l++) {
			for (let i = 0; i < cells; i++) {
				let sum = 0;
				for (let k = -radius; k <= radius; k++)
					sum += grid[l * across + Math.min(cells - 1, Math.max(0, i + k)) * along];
				line[i] = sum / (2 * radius + 1);
			}
			for (let i = 0; i < cells; i++) grid[l * across + i * along] = line[i];
		}
	}
}

function smooth(x: number): number {
	return x * x * (3 - 2 * x);
}

function normalise(v: readonly number[]): number[] {
	const length = Math.hypot(v[0], v[1], v[2]);
	return [v[0] / length, v[1] / length, v[2] / length];
}
