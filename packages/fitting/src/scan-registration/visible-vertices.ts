import { type RasterMesh, rasterizeFaces } from "@anny-fitter/mesh";

const DIRECTIONS = 40;
const IMAGE_SIZE_PX = 360;
/** Far away in body sizes, so that rays are nearly parallel. */
const DISTANCE = 12;

/**
 * Vertices that can be seen from outside from anywhere. The mouth's inside and the like have no counterpart in a scan.
 *
 * @param mesh a resting body, metres
 * @returns [V] 1 where visible
 */
export function findVisibleVertices(mesh: RasterMesh): Uint8Array {
	const visible = new Uint8Array(mesh.vertices.length / 3);
	const centre = [0, 0, 0];
	for (let i = 0; i < mesh.vertices.length; i++) centre[i % 3] += mesh.vertices[i] / visible.length;
	let radius = 0;
	for (let v = 0; v < mesh.vertices.length; v += 3) {
		const d = Math.hypot(
			mesh.vertices[v] - centre[0],
			mesh.vertices[v + 1] - centre[1],
			mesh.vertices[v + 2] - centre[2],
		);
		radius = Math.max(radius, d);
	}
	const camera = new Float64Array(mesh.vertices.length);
	const faces = new Int32Array(IMAGE_SIZE_PX * IMAGE_SIZE_PX);
	for (let d = 0; d < DIRECTIONS; d++) {
		// Fibonacci lattice on the sphere.
		const z = 1 - (2 * d + 1) / DIRECTIONS;
		const azimuth = Math.PI * (3 - Math.sqrt(5)) * d;
		const flat = Math.sqrt(1 - z * z);
		const axis = [flat * Math.cos(azimuth), flat * Math.sin(azimuth), z];
		const right = [-Math.sin(azimuth), Math.cos(azimuth), 0];
		const down = [
			axis[1] * right[2] - axis[2] * right[1],
			axis[2] * right[0] - axis[0] * right[2],
			axis[0] * right[1] - axis[1] * right[0],
		];
		const rows = [right, down, axis];
		for (let v = 0; v < mesh.vertices.length; v += 3) {
			for (let row = 0; row < 3; row++) {
				let sum = row === 2 ? DISTANCE * radius : 0;
				for (let a = 0; a < 3; a++) sum += rows[row][a] * (mesh.vertices[v + a] - centre[a]);
				camera[v + row] = sum;
			}
		}
		rasterizeFaces(
			faces,
			{ vertices: camera, triangles: mesh.triangles },
			{
				width: IMAGE_SIZE_PX,
				height: IMAGE_SIZE_PX,
				focal_px: (IMAGE_SIZE_PX / 2.2) * DISTANCE,
				cx_px: IMAGE_SIZE_PX / 2,
				cy_px: IMAGE_SIZE_PX / 2,
			},
		);
		for (const face of faces) {
			if (face < 0) continue;
			for (let k = 0; k < 3; k++) visible[mesh.triangles[3 * face + k]] = 1;
		}
	}
	return visible;
}
