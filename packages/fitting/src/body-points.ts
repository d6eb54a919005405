import type { BodyModel, ShapeSubset } from "@anny-fitter/body-model";
import { createShapeSubset, evaluateShapeSubset } from "@anny-fitter/body-model";
import type { Articulation } from "./articulation.js";
import { JOINT_COUNT } from "./articulation.js";
import { SHAPE_COUNT, SHAPE_PARAMETERS } from "./shape-parameters.js";

/**
 * The few points of the body that one solve looks at: the joints' heads, the two vertices that make the stature and
 * any surface vertices (silhouette rims), with their derivatives with respect to the shape.
 */
export interface BodyPoints {
	readonly subset: ShapeSubset;
	/** [points*3] rest positions of all subset vertices */
	readonly positions: Float64Array;
	/** [P * points*3] their derivatives */
	readonly positionsByShape: Float64Array;
	readonly pointCount: number;
	/** [joints*3] rest heads and [P * joints*3] derivatives */
	readonly heads: Float64Array;
	readonly headsByShape: Float64Array;
	/** CSR over joints: which subset points average to each head */
	readonly headOffsets: Uint32Array;
	readonly headPoints: Uint32Array;
	/** subset points of the highest and lowest vertex */
	readonly topPoint: number;
	readonly bottomPoint: number;
	/** [surface vertices] subset point of each requested vertex */
	readonly surfacePoints: Uint32Array;
	stature: number;
	/** [P] */
	readonly statureByShape: Float64Array;
}

/**
 * @param surfaceVertices model vertices whose positions are wanted besides the joints
 * @param topVertex model vertex with the largest rest height
 * @param bottomVertex model vertex with the smallest rest height
 */
export function createBodyPoints(
	model: BodyModel,
	articulation: Articulation,
	surfaceVertices: ArrayLike<number>,
	topVertex: number,
	bottomVertex: number,
): BodyPoints {
	const slotOfBase = new Map<number, number>();
	const base: number[] = [];
	const slot = (vertex: number): number => {
		let s = slotOfBase.get(vertex);
		if (s === undefined) {
			s = base.length;
			slotOfBase.set(vertex, s);
			base.push(vertex);
		}
		return s;
	};
	const headOffsets = new Uint32Array(JOINT_COUNT + 1);
	const headPoints: number[] = [];
	for (let j = 0; j < JOINT_COUNT; j++) {
		const bone = articulation.bones[j];
		for (let k = model.boneHeadOffsets[bone]; k < model.boneHeadOffsets[bone + 1]; k++) {
			headPoints.push(slot(model.boneHeadVertices[k]));
		}
		headOffsets[j + 1] = headPoints.length;
	}
	const topPoint = slot(model.baseVertexIndices[topVertex]);
	const bottomPoint = slot(model.baseVertexIndices[bottomVertex]);
	const surfacePoints = Uint32Array.from(surfaceVertices, (v) => slot(model.baseVertexIndices[v]));
	const n = base.length;
	return {
		subset: createShapeSubset(model, Uint16Array.from(base)),
		positions: new Float64Array(3 * n),
		positionsByShape: new Float64Array(SHAPE_COUNT * 3 * n),
		pointCount: n,
		heads: new Float64Array(3 * JOINT_COUNT),
		headsByShape: new Float64Array(SHAPE_COUNT * 3 * JOINT_COUNT),
		headOffsets,
		headPoints: Uint32Array.from(headPoints),
		topPoint,
		bottomPoint,
		surfacePoints,
		stature: 0,
		statureByShape: new Float64Array(SHAPE_COUNT),
	};
}

/** Evaluates all points for a shape vector; derivatives only when asked. */
export function evaluateBodyPoints(points: BodyPoints, shape: Float64Array, withDerivatives: boolean): void {
	const { positions, positionsByShape, pointCount, heads, headsByShape } = points;
	evaluateShapeSubset(
		positions,
		withDerivatives ? positionsByShape : null,
		points.subset,
		SHAPE_PARAMETERS,
		shape.subarray(0, SHAPE_COUNT),
	);
	averageHeads(heads, 0, positions, 0, points);
	points.stature = positions[3 * points.topPoint + 2] - positions[3 * points.bottomPoint + 2];
	if (!withDerivatives) return;
	for (let p = 0; p < SHAPE_COUNT; p++) {
		const plane = p * 3 * pointCount;
		averageHeads(headsByShape, p * 3 * JOINT_COUNT, positionsByShape, plane, points);
		points.statureByShape[p] =
			positionsByShape[plane + 3 * points.topPoint + 2] - positionsByShape[plane + 3 * points.bottomPoint + 2];
	}
}

function averageHeads(
	out: Float64Array,
	outOffset: number,
	source: Float64Array,
	sourceOffset: number,
	points: BodyPoints,
): void {
	const { headOffsets, headPoints } = points;
	for (let j = 0; j < JOINT_COUNT; j++) {
		const first = headOffsets[j];
		const last = headOffsets[j + 1];
		let x = 0;
		let y = 0;
		let z = 0;
		for (let k = first; k < last; k++) {
			const at = sourceOffset + 3 * headPoints[k];
			x += source[at];
			y += source[at + 1];
			z += source[at + 2];
		}
		const scale = 1 / (last - first);
		out[outOffset + 3 * j] = x * scale;
		out[outOffset + 3 * j + 1] = y * scale;
		out[outOffset + 3 * j + 2] = z * scale;
	}
}
