import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { RiggedMesh, SurfaceMesh } from "@anny-fitter/mesh-io";

const shared = fileURLToPath(new URL("../../../../shared/anny/", import.meta.url));

/** True where the reference vectors of the body model are at hand. */
export const hasReferenceBodies = existsSync(`${shared}public.bin`);

/** A unit cube standing on the floor: 8 vertices, 6 quads, a UV island per side, so that every vertex is on a seam. */
export function cube() {
	const vertices = Float64Array.of(0, 0, 0, 1, 0, 0, 1, 1, 0, 0, 1, 0, 0, 0, 1, 1, 0, 1, 1, 1, 1, 0, 1, 1);
	const quads = Uint16Array.of(0, 3, 2, 1, 4, 5, 6, 7, 0, 1, 5, 4, 1, 2, 6, 5, 2, 3, 7, 6, 3, 0, 4, 7);
	const triangles = new Uint32Array(36);
	const uvs = new Float32Array(48);
	const quadUvs = new Uint16Array(24);
	for (let q = 0; q < 6; q++) {
		const [a, b, c, d] = quads.subarray(q * 4, q * 4 + 4) as unknown as [number, number, number, number];
		triangles.set([a, b, c, c, d, a], q * 6);
		for (let k = 0; k < 4; k++) {
			quadUvs[q * 4 + k] = q * 4 + k;
			uvs.set([(q + (k === 1 || k === 2 ? 0.9 : 0.1)) / 6, k >= 2 ? 0.8 : 0.3], (q * 4 + k) * 2);
		}
	}
	return { vertices, quads, triangles, uvs, quadUvs } satisfies SurfaceMesh;
}

/** The cube on two bones, the upper one bent by `angle` about X; `influences` spreads each vertex over more bones. */
export function riggedCube(angle = 0.5, extraBones = 0): RiggedMesh {
	const boneCount = 2 + extraBones;
	const restBonePoses = new Float64Array(boneCount * 12);
	const bonePoses = new Float64Array(boneCount * 12);
	const [c, s] = [Math.cos(angle), Math.sin(angle)];
	for (let b = 0; b < boneCount; b++) {
		// Bone axes: +Y up along the bone, as Anny's.
		const height = b * 0.5;
		restBonePoses.set([1, 0, 0, 0.5, 0, 0, -1, 0.5, 0, 1, 0, height], b * 12);
		bonePoses.set([1, 0, 0, 0.5, 0, -s, -c, 0.5, 0, c, -s, height], b * 12);
	}
	bonePoses.set(restBonePoses.subarray(0, 12));
	const offsets = [0];
	const bones: number[] = [];
	const weights: number[] = [];
	for (let v = 0; v < 8; v++) {
		const share = v < 4 ? 0.75 : 0.25;
		bones.push(0);
		weights.push(share);
		for (let b = 1; b < boneCount; b++) {
			bones.push(b);
			weights.push((1 - share) / (boneCount - 1));
		}
		offsets.push(bones.length);
	}
	return {
		...cube(),
		boneLabels: ["root", "spine.L", ...Array.from({ length: extraBones }, (_, i) => `extra0${i}`)],
		boneParents: Array.from({ length: boneCount }, (_, b) => b - 1),
		restBonePoses,
		bonePoses,
		skinOffsets: Uint32Array.from(offsets),
		skinBones: Uint8Array.from(bones),
		skinWeights: Float64Array.from(weights),
	};
}

/** Linear blend skinning in the obvious way. */
export function skinDirectly(mesh: RiggedMesh): Float64Array {
	const out = new Float64Array(mesh.vertices.length);
	for (let v = 0; v < out.length / 3; v++) {
		const p = [0, 1, 2].map((k) => mesh.vertices[v * 3 + k]!);
		for (let k = mesh.skinOffsets[v]!; k < mesh.skinOffsets[v + 1]!; k++) {
			const b = mesh.skinBones[k]! * 12;
			const rest = mesh.restBonePoses;
			const offset = [0, 1, 2].map((row) => p[row]! - rest[b + row * 4 + 3]!);
			const local = [0, 1, 2].map((c) =>
				[0, 1, 2].reduce((sum, row) => sum + rest[b + row * 4 + c]! * offset[row]!, 0),
			);
			for (let row = 0; row < 3; row++) {
				const at = b + row * 4;
				const m = mesh.bonePoses;
				const moved = m[at]! * local[0]! + m[at + 1]! * local[1]! + m[at + 2]! * local[2]! + m[at + 3]!;
				out[v * 3 + row]! += mesh.skinWeights[k]! * moved;
			}
		}
	}
	return out;
}

interface ReferenceArray {
	dtype: "f32" | "f64" | "u16" | "u8";
	shape: number[];
	offset: number;
}

function takeArray(bytes: Buffer, { dtype, shape, offset }: ReferenceArray) {
	const count = shape.reduce((a, b) => a * b, 1);
	const Type = { f32: Float32Array, f64: Float64Array, u16: Uint16Array, u8: Uint8Array }[dtype];
	const size = Type.BYTES_PER_ELEMENT;
	const copy = Uint8Array.from(bytes.subarray(offset, offset + count * size));
	return new Type(copy.buffer, 0, count);
}

/** A body of the reference vectors (default model, 13,348 vertices, 150 bones) with made-up texture coordinates. */
export function referenceBody(sampleIndex: number): { mesh: RiggedMesh; posedVertices: Float32Array } {
	const json = JSON.parse(readFileSync(`${shared}public.json`, "utf8"));
	const bytes = readFileSync(`${shared}public.bin`);
	const sample = json.samples[sampleIndex];
	const take = (field: string) => takeArray(bytes, json.arrays[sample.arrays[field]]);
	const topology = JSON.parse(readFileSync(`${shared}topology.json`, "utf8"));
	const topologyBytes = readFileSync(`${shared}topology.bin`);
	const takeTopology = (name: string) => takeArray(topologyBytes, topology.arrays[`default/${name}`]);
	const model = json.models[sample.model];
	const quadUvs = takeTopology("quad_uv");
	const uvCount = Array.from(quadUvs).reduce((a, b) => Math.max(a, b), 0) + 1;
	return {
		mesh: {
			vertices: take("rest_vertices"),
			quads: takeTopology("quads"),
			triangles: takeTopology("triangles"),
			uvs: Float32Array.from({ length: uvCount * 2 }, (_, i) => ((i * 0.618) % 1) * 0.9),
			quadUvs,
			boneLabels: model.bone_labels,
			boneParents: model.bone_parents,
			restBonePoses: take("rest_bone_poses"),
			bonePoses: take("bone_poses"),
			...referenceSkin(model.bone_labels, takeTopology("base_mesh_vertex_indices")),
		},
		posedVertices: take("vertices") as Float32Array,
	};
}

/** The rebuilt skin weights, those of bones the model leaves out given to the nearest ancestor it keeps. */
function referenceSkin(labels: string[], baseVertices: ArrayLike<number>) {
	const rig: { name: string; parent: number }[] = JSON.parse(readFileSync(`${shared}rig_default.json`, "utf8")).bones;
	const bytes = readFileSync(`${shared}weights_rebuilt.bin`);
	const offsets = new Uint32Array(Uint8Array.from(bytes.subarray(0, 19159 * 4)).buffer);
	const total = offsets[19158]!;
	const bonesAt = 19159 * 4;
	const weightsAt = Math.ceil((bonesAt + total) / 4) * 4;
	const keptBone = rig.map((bone) => {
		let current = bone;
		while (!labels.includes(current.name)) current = rig[current.parent]!;
		return labels.indexOf(current.name);
	});
	const skinOffsets = [0];
	const skinBones: number[] = [];
	const skinWeights: number[] = [];
	for (const vertex of Array.from(baseVertices)) {
		for (let k = offsets[vertex]!; k < offsets[vertex + 1]!; k++) {
			skinBones.push(keptBone[bytes[bonesAt + k]!]!);
			skinWeights.push(bytes.readFloatLE(weightsAt + k * 4));
		}
		skinOffsets.push(skinBones.length);
	}
	return { skinOffsets, skinBones, skinWeights };
}
