import type { SkinSource } from "./source.js";

/** Sorts (vertex, bone, weight) triples into rows by vertex; within a row the order of the triples is kept. */
export function buildSkinRows(
	vertexCount: number,
	vertices: ArrayLike<number>,
	bones: ArrayLike<number>,
	weights: ArrayLike<number>,
): SkinSource {
	const offsets = new Uint32Array(vertexCount + 1);
	for (let entry = 0; entry < vertices.length; entry++) {
		offsets[vertices[entry] + 1]++;
	}
	for (let vertex = 0; vertex < vertexCount; vertex++) {
		offsets[vertex + 1] += offsets[vertex];
	}
	const next = offsets.slice(0, vertexCount);
	const rowBones = new Uint8Array(vertices.length);
	const rowWeights = new Float64Array(vertices.length);
	for (let entry = 0; entry < vertices.length; entry++) {
		const slot = next[vertices[entry]]++;
		rowBones[slot] = bones[entry];
		rowWeights[slot] = weights[entry];
	}
	return { offsets, bones: rowBones, weights: rowWeights };
}
