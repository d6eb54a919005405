import { packGlb } from "./glb-container.js";
import { BUFFER_TARGET, createGltfBuffer, type GltfBuffer } from "./gltf-buffer.js";
import { pointsFromAnny } from "./mesh-frame.js";
import type { NumericArray } from "./mesh-types.js";
import { checkRiggedMesh, type RiggedMesh } from "./rigged-mesh.js";
import { nearestRigid, quaternionOf, relativeRigid } from "./rigid-transform.js";
import { splitSeams } from "./seam-split.js";
import { influenceError, selectInfluences } from "./skin-influences.js";
import { unitVertexNormals } from "./vertex-normals.js";

/** Options of {@link writeGlb}. */
export interface GlbOptions {
	/** Pose of the skeleton in the file: the one of the mesh (`given`, default) or the rest pose. */
	readonly pose?: "given" | "rest";
	/** Name of the root node; the mesh node is called `<name>_mesh`. Default `body`. Must not be a bone's name. */
	readonly name?: string;
	/** Influences kept per vertex. Default 4, which every viewer reads; more than 4 are stored in further sets. */
	readonly maxInfluences?: number;
	/** Plain JSON stored with the root node beside the unit, e.g. the parameters of the body. */
	readonly extras?: Readonly<Record<string, unknown>>;
}

/** A written GLB file and what was lost in writing it. */
export interface GlbFile {
	readonly bytes: Uint8Array;
	/** Vertices in the file: those of the mesh plus the doubles on UV seams. */
	readonly vertexCount: number;
	/** Influences per vertex in the file, a multiple of four. */
	readonly influencesPerVertex: number;
	/**
	 * Largest distance, metres, between a vertex skinned with all influences and with those in the file, in the pose of
	 * the mesh (also when the rest pose was written).
	 */
	readonly maxInfluenceError_m: number;
}

/**
 * A warm, matt, neutral skin tone: linear RGB of sRGB (212, 172, 148).
 */
const SKIN_COLOUR = [0.658, 0.413, 0.296, 1];

/**
 * Writes a skinned, binary glTF 2.0 file: rest surface with normals, texture coordinates and skin weights, one joint
 * node per bone under the bone's exact name, inverse bind matrices of the rest pose.
 *
 * The file is in glTF's frame (Y up, facing +Z, metres): world points turn as `(x, y, z) → (x, z, −y)`, and so do the
 * root joints, while the local axes of the bones stay Anny's (+Y along the bone). Rotations are replaced by the nearest
 * proper ones, so that every joint is an exact translation and rotation. The attribute `_VERTEX_INDEX` keeps Anny's
 * vertex order for {@link readGlb}.
 *
 * @param mesh Rest surface, skeleton and pose in Anny's frame; not modified.
 * @throws RangeError when the mesh is inconsistent, a bone matrix is not close to a rotation, or a name is taken.
 */
export function writeGlb(mesh: RiggedMesh, options: GlbOptions = {}): GlbFile {
	checkRiggedMesh(mesh);
	const { pose = "given", name = "body", maxInfluences = 4, extras = {} } = options;
	if (pose !== "given" && pose !== "rest") throw new RangeError(`Unknown pose "${pose}": use "given" or "rest".`);
	if (mesh.boneLabels.includes(name) || mesh.boneLabels.includes(`${name}_mesh`)) {
		throw new RangeError(`The name "${name}" belongs to a bone.`);
	}
	if (mesh.triangles.length === 0) throw new RangeError("The mesh has no triangles.");
	const boneCount = mesh.boneLabels.length;
	const rest = rigidPoses(mesh.restBonePoses, mesh.boneLabels, "rest pose");
	const posed = pose === "rest" ? rest : rigidPoses(mesh.bonePoses, mesh.boneLabels, "pose");

	const buffer = createGltfBuffer();
	const influences = selectInfluences(mesh, maxInfluences);
	const surface = writeSurface(buffer, mesh, influences);
	const inverseBindMatrices = buffer.add(inverseBind(rest, boneCount), "MAT4");
	const binary = buffer.finish();

	// Nodes: the root, the mesh, then the joints. The mesh is a scene root of its own because glTF ignores the
	// transforms above a skinned mesh, and the validator warns about any that are there.
	const firstJoint = 2;
	const roots: number[] = [];
	const children: number[][] = Array.from({ length: boneCount }, () => []);
	for (let bone = 0; bone < boneCount; bone++) {
		const parent = mesh.boneParents[bone];
		(parent < 0 ? roots : children[parent]).push(firstJoint + bone);
	}
	const joints = mesh.boneLabels.map((label, bone) => ({
		name: label,
		...jointTransform(posed, mesh.boneParents[bone], bone),
		...(children[bone].length > 0 && { children: children[bone] }),
	}));
	const json = {
		asset: { version: "2.0", generator: "anny-fitter mesh-io" },
		scene: 0,
		scenes: [{ name, nodes: [0, 1] }],
		nodes: [
			{ name, children: roots, extras: { ...extras, length_unit: "m", skeleton_pose: pose } },
			{ name: `${name}_mesh`, mesh: 0, skin: 0 },
			...joints,
		],
		meshes: [{ name, primitives: [{ ...surface.primitive, material: 0 }] }],
		skins: [
			{
				name,
				joints: mesh.boneLabels.map((_, bone) => firstJoint + bone),
				inverseBindMatrices,
				...(roots.length === 1 && { skeleton: roots[0] }),
			},
		],
		materials: [
			{
				name: "skin",
				pbrMetallicRoughness: { baseColorFactor: SKIN_COLOUR, metallicFactor: 0, roughnessFactor: 0.62 },
			},
		],
		accessors: buffer.accessors,
		bufferViews: buffer.bufferViews,
		buffers: [{ byteLength: binary.length }],
	};
	return {
		bytes: packGlb(json, binary),
		vertexCount: surface.vertexCount,
		influencesPerVertex: influences.width,
		maxInfluenceError_m: influenceError(mesh, influences),
	};
}

function rigidPoses(poses: NumericArray, labels: readonly string[], what: string): Float64Array {
	const out = new Float64Array(poses.length);
	for (let bone = 0; bone < labels.length; bone++) {
		nearestRigid(out, bone * 12, poses, bone * 12, `the ${what} of bone "${labels[bone]}"`);
	}
	return out;
}

function writeSurface(
	buffer: GltfBuffer,
	mesh: RiggedMesh,
	influences: { width: number; bones: Uint16Array; weights: Float32Array },
): { primitive: object; vertexCount: number } {
	const split = splitSeams(mesh);
	const source = split.sourceVertices;
	const count = source.length;
	const gather = (values: Float32Array): Float32Array => {
		const out = new Float32Array(count * 3);
		for (let i = 0; i < count * 3; i++) out[i] = values[source[Math.floor(i / 3)] * 3 + (i % 3)];
		return out;
	};
	const turned = new Float32Array(mesh.vertices.length);
	pointsFromAnny(turned, mesh.vertices, "gltf");
	const positions = gather(turned);
	pointsFromAnny(turned, unitVertexNormals(mesh.vertices, mesh.triangles), "gltf");

	const vertexData = { target: BUFFER_TARGET.vertices };
	const attributes: Record<string, number> = {
		POSITION: buffer.add(positions, "VEC3", { ...vertexData, bounds: true }),
		NORMAL: buffer.add(gather(turned), "VEC3", vertexData),
	};
	if (split.uvs) attributes.TEXCOORD_0 = buffer.add(split.uvs, "VEC2", vertexData);
	const isSmallSkeleton = mesh.boneLabels.length <= 256;
	for (let set = 0; set * 4 < influences.width; set++) {
		const bones = isSmallSkeleton ? new Uint8Array(count * 4) : new Uint16Array(count * 4);
		const weights = new Float32Array(count * 4);
		for (let i = 0; i < count * 4; i++) {
			const from = source[i >> 2] * influences.width + set * 4 + (i & 3);
			bones[i] = influences.bones[from];
			weights[i] = influences.weights[from];
		}
		attributes[`JOINTS_${set}`] = buffer.add(bones, "VEC4", vertexData);
		attributes[`WEIGHTS_${set}`] = buffer.add(weights, "VEC4", vertexData);
	}
	// Own attributes may not be 32-bit integers; above 16 bits a float holds every index exactly up to 2^24.
	const vertexIndices = mesh.vertices.length / 3 <= 0x10000 ? Uint16Array.from(source) : Float32Array.from(source);
	attributes._VERTEX_INDEX = buffer.add(vertexIndices, "SCALAR", vertexData);
	// 65535 is the primitive restart value, which glTF forbids as an index.
	const indices = count <= 0xffff ? Uint16Array.from(split.triangles) : split.triangles;
	return {
		primitive: { attributes, indices: buffer.add(indices, "SCALAR", { target: BUFFER_TARGET.indices }), mode: 4 },
		vertexCount: count,
	};
}

/** World pose of a bone in glTF's frame: rows turn as `(x, y, z) → (x, z, −y)`, bone axes stay. */
function turnRigid(out: Float64Array, pose: Float64Array, offset: number): void {
	for (let column = 0; column < 4; column++) {
		out[column] = pose[offset + column];
		out[4 + column] = pose[offset + 8 + column];
		out[8 + column] = -pose[offset + 4 + column];
	}
}

function inverseBind(rest: Float64Array, boneCount: number): Float32Array {
	const out = new Float32Array(boneCount * 16);
	const m = new Float64Array(12);
	for (let bone = 0; bone < boneCount; bone++) {
		turnRigid(m, rest, bone * 12);
		const o = bone * 16;
		// Column-major; the inverse of a rotation is its transpose.
		for (let row = 0; row < 3; row++) {
			for (let column = 0; column < 3; column++) out[o + column * 4 + row] = m[column * 4 + row];
			out[o + 12 + row] = -(m[row] * m[3] + m[4 + row] * m[7] + m[8 + row] * m[11]);
		}
		out[o + 15] = 1;
	}
	return out;
}

function jointTransform(poses: Float64Array, parent: number, bone: number): object {
	const local = new Float64Array(12);
	if (parent < 0) turnRigid(local, poses, bone * 12);
	else relativeRigid(local, poses, parent * 12, poses, bone * 12);
	return {
		translation: [shorten(local[3]), shorten(local[7]), shorten(local[11])],
		rotation: quaternionOf(local, 0).map(shorten),
	};
}

/** Ten decimals: 0.1 nm and 0.1 nrad, half the text of a full double. */
function shorten(value: number): number {
	return Math.round(value * 1e10) / 1e10 + 0;
}
