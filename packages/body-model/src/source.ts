/** The raw material of a body model, whatever it was read from, and the errors of reading it. */

/** Where the data came from. `custom` is a folder in MPFB2's layout that is not the official one. */
export type BodyModelSourceName = "npm" | "official" | "custom";

/** Base mesh hm08 as published: decimetres, Y up. */
export interface BaseMesh {
	/** [N*3] decimetres, Y up, facing +Z. */
	readonly vertices_dm: Float64Array;
	/** [4q] vertex indices. */
	readonly quads: Uint16Array;
	/** [2u] texture coordinates, V up. */
	readonly uvs: Float32Array;
	/** [4q] indices of `uvs`. */
	readonly quadUvs: Uint16Array;
	readonly groupNames: readonly string[];
	/** [q] index in `groupNames`. */
	readonly quadGroups: Uint8Array;
}

/** Bones in depth-first order. Head and tail are averages of the listed base vertices. */
export interface RigSource {
	readonly names: readonly string[];
	/** Index of the parent, −1 for the root. Parents precede children. */
	readonly parents: readonly number[];
	readonly rolls_rad: readonly number[];
	readonly heads: readonly (readonly number[])[];
	readonly tails: readonly (readonly number[])[];
}

/** Skin weights of the base vertices as rows: vertex v owns entries `offsets[v] … offsets[v + 1]`. */
export interface SkinSource {
	readonly offsets: Uint32Array;
	/** Indices in the rig's bones. */
	readonly bones: Uint8Array;
	/** Positive; a row need not sum to exactly 1. */
	readonly weights: Float64Array;
}

/** Displacements of one target. Values are decimetres in the axes of the base mesh. */
export interface TargetDeltas {
	/** Base vertices, any order. */
	readonly indices: Uint16Array;
	/** [n*3] */
	readonly deltas_dm: Float64Array;
}

/** Everything the compiler needs. Targets are asked for one by one, so that they need not all be in memory. */
export interface BodyModelSource {
	readonly name: BodyModelSourceName;
	readonly baseMesh: BaseMesh;
	readonly rig: RigSource;
	readonly skin: SkinSource;
	/** Reads one of the files of the shape list, e.g. `arms/l-lowerarm-fat-incr`. */
	readTarget(file: string): TargetDeltas;
}

/** A source file has unexpected content. `file` names it the way the caller named it. */
export class BodyModelSourceError extends Error {
	override readonly name = "BodyModelSourceError";
	readonly file: string;

	constructor(file: string, reason: string) {
		super(`${file}: ${reason}`);
		this.file = file;
	}
}
