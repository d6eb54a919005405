import type { BodyModel } from "@anny-fitter/body-model";

/**
 * Vertices spread over the body so that every bone that moves a part of the surface has some: per bone the vertices on
 * which it weighs most, thinned by farthest points on the template. A bone gets a share by the square root of its area,
 * so fingers and face are seen without drowning the trunk.
 *
 * @param count wanted number, met roughly
 * @param fewest vertices per bone where it has them
 * @returns model vertices, ascending
 */
export function sampleRegistrationVertices(model: BodyModel, count: number, fewest: number): Uint32Array {
	const owned = dominatedVertices(model);
	let roots = 0;
	for (const list of owned) roots += Math.sqrt(list.length);
	const out: number[] = [];
	for (const list of owned) {
		const share = Math.round((count * Math.sqrt(list.length)) / roots);
		out.push(...farthestPoints(model, list, Math.max(share, fewest)));
	}
	return Uint32Array.from(out).sort();
}

/** Vertices of each bone on which it weighs most. */
function dominatedVertices(model: BodyModel): number[][] {
	const owned: number[][] = model.boneLabels.map(() => []);
	for (let vertex = 0; vertex < model.vertexCount; vertex++) {
		let best = model.skinOffsets[vertex];
		for (let entry = best + 1; entry < model.skinOffsets[vertex + 1]; entry++) {
			if (model.skinWeights[entry] > model.skinWeights[best]) best = entry;
		}
		owned[model.skinBones[best]].push(vertex);
	}
	return owned;
}

function farthestPoints(model: BodyModel, vertices: readonly number[], count: number): number[] {
	if (vertices.length <= count) return [...vertices];
	const template = model.data.templateVertices;
	const nearest = new Float64Array(vertices.length).fill(Number.POSITIVE_INFINITY);
	const out: number[] = [];
	let next = 0;
	while (out.length < count) {
		out.push(vertices[next]);
		const at = 3 * model.baseVertexIndices[vertices[next]];
		let farthest = 0;
		for (let index = 0; index < vertices.length; index++) {
			const from = 3 * model.baseVertexIndices[vertices[index]];
			const distance =
				(template[from] - template[at]) ** 2 +
				(template[from + 1] - template[at + 1]) ** 2 +
				(template[from + 2] - template[at + 2]) ** 2;
			nearest[index] = Math.min(nearest[index], distance);
			if (nearest[index] > nearest[farthest]) farthest = index;
		}
		next = farthest;
	}
	return out;
}
