/**
 * What measuring needs to know about a body model. `BodyModel` of `@anny-fitter/body-model` has this shape; measuring
 * itself depends on no forward pass.
 */
export interface MeasurableModel {
	readonly topologyHash: string;
	readonly vertexCount: number;
	/** `[3t]` vertex indices, counter-clockwise seen from outside. */
	readonly triangles: Uint32Array;
	/** `[vertexCount]` vertex of the hm08 base mesh behind each vertex of this topology. */
	readonly baseVertexIndices: ArrayLike<number>;
	readonly boneLabels: readonly string[];
	/** `[vertexCount + 1]` row starts of the skin weights. */
	readonly skinOffsets: ArrayLike<number>;
	readonly skinBones: ArrayLike<number>;
	readonly skinWeights: ArrayLike<number>;
}

/** A body in rest pose (`ShapeState` of the body model): metres, Z up. */
export interface MeasurableShape {
	/** `[3 * vertexCount]` rest vertices. */
	readonly vertices: Float64Array;
	/** `[3 * bones]` rest positions where bones begin, in the order of `boneLabels`. */
	readonly boneHeads: Float64Array;
}
