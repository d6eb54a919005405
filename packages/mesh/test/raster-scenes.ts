import { createRandom } from "@anny-fitter/math";
import type { RasterCamera, RasterMesh } from "@anny-fitter/mesh";

/** A camera that maps x, y at z = 1 straight to pixels. */
export function pixelCamera(width: number, height: number): RasterCamera {
	return { width, height, focal_px: 1, cx_px: 0, cy_px: 0, near_m: 0.01 };
}

/** A latitude–longitude sphere around (0, 0, distance). */
export function sphere(radius: number, distance: number, rings: number): RasterMesh {
	const sectors = rings * 2;
	const vertices: number[] = [];
	const triangles: number[] = [];
	for (let i = 0; i <= rings; i++) {
		for (let j = 0; j < sectors; j++) {
			const polar = (Math.PI * i) / rings;
			const angle = (2 * Math.PI * j) / sectors;
			vertices.push(
				radius * Math.sin(polar) * Math.cos(angle),
				radius * Math.cos(polar),
				distance + radius * Math.sin(polar) * Math.sin(angle),
			);
			if (i === rings) continue;
			const next = i * sectors + ((j + 1) % sectors);
			const here = i * sectors + j;
			triangles.push(here, next, here + sectors, next, next + sectors, here + sectors);
		}
	}
	return { vertices: Float64Array.from(vertices), triangles: Uint32Array.from(triangles) };
}

/** A jittered grid of triangles that covers a rectangle of pixels completely. */
export function jitteredSheet(size: number, cells: number, seed: number): RasterMesh {
	const random = createRandom(seed);
	const vertices: number[] = [];
	const triangles: number[] = [];
	const n = cells + 1;
	for (let row = 0; row < n; row++) {
		for (let column = 0; column < n; column++) {
			const isInner = row > 0 && column > 0 && row < cells && column < cells;
			const jitter = () => (isInner ? (random.uniform() - 0.5) * 0.5 * (size / cells) : 0);
			vertices.push((column * size) / cells + jitter(), (row * size) / cells + jitter(), 1);
			if (row === cells || column === cells) continue;
			const a = row * n + column;
			// Alternating diagonals and windings.
			if (random.uniform() < 0.5) triangles.push(a, a + 1, a + n, a + n + 1, a + 1, a + n);
			else triangles.push(a, a + 1, a + n + 1, a, a + n + 1, a + n);
		}
	}
	return { vertices: Float64Array.from(vertices), triangles: Uint32Array.from(triangles) };
}
