import type { MeshData, MeshFrame } from "./mesh-types.js";

/** The frame a comment of ours states, else Anny's. */
export function statedFrame(text: string): MeshFrame {
	return /frame: gltf\b/.test(text) ? "gltf" : "anny";
}

/**
 * A number of a text file.
 *
 * @param where Place in the file, e.g. `line 7`, for the error.
 * @throws RangeError unless the token is a finite number.
 */
export function parseFinite(token: string | undefined, where: string): number {
	if (token === undefined || token === "") throw new RangeError(`A number is missing (${where}).`);
	const value = Number(token);
	if (!Number.isFinite(value)) throw new RangeError(`"${shortened(token)}" is not a finite number (${where}).`);
	return value;
}

/** The text cut to a length that fits into an error message. */
export function shortened(text: string): string {
	return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}

/** A list of numbers that grows as a file is read. */
export function createNumberList(): { push(value: number): void; readonly length: number; take(): Float64Array } {
	let values = new Float64Array(1024);
	let length = 0;
	return {
		push(value) {
			if (length === values.length) {
				const grown = new Float64Array(length * 2);
				grown.set(values);
				values = grown;
			}
			values[length++] = value;
		},
		get length() {
			return length;
		},
		take: () => values.slice(0, length),
	};
}

/**
 * Splits a polygon into a fan of triangles around its first corner.
 *
 * @param push Receives the corners, three per triangle.
 */
export function fanPolygon(corners: readonly number[], push: (corner: number) => void): void {
	for (let k = 2; k < corners.length; k++) {
		push(corners[0]);
		push(corners[k - 1]);
		push(corners[k]);
	}
}

/**
 * Last checks of a reader: there are vertices, all finite, and triangles, all within range.
 *
 * @param pointClouds A mesh without triangles is accepted.
 *
 * @throws RangeError naming what is wrong.
 */
export function finishMesh(mesh: MeshData, format: string, pointClouds = false): MeshData {
	const { vertices, triangles } = mesh;
	if (vertices.length === 0) throw new RangeError(`The ${format} file has no vertices.`);
	if (triangles.length === 0 && !pointClouds) throw new RangeError(`The ${format} file has no faces.`);
	for (let i = 0; i < vertices.length; i++) {
		if (!Number.isFinite(vertices[i])) {
			throw new RangeError(`Vertex ${Math.floor(i / 3)} of the ${format} file is not finite (${vertices[i]}).`);
		}
	}
	const count = vertices.length / 3;
	for (let i = 0; i < triangles.length; i++) {
		if (triangles[i] >= count) {
			throw new RangeError(
				`Triangle ${Math.floor(i / 3)} of the ${format} file refers to vertex ${triangles[i]}; there are ${count}.`,
			);
		}
	}
	return mesh;
}
