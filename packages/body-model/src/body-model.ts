import type { BodyModelData } from "./data.js";
import { buildTopology, type TopologyName } from "./model-topology.js";
import { ALL_PHENOTYPE_LABELS, PHENOTYPE_LABELS } from "./phenotypes.js";
import { createPoseKernel, type PoseKernel } from "./pose-kernel.js";
import { LOCAL_CHANGE_LABELS } from "./shape-list.js";
import { findSumRanges } from "./shape-sum.js";
import { createShapeWorkspace, type ShapeWorkspace } from "./shape-weights.js";
import type { BodyModelSourceName } from "./source.js";
import { SEGMENT_LABELS } from "./tables/topology.js";

export type SkinningMethod = "lbs" | "dqs";

/** What the model contains; the defaults are those of Anny's `create_fullbody_model`. */
export interface BodyModelOptions {
	/** `default` closes the areolas; `makehuman` keeps the base mesh as it is. Default: `default`. */
	readonly topology?: TopologyName;
	/** Eyeballs and their bones. Default: false. */
	readonly eyes?: boolean;
	/** Tongue and its bones. Default: false. */
	readonly tongue?: boolean;
	/** Leave out vertices without a face, such as clothes and joint helpers. Default: true. */
	readonly removeUnattachedVertices?: boolean;
	/** 11 phenotypes instead of 6. Default: false. */
	readonly allPhenotypes?: boolean;
	/** 256 local changes. Default: false. */
	readonly localChanges?: boolean;
	/** Extend the outermost segments of the phenotypes instead of clamping. Default: false. */
	readonly extrapolatePhenotypes?: boolean;
	/** Linear blend or dual quaternion skinning. Default: `lbs`. */
	readonly skinning?: SkinningMethod;
}

/** A body model: mesh, rig and skin of one choice of options. World axes, metres; see the package README. */
export interface BodyModel {
	readonly sourceName: BodyModelSourceName;
	readonly topologyName: TopologyName;
	/** Equal hashes mean equal vertex and quad indices. */
	readonly topologyHash: string;
	readonly options: Required<BodyModelOptions>;
	/** Number V of model vertices. */
	readonly vertexCount: number;
	/** [V] base vertex (hm08) of each model vertex, ascending. */
	readonly baseVertexIndices: Uint16Array;
	/** [4q] model vertices. */
	readonly quads: Uint16Array;
	/** [3t] model vertices, two triangles per quad, outward orientation. */
	readonly triangles: Uint32Array;
	/** [2u] texture coordinates of the base mesh, V up. */
	readonly uvs: Float32Array;
	/** [4q] indices of texture coordinates. */
	readonly quadUvs: Uint16Array;
	/** [q] index in `segmentLabels`; 255 none. */
	readonly quadSegments: Uint8Array;
	readonly segmentLabels: readonly string[];
	/** B labels; parents precede children. */
	readonly boneLabels: readonly string[];
	/** [B] −1 for the root. */
	readonly boneParents: Int16Array;
	/** [V+1] rows of the skin: vertex v owns entries `skinOffsets[v] … skinOffsets[v + 1]`. */
	readonly skinOffsets: Uint32Array;
	/** Bone of each entry. */
	readonly skinBones: Uint8Array;
	/** Weight of each entry; a row sums to 1. */
	readonly skinWeights: Float64Array;
	/** [B+1] offsets in `boneHeadVertices`: base vertices whose average is the head. */
	readonly boneHeadOffsets: Uint32Array;
	readonly boneHeadVertices: Uint16Array;
	/** [B+1] offsets in `boneTailVertices`. */
	readonly boneTailOffsets: Uint32Array;
	readonly boneTailVertices: Uint16Array;
	/** [B] radians about the bone's Y axis. */
	readonly boneRolls: Float64Array;
	readonly phenotypeLabels: readonly string[];
	readonly localChangeLabels: readonly string[];
	readonly data: BodyModelData;
	/** Base vertices below this index are computed; the rest belong to parts that the model does not need. @internal */
	readonly baseVertexLimit: number;
	/** The base vertices that are computed, in ranges; see `findSumRanges`. @internal */
	readonly sumRanges: Uint32Array;
	/** Skin and triangles in the memory of the SIMD kernels. @internal */
	readonly poseKernel: PoseKernel | null;
	/** Scratch of the functions that take this model. @internal */
	readonly workspace: ShapeWorkspace;
}

/**
 * Makes a model from decoded data. Models of the same data share it. A model holds scratch memory, so one model must not
 * be used by two threads; every function leaves it ready for the next call.
 */
export function createBodyModel(data: BodyModelData, options: BodyModelOptions = {}): BodyModel {
	const settings: Required<BodyModelOptions> = {
		topology: options.topology ?? "default",
		eyes: options.eyes ?? false,
		tongue: options.tongue ?? false,
		removeUnattachedVertices: options.removeUnattachedVertices ?? true,
		allPhenotypes: options.allPhenotypes ?? false,
		localChanges: options.localChanges ?? false,
		extrapolatePhenotypes: options.extrapolatePhenotypes ?? false,
		skinning: options.skinning ?? "lbs",
	};
	const topology = buildTopology(data, settings);
	const kept = data.boneNames.map((name) => isBoneKept(name, settings));
	const keptBones = data.boneNames.flatMap((_, bone) => (kept[bone] ? [bone] : []));
	const modelBone = mapBones(data.boneParents, kept);
	const heads = selectRows(data.boneHeadOffsets, data.boneHeadVertices, keptBones);
	const tails = selectRows(data.boneTailOffsets, data.boneTailVertices, keptBones);
	const skin = selectSkin(data, topology.baseVertexIndices, modelBone);
	const needed = new Uint8Array(data.vertexCount);
	let limit = topology.baseVertexIndices[topology.baseVertexIndices.length - 1] + 1;
	for (const vertices of [topology.baseVertexIndices, heads.values, tails.values]) {
		for (const vertex of vertices) {
			needed[vertex] = 1;
			limit = Math.max(limit, vertex + 1);
		}
	}
	const boneLabels = keptBones.map((bone) => data.boneNames[bone]);
	const mesh = {
		vertexCount: topology.baseVertexIndices.length,
		boneLabels,
		triangles: topology.triangles,
		skinOffsets: skin.offsets,
		skinBones: skin.bones,
		skinWeights: skin.weights,
	};
	return {
		...mesh,
		sourceName: data.sourceName,
		topologyName: settings.topology,
		topologyHash: topology.hash,
		options: settings,
		baseVertexIndices: topology.baseVertexIndices,
		quads: topology.quads,
		uvs: data.uvs,
		quadUvs: topology.quadUvs,
		quadSegments: topology.quadSegments,
		segmentLabels: SEGMENT_LABELS,
		boneParents: Int16Array.from(keptBones, (bone) =>
			data.boneParents[bone] < 0 ? -1 : modelBone[data.boneParents[bone]],
		),
		boneHeadOffsets: heads.offsets,
		boneHeadVertices: heads.values,
		boneTailOffsets: tails.offsets,
		boneTailVertices: tails.values,
		boneRolls: Float64Array.from(keptBones, (bone) => data.boneRolls_rad[bone]),
		phenotypeLabels: settings.allPhenotypes ? ALL_PHENOTYPE_LABELS : PHENOTYPE_LABELS,
		localChangeLabels: settings.localChanges ? LOCAL_CHANGE_LABELS : [],
		data,
		baseVertexLimit: limit,
		sumRanges: findSumRanges(needed),
		poseKernel: data.kernels === null ? null : createPoseKernel(data.kernels, mesh),
		workspace: createShapeWorkspace(data),
	};
}

function isBoneKept(name: string, options: { readonly eyes: boolean; readonly tongue: boolean }): boolean {
	return (options.eyes || !name.startsWith("eye.")) && (options.tongue || !name.startsWith("tongue"));
}

/** Model bone of each rig bone; a bone that is left out maps to its nearest kept ancestor. */
function mapBones(parents: Int16Array, kept: readonly boolean[]): Int16Array {
	const out = new Int16Array(parents.length);
	let next = 0;
	for (let bone = 0; bone < parents.length; bone++) {
		out[bone] = kept[bone] ? next++ : out[parents[bone]];
	}
	return out;
}

function selectRows(
	offsets: Uint32Array,
	values: Uint16Array,
	rows: readonly number[],
): { offsets: Uint32Array; values: Uint16Array } {
	const outOffsets = new Uint32Array(rows.length + 1);
	const out: number[] = [];
	for (let row = 0; row < rows.length; row++) {
		out.push(...values.subarray(offsets[rows[row]], offsets[rows[row] + 1]));
		outOffsets[row + 1] = out.length;
	}
	return { offsets: outOffsets, values: Uint16Array.from(out) };
}

function selectSkin(
	data: BodyModelData,
	baseVertices: Uint16Array,
	modelBone: Int16Array,
): { offsets: Uint32Array; bones: Uint8Array; weights: Float64Array } {
	const offsets = new Uint32Array(baseVertices.length + 1);
	const bones: number[] = [];
	const weights: number[] = [];
	for (let vertex = 0; vertex < baseVertices.length; vertex++) {
		const start = bones.length;
		let sum = 0;
		for (
			let entry = data.skinOffsets[baseVertices[vertex]];
			entry < data.skinOffsets[baseVertices[vertex] + 1];
			entry++
		) {
			const bone = modelBone[data.skinBones[entry]];
			const weight = data.skinWeights[entry];
			sum += weight;
			const same = bones.indexOf(bone, start);
			if (same >= 0) {
				weights[same] += weight;
			} else {
				bones.push(bone);
				weights.push(weight);
			}
		}
		if (sum === 0) {
			bones.push(0); // a vertex that no bone claims follows the root
			weights.push(1);
			sum = 1;
		}
		for (let entry = start; entry < weights.length; entry++) {
			weights[entry] /= sum;
		}
		offsets[vertex + 1] = bones.length;
	}
	return { offsets, bones: Uint8Array.from(bones), weights: Float64Array.from(weights) };
}
