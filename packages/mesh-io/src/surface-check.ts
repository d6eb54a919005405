import type { NumericArray, SurfaceMesh } from "./mesh-types.js";

/** Throws a `RangeError` unless `array` holds a whole number of groups of `size`. */
export function checkGroups(what: string, array: NumericArray, size: number): void {
	if (array.length % size !== 0) {
		throw new RangeError(`${what} has ${array.length} numbers, which is not a multiple of ${size}.`);
	}
}

/** Throws a `RangeError` unless every entry is a finite number. */
export function checkFinite(what: string, array: NumericArray): void {
	for (let i = 0; i < array.length; i++) {
		if (!Number.isFinite(array[i])) throw new RangeError(`${what}[${i}] is ${array[i]}, not a finite number.`);
	}
}

/** Throws a `RangeError` unless every entry is an integer in 0..count−1. */
export function checkIndices(what: string, array: NumericArray, count: number): void {
	for (let i = 0; i < array.length; i++) {
		const index = array[i];
		if (!(index >= 0 && index < count && Number.isInteger(index))) {
			throw new RangeError(`${what}[${i}] is ${index}, outside 0..${count - 1}.`);
		}
	}
}

/**
 * Checks a surface before it is written.
 *
 * @throws RangeError naming the array and the entry that is wrong.
 */
export function checkSurface(mesh: SurfaceMesh): void {
	const { vertices, triangles, quads, uvs, quadUvs } = mesh;
	checkGroups("vertices", vertices, 3);
	if (vertices.length === 0) throw new RangeError("The mesh has no vertices.");
	checkFinite("vertices", vertices);
	checkGroups("triangles", triangles, 3);
	checkIndices("triangles", triangles, vertices.length / 3);
	if (quads) {
		checkGroups("quads", quads, 4);
		checkIndices("quads", quads, vertices.length / 3);
	}
	if ((uvs === undefined) !== (quadUvs === undefined)) {
		throw new RangeError("uvs and quadUvs belong together: give both or none.");
	}
	if (uvs && quadUvs) {
		if (!quads) throw new RangeError("quadUvs needs quads.");
		checkGroups("uvs", uvs, 2);
		checkFinite("uvs", uvs);
		if (quadUvs.length !== quads.length) {
			throw new RangeError(`quadUvs has ${quadUvs.length} entries but quads has ${quads.length}.`);
		}
		checkIndices("quadUvs", quadUvs, uvs.length / 2);
	}
}
