import { BufferAttribute, type BufferGeometry, MeshLambertMaterial } from "three";

/** A body's surface as it is drawn; metres, Anny's frame. */
export interface BodySurface {
	/** [3V] */
	readonly positions: Float32Array;
	/** [3V] unit vectors */
	readonly normals: Float32Array;
	/** [3t] */
	readonly triangles: Uint32Array;
}

/** Shows another surface; buffers on the graphics card are written anew only where the vertices are the same in number. */
export function updateBodyGeometry(geometry: BufferGeometry, surface: BodySurface): void {
	setAttribute(geometry, "position", surface.positions);
	setAttribute(geometry, "normal", surface.normals);
	const index = geometry.getIndex();
	if (index === null || index.array !== surface.triangles) {
		geometry.setIndex(new BufferAttribute(surface.triangles, 1));
	}
	geometry.computeBoundingSphere();
	geometry.boundingBox = null;
}

/** @param colours [3V] linear RGB 0…1; null paints plainly */
export function updateBodyColours(geometry: BufferGeometry, colours: Float32Array | null): void {
	if (colours === null) geometry.deleteAttribute("color");
	else setAttribute(geometry, "color", colours);
}

function setAttribute(geometry: BufferGeometry, name: string, values: Float32Array): void {
	const present = geometry.getAttribute(name);
	if (present instanceof BufferAttribute && present.array.length === values.length) {
		present.array = values;
		present.needsUpdate = true;
	} else geometry.setAttribute(name, new BufferAttribute(values, 3));
}

/** Matte, as if cast in plaster. */
export function createBodyMaterial(): MeshLambertMaterial {
	return new MeshLambertMaterial({
		// The body stands back a little, so that lines on its skin are not swallowed.
		polygonOffset: true,
		polygonOffsetFactor: 1,
		polygonOffsetUnits: 1,
	});
}
