import { clearRasterBuffer, createRasterBuffer, fillTriangle, type RasterBuffer } from "./raster-fill.js";

/** A pinhole camera: pixel (0,0) is the outer corner of the first pixel, centres are at .5. */
export interface RasterCamera {
	readonly width: number;
	readonly height: number;
	readonly focal_px: number;
	readonly cx_px: number;
	readonly cy_px: number;
	/** What is nearer than this is cut off, metres. Default 0.05. */
	readonly near_m?: number;
}

/** A surface in camera coordinates: +X right, +Y down, +Z forward, metres. */
export interface RasterMesh {
	/** `[v*3]` positions. */
	readonly vertices: Float64Array | Float32Array;
	/** `[t*3]` vertex indices; both sides are drawn. */
	readonly triangles: Uint32Array | Uint16Array;
}

const DEFAULT_NEAR = 0.05;

/**
 * The same picture with `factor` times as many pixels each way.
 *
 * @param factor Positive; sizes are rounded to whole pixels.
 */
export function scaleCamera(camera: RasterCamera, factor: number): RasterCamera {
	return {
		...camera,
		width: Math.round(camera.width * factor),
		height: Math.round(camera.height * factor),
		focal_px: camera.focal_px * factor,
		cx_px: camera.cx_px * factor,
		cy_px: camera.cy_px * factor,
	};
}

/**
 * Draws a mesh: nearest triangle and 1/z per pixel. Triangles are clipped at the near plane; vertices that are not
 * finite make their triangles disappear.
 *
 * @param out Cleared first; its size must be the camera's.
 * @throws RangeError when sizes differ or the camera is impossible.
 */
export function rasterizeMesh(out: RasterBuffer, mesh: RasterMesh, camera: RasterCamera): void {
	const { width, height, focal_px: f, cx_px: cx, cy_px: cy, near_m: near = DEFAULT_NEAR } = camera;
	if (out.width !== width || out.height !== height) {
		throw new RangeError(`The buffer has ${out.width}×${out.height} pixels, the camera ${width}×${height}.`);
	}
	if (!(f > 0 && near > 0 && Number.isFinite(f + cx + cy + near))) {
		throw new RangeError(`The camera is impossible: focal length ${f}, centre ${cx}, ${cy}, near plane ${near}.`);
	}
	clearRasterBuffer(out);
	const { vertices, triangles } = mesh;
	const count = vertices.length / 3;
	// Screen x, y and 1/z; 0 marks what is in front of the near plane.
	const screen = new Float64Array(count * 3);
	for (let i = 0; i < screen.length; i += 3) {
		const z = vertices[i + 2];
		if (!(z >= near)) continue;
		const nearness = 1 / z;
		screen[i] = cx + f * vertices[i] * nearness;
		screen[i + 1] = cy + f * vertices[i + 1] * nearness;
		screen[i + 2] = nearness;
	}
	for (let t = 0; t < triangles.length; t += 3) {
		const a = triangles[t] * 3;
		const b = triangles[t + 1] * 3;
		const c = triangles[t + 2] * 3;
		const qa = screen[a + 2];
		const qb = screen[b + 2];
		const qc = screen[c + 2];
		if (qa > 0 && qb > 0 && qc > 0) {
			fillTriangle(
				out,
				t / 3,
				screen[a],
				screen[a + 1],
				qa,
				screen[b],
				screen[b + 1],
				qb,
				screen[c],
				screen[c + 1],
				qc,
			);
		} else if (qa > 0 || qb > 0 || qc > 0) {
			fillClipped(out, t / 3, vertices, [a, b, c], f, cx, cy, near);
		}
	}
}

/** The part of a triangle behind the near plane, as a fan. Rare, so it may allocate. */
function fillClipped(
	out: RasterBuffer,
	face: number,
	vertices: Float64Array | Float32Array,
	corners: readonly [number, number, number],
	f: number,
	cx: number,
	cy: number,
	near: number,
): void {
	const polygon: number[] = [];
	for (let k = 0; k < 3; k++) {
		const from = corners[k];
		const to = corners[(k + 1) % 3];
		const isFromVisible = vertices[from + 2] >= near;
		if (isFromVisible) pushProjected(polygon, vertices[from], vertices[from + 1], vertices[from + 2], f, cx, cy);
		if (isFromVisible === vertices[to + 2] >= near) continue;
		// Always from the visible end, so that the neighbour across this edge finds the very same point.
		const visible = isFromVisible ? from : to;
		const hidden = isFromVisible ? to : from;
		const s = (vertices[visible + 2] - near) / (vertices[visible + 2] - vertices[hidden + 2]);
		const x = vertices[visible] + s * (vertices[hidden] - vertices[visible]);
		const y = vertices[visible + 1] + s * (vertices[hidden + 1] - vertices[visible + 1]);
		pushProjected(polygon, x, y, near, f, cx, cy);
	}
	for (let k = 6; k < polygon.length; k += 3) {
		fillTriangle(
			out,
			face,
			polygon[0],
			polygon[1],
			polygon[2],
			polygon[k - 3],
			polygon[k - 2],
			polygon[k - 1],
			polygon[k],
			polygon[k + 1],
			polygon[k + 2],
		);
	}
}

function pushProjected(polygon: number[], x: number, y: number, z: number, f: number, cx: number, cy: number): void {
	polygon.push(cx + (f * x) / z, cy + (f * y) / z, 1 / z);
}

/**
 * Depth map of a mesh.
 *
 * @param out `[height*width]` distance along the optical axis, metres; `Infinity` where there is nothing.
 */
export function rasterizeDepth(out: Float32Array, mesh: RasterMesh, camera: RasterCamera): void {
	const { nearness } = drawn(out.length, mesh, camera);
	for (let i = 0; i < out.length; i++) out[i] = 1 / nearness[i];
}

/**
 * Silhouette of a mesh: 1 where a pixel's centre is covered, else 0.
 *
 * @param out `[height*width]`.
 */
export function rasterizeSilhouette(out: Uint8Array, mesh: RasterMesh, camera: RasterCamera): void {
	const { faces } = drawn(out.length, mesh, camera);
	for (let i = 0; i < out.length; i++) out[i] = faces[i] < 0 ? 0 : 1;
}

/**
 * Visible triangle per pixel, −1 where there is none.
 *
 * @param out `[height*width]`.
 */
export function rasterizeFaces(out: Int32Array, mesh: RasterMesh, camera: RasterCamera): void {
	out.set(drawn(out.length, mesh, camera).faces);
}

function drawn(outLength: number, mesh: RasterMesh, camera: RasterCamera): RasterBuffer {
	if (outLength !== camera.width * camera.height) {
		throw new RangeError(`The output has ${outLength} pixels, the camera ${camera.width}×${camera.height}.`);
	}
	const buffer = createRasterBuffer(camera.width, camera.height);
	rasterizeMesh(buffer, mesh, camera);
	return buffer;
}
