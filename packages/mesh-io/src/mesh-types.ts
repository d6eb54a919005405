/** A numeric array that can be read by index: plain arrays and every typed array fit. */
export type NumericArray = ArrayLike<number>;

/**
 * `anny`: right-handed, Z up, the body faces −Y. `gltf`: right-handed, Y up, the body faces +Z.
 * In both, +X is the person's left and lengths are metres.
 */
export type MeshFrame = "anny" | "gltf";

/** A surface to write. Indices refer to `vertices`; the frame is Anny's unless an option says otherwise. */
export interface SurfaceMesh {
	/** `[v*3]` positions, metres, Anny's frame. */
	readonly vertices: NumericArray;
	/** `[t*3]` vertex indices, counter-clockwise seen from outside. */
	readonly triangles: NumericArray;
	/** `[q*4]` vertex indices. When present, triangles `2i` and `2i+1` are the halves of quad `i`. */
	readonly quads?: NumericArray;
	/** `[u*2]` texture coordinates, v pointing up as in OBJ. */
	readonly uvs?: NumericArray;
	/** `[q*4]` indices into `uvs`, parallel to `quads`. */
	readonly quadUvs?: NumericArray;
}

/** A mesh read from a file. */
export interface MeshData {
	/** `[v*3]` positions in `frame`, in the file's unit (metres for every file of this project). */
	readonly vertices: Float64Array;
	/** `[t*3]` vertex indices. */
	readonly triangles: Uint32Array;
	/** `[u*2]` texture coordinates, v pointing up; absent when the file has none for every triangle. */
	readonly uvs?: Float64Array;
	/** `[t*3]` indices into `uvs`, parallel to `triangles`. */
	readonly triangleUvs?: Uint32Array;
	/** The frame the file states or, where it states none, the one its format implies (`gltf` for GLB, else `anny`). */
	readonly frame: MeshFrame;
}

/** What the writers of plain surfaces accept. */
export interface SurfaceOptions {
	/** Frame of the written coordinates. Default `anny`. */
	readonly frame?: MeshFrame;
	/** A name for the object, one line. Default `body`. */
	readonly name?: string;
}

/** What readers accept. */
export interface MeshReadOptions {
	/** PLY and OBJ files without faces, as scanners write them: `triangles` is then empty. Default: refused. */
	readonly pointClouds?: boolean;
}
