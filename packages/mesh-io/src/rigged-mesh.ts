import type { NumericArray, SurfaceMesh } from "./mesh-types.js";
import { checkFinite, checkGroups, checkIndices, checkSurface } from "./surface-check.js";

/** A skinned body in Anny's frame: rest surface, skeleton, skin weights, and one pose. */
export interface RiggedMesh extends SurfaceMesh {
	/** `[b]` unique bone names. */
	readonly boneLabels: readonly string[];
	/** `[b]` index of the parent bone, −1 for roots; parents precede children. */
	readonly boneParents: NumericArray;
	/** `[b*12]` world from bone at rest, rigid, row-major 3×4. */
	readonly restBonePoses: NumericArray;
	/** `[b*12]` world from bone in the pose. */
	readonly bonePoses: NumericArray;
	/** `[v+1]` where the influences of each vertex start in `skinBones` and `skinWeights`. */
	readonly skinOffsets: NumericArray;
	/** Bone of each influence. */
	readonly skinBones: NumericArray;
	/** Weight of each influence, ≥ 0; those of a vertex sum to 1. */
	readonly skinWeights: NumericArray;
}

/** Everything of a body model that a rigged mesh needs beside positions and poses. */
export type RiggedModel = Omit<RiggedMesh, "vertices" | "restBonePoses" | "bonePoses">;

/**
 * Puts a body model, one shape and one pose together. The arrays are shared, not copied.
 *
 * @param model The body model itself fits: only its topology, skeleton and skin are read.
 * @param shape Rest vertices `[v*3]` and rest bone poses `[b*12]`.
 * @param pose Posed bone poses `[b*12]`.
 */
export function createRiggedMesh(
	model: RiggedModel,
	shape: { readonly vertices: NumericArray; readonly restBonePoses: NumericArray },
	pose: { readonly bonePoses: NumericArray },
): RiggedMesh {
	return {
		vertices: shape.vertices,
		triangles: model.triangles,
		...(model.quads && { quads: model.quads }),
		...(model.uvs && { uvs: model.uvs }),
		...(model.quadUvs && { quadUvs: model.quadUvs }),
		boneLabels: model.boneLabels,
		boneParents: model.boneParents,
		restBonePoses: shape.restBonePoses,
		bonePoses: pose.bonePoses,
		skinOffsets: model.skinOffsets,
		skinBones: model.skinBones,
		skinWeights: model.skinWeights,
	};
}

/**
 * Checks a rigged mesh before it is written.
 *
 * @throws RangeError naming the array and the entry that is wrong.
 */
export function checkRiggedMesh(mesh: RiggedMesh): void {
	checkSurface(mesh);
	const vertexCount = mesh.vertices.length / 3;
	const boneCount = mesh.boneLabels.length;
	if (boneCount === 0) throw new RangeError("The rigged mesh has no bones.");
	if (boneCount > 0xffff) throw new RangeError(`The rigged mesh has ${boneCount} bones; glTF allows 65535.`);
	if (new Set(mesh.boneLabels).size !== boneCount) throw new RangeError("boneLabels holds a name twice.");
	if (mesh.boneParents.length !== boneCount) {
		throw new RangeError(`boneParents has ${mesh.boneParents.length} entries for ${boneCount} bones.`);
	}
	for (let bone = 0; bone < boneCount; bone++) {
		const parent = mesh.boneParents[bone];
		if (!(parent >= -1 && parent < bone && Number.isInteger(parent))) {
			throw new RangeError(`boneParents[${bone}] is ${parent}: parents must precede their children.`);
		}
	}
	for (const name of ["restBonePoses", "bonePoses"] as const) {
		checkGroups(name, mesh[name], 12);
		if (mesh[name].length !== boneCount * 12) {
			throw new RangeError(`${name} has ${mesh[name].length} numbers for ${boneCount} bones; 12 each are needed.`);
		}
		checkFinite(name, mesh[name]);
	}
	const { skinOffsets, skinBones, skinWeights } = mesh;
	if (skinOffsets.length !== vertexCount + 1) {
		throw new RangeError(`skinOffsets has ${skinOffsets.length} entries; ${vertexCount + 1} are needed.`);
	}
	if (skinBones.length !== skinWeights.length || skinOffsets[vertexCount] !== skinBones.length) {
		throw new RangeError("skinOffsets, skinBones and skinWeights disagree about the number of influences.");
	}
	checkIndices("skinBones", skinBones, boneCount);
	checkFinite("skinWeights", skinWeights);
	for (let v = 0; v < vertexCount; v++) {
		if (!(skinOffsets[v] >= 0 && skinOffsets[v + 1] > skinOffsets[v])) {
			throw new RangeError(`Vertex ${v} has no skin weights.`);
		}
	}
}
