import { computeVertexNormals } from "./normals.js";
import { type RasterCamera, type RasterMesh, rasterizeMesh, scaleCamera } from "./raster.js";
import { createRasterBuffer, type RasterBuffer } from "./raster-fill.js";
import { computeVisibility, coneDirections, type LightSamples, sphereDirections } from "./raster-visibility.js";

/** An sRGB colour, 0..255 each. */
export type Rgb = readonly [number, number, number];

/** sRGB 0..255 → linear 0..1. */
export function linearFromSrgb(value: number): number {
	const v = value / 255;
	return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
}

const SRGB_STEPS = 4096;
const SRGB_TABLE = Uint8Array.from({ length: SRGB_STEPS + 1 }, (_, i) => {
	const v = i / SRGB_STEPS;
	return Math.round(255 * (v <= 0.0031308 ? 12.92 * v : 1.055 * v ** (1 / 2.4) - 0.055));
});

/** Linear 0..1 → sRGB 0..255, clamped. */
export function srgbFromLinear(value: number): number {
	// The table is coarse only where the eye cannot tell: below 1/4096 of full light.
	return SRGB_TABLE[value <= 0 ? 0 : value >= 1 ? SRGB_STEPS : Math.round(value * SRGB_STEPS)];
}

/** A drawn mesh, ready to be shaded sample by sample. */
export interface ShadedScene {
	/** Supersampled buffer. */
	readonly buffer: RasterBuffer;
	readonly camera: RasterCamera;
	/** Samples per pixel each way. */
	readonly factor: number;
	/** Linear colour of the mesh per sample, `[samples*3]`, 0 where nothing was drawn. */
	readonly light: Float32Array;
	/** `[p*2]` open share of the sky and of the key light at the extra points. */
	readonly extraVisibility: Float32Array;
}

/** Directions for the light of the whole sky and of the key light, and the size of their depth maps. */
const SKY_DIRECTIONS = 48;
const KEY_DIRECTIONS = 20;
const SHADOW_MAP_SIZE = 224;
/** Angular radius of the key light: a soft box about one metre wide at two metres. */
const KEY_RADIUS_RAD = 0.27;
/** Even the deepest fold gets this share of the sky: black holes would look like damage. */
const LEAST_SKY = 0.3;

/** Towards the lights, in camera axes (X right, Y down, Z forward): a large soft box from the upper left, a fill. */
const KEY_DIRECTION = normalised(-0.55, -0.72, -0.62);
const FILL_DIRECTION = normalised(0.85, -0.12, -0.5);
const KEY_COLOUR = [1.42, 1.35, 1.25] as const;
const FILL_COLOUR = [0.2, 0.225, 0.265] as const;
const SKY_COLOUR = [0.36, 0.375, 0.4] as const;
const BOUNCE_COLOUR = [0.21, 0.185, 0.165] as const;
const RIM_COLOUR = [0.6, 0.62, 0.66] as const;
/** How far light creeps around the terminator, per colour: skin lets red through most. */
const WRAP = [0.24, 0.19, 0.17] as const;

/**
 * Draws a mesh with smooth normals, a key and a fill light, sky and bounce light, soft shadows on itself, a sheen and a
 * bright rim: a matt mannequin in a studio.
 *
 * @param colour Surface colour.
 * @param factor Samples per pixel each way, 1..4.
 * @param extra Further points whose light is wanted, e.g. of the floor.
 */
export function shadeMesh(
	mesh: RasterMesh,
	camera: RasterCamera,
	colour: Rgb,
	factor: number,
	extra: { readonly points: Float64Array; readonly normals: Float64Array } | null = null,
): ShadedScene {
	if (!(Number.isInteger(factor) && factor >= 1 && factor <= 4)) {
		throw new RangeError(`samplesPerSide is ${factor}; it must be 1, 2, 3 or 4.`);
	}
	const fine = scaleCamera(camera, factor);
	const buffer = createRasterBuffer(fine.width, fine.height);
	rasterizeMesh(buffer, mesh, fine);

	const { vertices } = mesh;
	const triangles = mesh.triangles instanceof Uint32Array ? mesh.triangles : Uint32Array.from(mesh.triangles);
	const normals = new Float32Array(vertices.length);
	computeVertexNormals(normals, vertices, triangles);
	// One pass for the mesh and the extra points, because drawing the depth maps is what takes time.
	const points = new Float64Array(vertices.length + (extra?.points.length ?? 0));
	const pointNormals = new Float64Array(points.length);
	points.set(vertices);
	pointNormals.set(normals);
	if (extra) {
		points.set(extra.points, vertices.length);
		pointNormals.set(extra.normals, vertices.length);
	}
	const visibility = new Float32Array((points.length / 3) * 2);
	computeVisibility(visibility, mesh, points, pointNormals, studioLights(), SHADOW_MAP_SIZE);
	const light = new Float32Array(buffer.faces.length * 3);
	const albedo: Rgb = [linearFromSrgb(colour[0]), linearFromSrgb(colour[1]), linearFromSrgb(colour[2])];
	shadeSamples(light, buffer, fine, vertices, triangles, normals, visibility, albedo);
	return { buffer, camera: fine, factor, light, extraVisibility: visibility.subarray((vertices.length / 3) * 2) };
}

/** Light 0 is the sky, light 1 the key. */
function studioLights(): LightSamples {
	const directions = new Float64Array((SKY_DIRECTIONS + KEY_DIRECTIONS) * 3);
	directions.set(sphereDirections(SKY_DIRECTIONS));
	directions.set(coneDirections(KEY_DIRECTION, KEY_RADIUS_RAD, KEY_DIRECTIONS), SKY_DIRECTIONS * 3);
	const weights = new Float64Array((SKY_DIRECTIONS + KEY_DIRECTIONS) * 2);
	for (let d = 0; d < SKY_DIRECTIONS + KEY_DIRECTIONS; d++) weights[d * 2 + (d < SKY_DIRECTIONS ? 0 : 1)] = 1;
	return { directions, lightCount: 2, weights };
}

function shadeSamples(
	light: Float32Array,
	buffer: RasterBuffer,
	camera: RasterCamera,
	vertices: Float64Array | Float32Array,
	triangles: Uint32Array,
	normals: Float32Array,
	visibility: Float32Array,
	albedo: Rgb,
): void {
	const { width, height, faces } = buffer;
	const { focal_px: f, cx_px: cx, cy_px: cy } = camera;
	const [kx, ky, kz] = KEY_DIRECTION;
	const [fx, fy, fz] = FILL_DIRECTION;
	for (let row = 0; row < height; row++) {
		for (let column = 0; column < width; column++) {
			const sample = row * width + column;
			const face = faces[sample];
			if (face < 0) continue;
			const a = triangles[face * 3] * 3;
			const b = triangles[face * 3 + 1] * 3;
			const c = triangles[face * 3 + 2] * 3;
			// Perspective-correct barycentric weights: volumes spanned by the pixel's ray and the edges.
			const rx = (column + 0.5 - cx) / f;
			const ry = (row + 0.5 - cy) / f;
			let wa = rayVolume(rx, ry, vertices, b, c);
			let wb = rayVolume(rx, ry, vertices, c, a);
			let wc = rayVolume(rx, ry, vertices, a, b);
			const sum = wa + wb + wc;
			// Snapping to sub-pixels lets a sample fall a little outside its triangle.
			wa = sum === 0 ? 1 : Math.min(1, Math.max(0, wa / sum));
			wb = sum === 0 ? 0 : Math.min(1 - wa, Math.max(0, wb / sum));
			wc = 1 - wa - wb;

			let nx = wa * normals[a] + wb * normals[b] + wc * normals[c];
			let ny = wa * normals[a + 1] + wb * normals[b + 1] + wc * normals[c + 1];
			let nz = wa * normals[a + 2] + wb * normals[b + 2] + wc * normals[c + 2];
			const rayLength = Math.sqrt(rx * rx + ry * ry + 1);
			const vx = -rx / rayLength;
			const vy = -ry / rayLength;
			const vz = -1 / rayLength;
			let scale = 1 / (Math.sqrt(nx * nx + ny * ny + nz * nz) || 1);
			let facing = (nx * vx + ny * vy + nz * vz) * scale;
			if (facing < 0) {
				// A back face seen through an opening, or a smooth normal that leans away at the rim.
				scale = facing < -0.3 ? -scale : scale;
				facing = facing < -0.3 ? -facing : 0;
			}
			nx *= scale;
			ny *= scale;
			nz *= scale;

			const openSky =
				LEAST_SKY +
				(1 - LEAST_SKY) * (wa * visibility[(a / 3) * 2] + wb * visibility[(b / 3) * 2] + wc * visibility[(c / 3) * 2]);
			const openKey =
				wa * visibility[(a / 3) * 2 + 1] + wb * visibility[(b / 3) * 2 + 1] + wc * visibility[(c / 3) * 2 + 1];
			const key = nx * kx + ny * ky + nz * kz;
			const fill = Math.max(0, nx * fx + ny * fy + nz * fz) * openSky;
			const up = 0.5 - 0.5 * ny;
			const sky = openSky * openSky;

			// Soft sheen (Blinn–Phong) of the key light, and the rim where the surface turns away.
			const hx = kx + vx;
			const hy = ky + vy;
			const hz = kz + vz;
			const half = Math.max(0, (nx * hx + ny * hy + nz * hz) / Math.sqrt(hx * hx + hy * hy + hz * hz));
			const sheen = key > 0 ? (0.05 * half ** 24 + 0.035 * half ** 6) * openKey : 0;
			const away = 1 - facing;
			const rim = away * away * away * away * 0.3 * openSky * (0.35 + 0.65 * up);
			for (let k = 0; k < 3; k++) {
				const wrapped = Math.max(0, (key + WRAP[k]) / (1 + WRAP[k]));
				const diffuse =
					KEY_COLOUR[k] * wrapped * openKey +
					FILL_COLOUR[k] * fill +
					(SKY_COLOUR[k] * up + BOUNCE_COLOUR[k] * (1 - up)) * sky;
				light[sample * 3 + k] = compress(albedo[k] * diffuse + sheen * KEY_COLOUR[k] + rim * RIM_COLOUR[k]);
			}
		}
	}
}

/** ray · (p × q), the ray being (rx, ry, 1). */
function rayVolume(rx: number, ry: number, points: Float64Array | Float32Array, p: number, q: number): number {
	const px = points[p];
	const py = points[p + 1];
	const pz = points[p + 2];
	const qx = points[q];
	const qy = points[q + 1];
	const qz = points[q + 2];
	return rx * (py * qz - pz * qy) + ry * (pz * qx - px * qz) + (px * qy - py * qx);
}

/** Rolls highlights off above 0.6 so that nothing burns out. */
function compress(value: number): number {
	return value <= 0.6 ? value : 0.6 + 0.4 * (1 - Math.exp((0.6 - value) / 0.4));
}

function normalised(x: number, y: number, z: number): [number, number, number] {
	const length = Math.hypot(x, y, z);
	return [x / length, y / length, z / length];
}
