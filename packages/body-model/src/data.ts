import { BodyModelAssetError, readContainer } from "./asset-container.js";
import type { Kernels } from "./kernels.js";
import { createShapeStore, type ShapeStore } from "./shape-store.js";
import type { BodyModelSourceName } from "./source.js";

/** Base positions are stored in 10 nm: exact for the published four decimals of a decimetre. @internal */
export const TEMPLATE_QUANTUM_M = 1e-8;

/** JSON part of the asset. @internal */
export interface AssetMeta {
	readonly source: BodyModelSourceName;
	readonly vertexCount: number;
	readonly boneNames: readonly string[];
	readonly shapeCount: number;
}

/**
 * Decoded asset: base mesh hm08 in world axes and metres, full rig, skin and shapes. Shared by all models made from it.
 * Shapes are unpacked when first used and kept; {@link preloadShapes} unpacks all of them.
 */
export interface BodyModelData {
	readonly sourceName: BodyModelSourceName;
	/** Number N of base vertices, helpers included. */
	readonly vertexCount: number;
	/** [N*3] rest positions of the template, metres. */
	readonly templateVertices: Float64Array;
	/** [4q] all quads of the base mesh, helpers included. */
	readonly quads: Uint16Array;
	/** [2u] texture coordinates, V up. */
	readonly uvs: Float32Array;
	/** [4q] */
	readonly quadUvs: Uint16Array;
	/** [q] 0 body, 1 left eye, 2 right eye, 3 tongue, 255 helper. */
	readonly quadGroups: Uint8Array;
	/** [q] index in the segment labels, 255 none. */
	readonly quadSegments: Uint8Array;
	readonly boneNames: readonly string[];
	readonly boneParents: Int16Array;
	readonly boneRolls_rad: Float64Array;
	readonly boneHeadOffsets: Uint32Array;
	readonly boneHeadVertices: Uint16Array;
	readonly boneTailOffsets: Uint32Array;
	readonly boneTailVertices: Uint16Array;
	/** Skin rows per base vertex. */
	readonly skinOffsets: Uint32Array;
	readonly skinBones: Uint8Array;
	readonly skinWeights: Float32Array;
	readonly shapes: ShapeStore;
	/** SIMD kernels of all models made from this data; null for plain TypeScript. */
	readonly kernels: Kernels | null;
}

/** How decoded data is to be computed with. */
export interface DecodeOptions {
	/**
	 * SIMD kernels ({@link createKernels}) for shapes, linear blend skinning and normals. Results are those of plain
	 * TypeScript to the last bit. Default: plain TypeScript.
	 */
	readonly kernels?: Kernels | null;
}

/**
 * Reads a compiled asset. Arrays are views of `asset`, which must not change afterwards.
 *
 * @throws BodyModelAssetError when the bytes are damaged or of another version
 */
export function decodeBodyModel(asset: Uint8Array, options: DecodeOptions = {}): BodyModelData {
	const kernels = options.kernels ?? null;
	const { meta, array } = readContainer<AssetMeta>(asset);
	const vertexCount = meta.vertexCount;
	const packedTemplate = array("template", "i32") as Int32Array;
	const runOffsets = array("shapeRunOffsets", "u32") as Uint32Array;
	if (packedTemplate.length !== 3 * vertexCount || runOffsets.length !== meta.shapeCount + 1) {
		throw new BodyModelAssetError("The body model contradicts its header");
	}
	const templateVertices = new Float64Array(packedTemplate.length);
	for (let at = 0; at < templateVertices.length; at++) {
		templateVertices[at] = packedTemplate[at] * TEMPLATE_QUANTUM_M;
	}
	const quads = array("quads", "u16") as Uint16Array;
	return {
		sourceName: meta.source,
		vertexCount,
		templateVertices,
		quads,
		uvs: array("uvs", "f32") as Float32Array,
		quadUvs: array("quadUvs", "u16") as Uint16Array,
		quadGroups: array("quadGroups", "u8") as Uint8Array,
		quadSegments: array("quadSegments", "u8") as Uint8Array,
		boneNames: meta.boneNames,
		boneParents: array("boneParents", "i16") as Int16Array,
		boneRolls_rad: array("boneRolls", "f64") as Float64Array,
		boneHeadOffsets: array("boneHeadOffsets", "u32") as Uint32Array,
		boneHeadVertices: array("boneHeadVertices", "u16") as Uint16Array,
		boneTailOffsets: array("boneTailOffsets", "u32") as Uint32Array,
		boneTailVertices: array("boneTailVertices", "u16") as Uint16Array,
		skinOffsets: array("skinOffsets", "u32") as Uint32Array,
		skinBones: array("skinBones", "u8") as Uint8Array,
		skinWeights: array("skinWeights", "f32") as Float32Array,
		shapes: createShapeStore(
			quads,
			vertexCount,
			{
				runOffsets,
				runs: array("shapeRuns", "u16") as Uint16Array,
				byteOffsets: array("shapeByteOffsets", "u32") as Uint32Array,
				scales: array("shapeScales", "f64") as Float64Array,
				stream: array("shapeStream", "u8") as Uint8Array,
			},
			kernels,
		),
		kernels,
	};
}
