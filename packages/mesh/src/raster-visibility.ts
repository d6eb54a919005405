import type { RasterMesh } from "./raster.js";
import { clearRasterBuffer, createRasterBuffer, fillTriangle, type RasterBuffer } from "./raster-fill.js";

/**
 * How much light reaches points around a mesh: soft shadows and ambient occlusion from a handful of orthographic depth
 * maps, one per direction. Deterministic and free of noise.
 */
export interface LightSamples {
	/** `[d*3]` unit directions towards the light. */
	readonly directions: Float64Array;
	/** Number of lights. */
	readonly lightCount: number;
	/** `[d*lightCount]` share of each light that comes from each direction. */
	readonly weights: Float64Array;
}

/** Directions spread evenly over the sphere (Fibonacci lattice), `[n*3]`. */
export function sphereDirections(count: number): Float64Array {
	const out = new Float64Array(count * 3);
	const goldenAngle = Math.PI * (3 - Math.sqrt(5));
	for (let i = 0; i < count; i++) {
		const z = 1 - (2 * i + 1) / count;
		const radius = Math.sqrt(1 - z * z);
		out[i * 3] = Math.cos(goldenAngle * i) * radius;
		out[i * 3 + 1] = Math.sin(goldenAngle * i) * radius;
		out[i * 3 + 2] = z;
	}
	return out;
}

/** Directions spread evenly over a disk of angular radius `radius_rad` around a unit direction, `[n*3]`. */
export function coneDirections(
	axis: readonly [number, number, number],
	radius_rad: number,
	count: number,
): Float64Array {
	const { u, v } = axesAcross(axis[0], axis[1], axis[2]);
	const out = new Float64Array(count * 3);
	const goldenAngle = Math.PI * (3 - Math.sqrt(5));
	for (let i = 0; i < count; i++) {
		const sine = Math.sin(radius_rad) * Math.sqrt((i + 0.5) / count);
		const cosine = Math.sqrt(1 - sine * sine);
		const a = sine * Math.cos(goldenAngle * i);
		const b = sine * Math.sin(goldenAngle * i);
		for (let k = 0; k < 3; k++) out[i * 3 + k] = axis[k] * cosine + u[k] * a + v[k] * b;
	}
	return out;
}

/**
 * Fraction of each light, weighted by the cosine to the normal, that is not blocked by the mesh.
 *
 * @param out `[points*lightCount]`, 0..1, the lights of a point side by side; that of the first light where another lies behind
 *   the point.
 * @param mesh What blocks the light.
 * @param points `[p*3]` in the mesh's frame, e.g. its own vertices.
 * @param normals `[p*3]` unit normals.
 * @param mapSize Side of the depth maps, pixels.
 */
export function computeVisibility(
	out: Float32Array,
	mesh: RasterMesh,
	points: Float64Array | Float32Array,
	normals: Float64Array | Float32Array,
	samples: LightSamples,
	mapSize: number,
): void {
	const { directions, lightCount, weights } = samples;
	const pointCount = points.length / 3;
	const open = new Float64Array(pointCount * lightCount);
	const total = new Float64Array(pointCount * lightCount);
	const map = createRasterBuffer(mapSize, mapSize);
	const screen = new Float64Array(mesh.vertices.length);
	for (let d = 0; d < directions.length / 3; d++) {
		const dx = directions[d * 3];
		const dy = directions[d * 3 + 1];
		const dz = directions[d * 3 + 2];
		const view = drawFromDirection(map, screen, mesh, dx, dy, dz);
		for (let p = 0; p < pointCount; p++) {
			const i = p * 3;
			const cosine = normals[i] * dx + normals[i + 1] * dy + normals[i + 2] * dz;
			if (cosine <= 0) continue;
			const lit = view.openShare(points[i], points[i + 1], points[i + 2], cosine);
			for (let k = 0; k < lightCount; k++) {
				const weight = weights[d * lightCount + k] * cosine;
				total[p * lightCount + k] += weight;
				open[p * lightCount + k] += weight * lit;
			}
		}
	}
	for (let p = 0; p < pointCount; p++) {
		const i = p * lightCount;
		out[i] = total[i] > 0 ? open[i] / total[i] : 1;
	}
	// Where little of a further light faces the point, its share is a poor guess and fades into that of the first.
	for (let k = 1; k < lightCount; k++) {
		let whole = 0;
		for (let d = k; d < weights.length; d += lightCount) whole += weights[d];
		const doubt = whole * 0.05;
		for (let p = 0; p < pointCount; p++) {
			const i = p * lightCount + k;
			out[i] = (open[i] + doubt * out[p * lightCount]) / (total[i] + doubt);
		}
	}
}

/** Two unit axes across a unit direction. */
function axesAcross(dx: number, dy: number, dz: number): { u: readonly number[]; v: readonly number[] } {
	const isFlat = Math.abs(dz) < 0.9;
	const x = isFlat ? -dy : 0;
	const y = isFlat ? dx : -dz;
	const z = isFlat ? 0 : dy;
	const length = Math.hypot(x, y, z);
	const u = [x / length, y / length, z / length];
	return { u, v: [dy * u[2] - dz * u[1], dz * u[0] - dx * u[2], dx * u[1] - dy * u[0]] };
}

/** Draws the mesh as the light from one direction sees it. */
function drawFromDirection(
	map: RasterBuffer,
	screen: Float64Array,
	mesh: RasterMesh,
	dx: number,
	dy: number,
	dz: number,
): { openShare(x: number, y: number, z: number, cosine: number): number } {
	const {
		u: [ux, uy, uz],
		v: [vx, vy, vz],
	} = axesAcross(dx, dy, dz);

	const { vertices, triangles } = mesh;
	let minU = Number.POSITIVE_INFINITY;
	let maxU = Number.NEGATIVE_INFINITY;
	let minV = Number.POSITIVE_INFINITY;
	let maxV = Number.NEGATIVE_INFINITY;
	let minQ = Number.POSITIVE_INFINITY;
	for (let i = 0; i < screen.length; i += 3) {
		const x = vertices[i];
		const y = vertices[i + 1];
		const z = vertices[i + 2];
		const u = ux * x + uy * y + uz * z;
		const v = vx * x + vy * y + vz * z;
		const q = dx * x + dy * y + dz * z;
		screen[i] = u;
		screen[i + 1] = v;
		screen[i + 2] = q;
		if (u < minU) minU = u;
		if (u > maxU) maxU = u;
		if (v < minV) minV = v;
		if (v > maxV) maxV = v;
		if (q < minQ) minQ = q;
	}
	const size = Math.max(maxU - minU, maxV - minV, 1e-6) * 1.02;
	const scale = map.width / size;
	const offsetU = (size - maxU - minU) / 2;
	const offsetV = (size - maxV - minV) / 2;
	// Nearness must be positive; distances along the direction get one metre on top.
	const offsetQ = 1 - minQ;
	clearRasterBuffer(map);
	for (let i = 0; i < screen.length; i += 3) {
		screen[i] = (screen[i] + offsetU) * scale;
		screen[i + 1] = (screen[i + 1] + offsetV) * scale;
		screen[i + 2] += offsetQ;
	}
	for (let t = 0; t < triangles.length; t += 3) {
		const a = triangles[t] * 3;
		const b = triangles[t + 1] * 3;
		const c = triangles[t + 2] * 3;
		fillTriangle(
			map,
			t / 3,
			screen[a],
			screen[a + 1],
			screen[a + 2],
			screen[b],
			screen[b + 1],
			screen[b + 2],
			screen[c],
			screen[c + 1],
			screen[c + 2],
		);
	}
	const pixel = 1 / scale;
	const { width, nearness } = map;
	return {
		/** Share of the four nearest map pixels that do not hide the point. */
		openShare(x, y, z, cosine) {
			const u = (ux * x + uy * y + uz * z + offsetU) * scale - 0.5;
			const v = (vx * x + vy * y + vz * z + offsetV) * scale - 0.5;
			// A surface slanted to the light rises by its slope over a pixel: it must not hide itself.
			const slope = Math.min(4, Math.sqrt(1 - Math.min(1, cosine * cosine)) / cosine);
			const q = dx * x + dy * y + dz * z + offsetQ + pixel * (0.6 + 1.2 * slope);
			const column = Math.floor(u);
			const row = Math.floor(v);
			const fu = u - column;
			const fv = v - row;
			let lit = 0;
			for (let k = 0; k < 4; k++) {
				const px = column + (k & 1);
				const py = row + (k >> 1);
				const share = ((k & 1) === 1 ? fu : 1 - fu) * (k >> 1 === 1 ? fv : 1 - fv);
				const isInside = px >= 0 && py >= 0 && px < width && py < width;
				if (!isInside || nearness[py * width + px] <= q) lit += share;
			}
			return lit;
		},
	};
}
