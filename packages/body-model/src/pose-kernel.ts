import { instantiateKernels, type KernelFunctions, type Kernels } from "./kernels.js";

/** Float64 per bone of the packed transforms: X and Y of the four columns, Z of the four, four unused. */
const TRANSFORM_NUMBERS = 16;

/** What the kernels need of a model. @internal */
export interface PosedMesh {
	readonly vertexCount: number;
	readonly boneLabels: readonly string[];
	readonly triangles: Uint32Array;
	readonly skinOffsets: Uint32Array;
	readonly skinBones: Uint8Array;
	readonly skinWeights: Float64Array;
}

/** Memory of the SIMD kernels for one model: its skin and triangles, and the points they work on. @internal */
export interface PoseKernel {
	readonly functions: KernelFunctions;
	/** [V*3] */
	readonly rest: Float64Array;
	/** [V*3] */
	readonly posed: Float64Array;
	/** [V*3] */
	readonly normals: Float64Array;
	readonly transforms: Float64Array;
	/** Entries of each row of the skin. */
	readonly counts: Uint8Array;
	readonly bones: Uint8Array;
	readonly weights: Float64Array;
	/** [3t] byte offsets of the corners' points. */
	readonly triangles: Uint32Array;
}

/** @internal */
export function createPoseKernel(kernels: Kernels, mesh: PosedMesh): PoseKernel {
	// Kernels take two vertices at a time, or a vertex as two vectors: room for two more points.
	const pointNumbers = 3 * (mesh.vertexCount + 2);
	const sizes = [
		...[pointNumbers, pointNumbers, pointNumbers].map((count) => 8 * count),
		8 * TRANSFORM_NUMBERS * mesh.boneLabels.length,
		8 * mesh.skinWeights.length,
		4 * mesh.triangles.length,
		mesh.skinBones.length,
		mesh.vertexCount,
	];
	const starts: number[] = [];
	let end = 0;
	for (const size of sizes) {
		starts.push(end);
		end = Math.ceil((end + size) / 16) * 16;
	}
	const { functions, buffer } = instantiateKernels(kernels, end);
	const points = (part: number) => new Float64Array(buffer, starts[part], 3 * mesh.vertexCount);
	const kernel: PoseKernel = {
		functions,
		rest: points(0),
		posed: points(1),
		normals: points(2),
		transforms: new Float64Array(buffer, starts[3], TRANSFORM_NUMBERS * mesh.boneLabels.length),
		weights: new Float64Array(buffer, starts[4], mesh.skinWeights.length),
		triangles: new Uint32Array(buffer, starts[5], mesh.triangles.length),
		bones: new Uint8Array(buffer, starts[6], mesh.skinBones.length),
		counts: new Uint8Array(buffer, starts[7], mesh.vertexCount),
	};
	kernel.weights.set(mesh.skinWeights);
	kernel.bones.set(mesh.skinBones);
	for (let vertex = 0; vertex < mesh.vertexCount; vertex++) {
		kernel.counts[vertex] = mesh.skinOffsets[vertex + 1] - mesh.skinOffsets[vertex];
	}
	for (let at = 0; at < mesh.triangles.length; at++) {
		kernel.triangles[at] = 24 * mesh.triangles[at];
	}
	return kernel;
}

/**
 * `skinLinear` on the kernels, equal to the last bit. The result stays in `kernel.posed` too.
 *
 * @param out [V*3]
 * @param rest [V*3]
 * @param transforms [B*12] posed from rest @internal
 */
export function skinWithKernel(
	kernel: PoseKernel,
	out: Float64Array,
	rest: Float64Array,
	transforms: Float64Array,
): void {
	const { functions, posed, counts, bones, weights } = kernel;
	kernel.rest.set(rest);
	packTransforms(kernel.transforms, transforms);
	functions.skin(
		posed.byteOffset,
		kernel.rest.byteOffset,
		kernel.rest.byteOffset + kernel.rest.byteLength,
		counts.byteOffset,
		bones.byteOffset,
		weights.byteOffset,
		kernel.transforms.byteOffset,
	);
	out.set(posed);
}

/** `computeVertexNormals` of the points in `kernel.posed`, equal to the last bit. @param out [V*3] @internal */
export function computeNormalsWithKernel(kernel: PoseKernel, out: Float64Array): void {
	const { functions, normals, posed, triangles } = kernel;
	functions.normals(
		normals.byteOffset,
		normals.byteOffset + normals.byteLength,
		posed.byteOffset,
		triangles.byteOffset,
		triangles.byteOffset + triangles.byteLength,
	);
	out.set(normals);
}

function packTransforms(out: Float64Array, transforms: Float64Array): void {
	for (let at = 0, from = 0; from < transforms.length; at += TRANSFORM_NUMBERS, from += 12) {
		for (let column = 0; column < 4; column++) {
			out[at + 2 * column] = transforms[from + column];
			out[at + 2 * column + 1] = transforms[from + 4 + column];
			out[at + 8 + column] = transforms[from + 8 + column];
		}
	}
}
