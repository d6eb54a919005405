import type { RiggedMesh } from "./rigged-mesh.js";
import { timesInverseRigid } from "./rigid-transform.js";

/** A fixed number of influences per vertex, largest first. */
export interface SkinInfluences {
	/** Influences per vertex: a multiple of four, as glTF stores them. */
	readonly width: number;
	/** `[v*width]` bone indices, 0 where the weight is 0. */
	readonly bones: Uint16Array;
	/** `[v*width]` weights, summing to 1 per vertex. */
	readonly weights: Float32Array;
}

/**
 * Keeps the largest `maxInfluences` weights of every vertex and rescales them to sum 1.
 *
 * Ties keep the order of the source, so that the result is the same everywhere. The width is no larger than needed: a
 * mesh with at most four influences per vertex gets four, whatever was allowed.
 */
export function selectInfluences(mesh: RiggedMesh, maxInfluences: number): SkinInfluences {
	if (!(Number.isInteger(maxInfluences) && maxInfluences >= 1 && maxInfluences <= 64)) {
		throw new RangeError(`maxInfluences is ${maxInfluences}; it must be an integer in 1..64.`);
	}
	const { skinOffsets, skinBones, skinWeights } = mesh;
	const vertexCount = skinOffsets.length - 1;
	let most = 1;
	for (let v = 0; v < vertexCount; v++) {
		let used = 0;
		for (let k = skinOffsets[v]; k < skinOffsets[v + 1]; k++) if (Math.fround(skinWeights[k]) > 0) used++;
		most = Math.max(most, used);
	}
	const kept = Math.min(maxInfluences, most);
	const width = Math.ceil(kept / 4) * 4;
	const bones = new Uint16Array(vertexCount * width);
	const weights = new Float32Array(vertexCount * width);
	const order: number[] = [];
	for (let v = 0; v < vertexCount; v++) {
		order.length = 0;
		for (let k = skinOffsets[v]; k < skinOffsets[v + 1]; k++) if (Math.fround(skinWeights[k]) > 0) order.push(k);
		if (order.length === 0) throw new RangeError(`The skin weights of vertex ${v} are all zero.`);
		order.sort((a, b) => skinWeights[b] - skinWeights[a] || a - b);
		const count = Math.min(kept, order.length);
		let sum = 0;
		for (let k = 0; k < count; k++) sum += skinWeights[order[k]];
		for (let k = 0; k < count; k++) {
			bones[v * width + k] = skinBones[order[k]];
			weights[v * width + k] = skinWeights[order[k]] / sum;
		}
	}
	return { width, bones, weights };
}

/**
 * The largest distance between a vertex skinned with all influences and with the selected ones, metres, in the pose of
 * the mesh (linear blend skinning).
 */
export function influenceError(mesh: RiggedMesh, selected: SkinInfluences): number {
	const { vertices, skinOffsets, skinBones, skinWeights } = mesh;
	const boneCount = mesh.boneLabels.length;
	const transforms = new Float64Array(boneCount * 12);
	for (let b = 0; b < boneCount * 12; b += 12) {
		timesInverseRigid(transforms, b, mesh.bonePoses, b, mesh.restBonePoses, b);
	}
	let worst = 0;
	for (let v = 0; v < skinOffsets.length - 1; v++) {
		const x = vertices[v * 3];
		const y = vertices[v * 3 + 1];
		const z = vertices[v * 3 + 2];
		const difference = [0, 0, 0];
		const add = (bone: number, weight: number): void => {
			for (let row = 0; row < 3; row++) {
				const r = bone * 12 + row * 4;
				difference[row] +=
					weight * (transforms[r] * x + transforms[r + 1] * y + transforms[r + 2] * z + transforms[r + 3]);
			}
		};
		for (let k = skinOffsets[v]; k < skinOffsets[v + 1]; k++) add(skinBones[k], skinWeights[k]);
		for (let k = v * selected.width; k < (v + 1) * selected.width; k++) {
			if (selected.weights[k] > 0) add(selected.bones[k], -selected.weights[k]);
		}
		worst = Math.max(worst, Math.hypot(difference[0], difference[1], difference[2]));
	}
	return worst;
}
