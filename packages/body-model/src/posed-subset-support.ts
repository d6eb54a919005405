/** Which bones move which point: fixed for a choice of points. @internal */
import type { BodyModel } from "./body-model.js";
import type { VertexAverages } from "./shape-subset.js";

/** Rows of {@link PosedSubset}'s points: skin, support and places of the joints. @internal */
export interface PointSupport {
	/** [N+1] */
	readonly offsets: Uint32Array;
	/** Bones with weight on a point and all their ancestors, ascending: parents first. */
	readonly bones: Uint8Array;
	/** Slot of the parent within the point's row; 0 for the root. */
	readonly parents: Uint8Array;
	/** [N+1] */
	readonly skinOffsets: Uint32Array;
	readonly skinBones: Uint8Array;
	readonly skinWeights: Float64Array;
	/** Slot of the bone within the point's support. */
	readonly skinSlots: Uint8Array;
	/** [N] row of each point in the rest points. */
	readonly restRows: Uint32Array;
	/** Distinct joints: heads and tails that several bones share occur once. */
	readonly joints: VertexAverages;
	/** [B] row of each bone's head and tail in the rest points. */
	readonly headPoints: Uint32Array;
	readonly tailPoints: Uint32Array;
}

/** @throws RangeError for a vertex or bone that the model does not have @internal */
export function createPointSupport(model: BodyModel, vertices: Uint32Array, heads: Uint8Array): PointSupport {
	const { boneParents, skinOffsets, skinBones, skinWeights } = model;
	const { joints, headRows, tailRows } = distinctJoints(model);
	const shift = (row: number): number => vertices.length + row;
	const headPoints = Uint32Array.from(headRows, shift);
	const tailPoints = Uint32Array.from(tailRows, shift);
	const offsets = [0];
	const bones: number[] = [];
	const parents: number[] = [];
	const rowOffsets = [0];
	const rowBones: number[] = [];
	const rowWeights: number[] = [];
	const rowSlots: number[] = [];
	const addPoint = (skin: readonly (readonly [bone: number, weight: number])[]): void => {
		const chain = new Set<number>();
		for (const [bone] of skin) {
			for (let at = bone; at >= 0; at = boneParents[at]) chain.add(at);
		}
		const sorted = [...chain].sort((a, b) => a - b);
		for (const bone of sorted) {
			bones.push(bone);
			parents.push(Math.max(sorted.indexOf(boneParents[bone]), 0));
		}
		offsets.push(bones.length);
		for (const [bone, weight] of skin) {
			rowBones.push(bone);
			rowWeights.push(weight);
			rowSlots.push(sorted.indexOf(bone));
		}
		rowOffsets.push(rowBones.length);
	};
	for (const vertex of vertices) {
		if (vertex >= model.vertexCount) throw new RangeError(`The model has no vertex ${vertex}`);
		const skin: [number, number][] = [];
		for (let entry = skinOffsets[vertex]; entry < skinOffsets[vertex + 1]; entry++) {
			if (skinWeights[entry] !== 0) skin.push([skinBones[entry], skinWeights[entry]]);
		}
		addPoint(skin);
	}
	for (const bone of heads) {
		if (bone >= boneParents.length) throw new RangeError(`The model has no bone ${bone}`);
		addPoint([[bone, 1]]);
	}
	const restRows = new Uint32Array(vertices.length + heads.length);
	for (let point = 0; point < restRows.length; point++) {
		restRows[point] = point < vertices.length ? point : headPoints[heads[point - vertices.length]];
	}
	return {
		offsets: Uint32Array.from(offsets),
		bones: Uint8Array.from(bones),
		parents: Uint8Array.from(parents),
		skinOffsets: Uint32Array.from(rowOffsets),
		skinBones: Uint8Array.from(rowBones),
		skinWeights: Float64Array.from(rowWeights),
		skinSlots: Uint8Array.from(rowSlots),
		restRows,
		joints,
		headPoints,
		tailPoints,
	};
}

function distinctJoints(model: BodyModel): { joints: VertexAverages; headRows: number[]; tailRows: number[] } {
	const rows = new Map<string, number>();
	const offsets = [0];
	const vertices: number[] = [];
	const rowsOf = (rowOffsets: Uint32Array, rowVertices: Uint16Array): number[] =>
		model.boneLabels.map((_, bone) => {
			const list = rowVertices.subarray(rowOffsets[bone], rowOffsets[bone + 1]);
			const key = list.join();
			const known = rows.get(key);
			if (known !== undefined) return known;
			rows.set(key, offsets.length - 1);
			vertices.push(...list);
			offsets.push(vertices.length);
			return offsets.length - 2;
		});
	const headRows = rowsOf(model.boneHeadOffsets, model.boneHeadVertices);
	const tailRows = rowsOf(model.boneTailOffsets, model.boneTailVertices);
	return { joints: { offsets: Uint32Array.from(offsets), vertices: Uint16Array.from(vertices) }, headRows, tailRows };
}
