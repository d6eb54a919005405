/** Directions and reference points of a standing body. Up is +Z; the rest follows from the body, whatever its heading. */
export interface BodyFrame {
	/** `[3]` horizontal unit vector to the person's left. */
	readonly lateral: Float64Array;
	/** `[3]` horizontal unit vector to where the person faces. */
	readonly anterior: Float64Array;
	/** Height of the lowest vertex. */
	floor: number;
	/** Height of the highest vertex over the floor. */
	stature: number;
	/** Highest vertex. */
	topVertex: number;
}

/** An unset frame for {@link updateBodyFrame}. */
export function createBodyFrame(): BodyFrame {
	return { lateral: new Float64Array(3), anterior: new Float64Array(3), floor: 0, stature: 0, topVertex: 0 };
}

/**
 * Read the frame off a body: left is the horizontal direction from the right to the left hip joint.
 *
 * @param vertices `[3v]`. @param boneHeads `[3b]`. @param leftHip bone index. @param rightHip bone index.
 * @throws RangeError if a coordinate is not finite or the hips coincide.
 */
export function updateBodyFrame(
	frame: BodyFrame,
	vertices: Float64Array,
	boneHeads: Float64Array,
	leftHip: number,
	rightHip: number,
): void {
	let low = Number.POSITIVE_INFINITY;
	let high = Number.NEGATIVE_INFINITY;
	let sum = 0;
	for (let i = 0; i < vertices.length; i += 3) {
		const z = vertices[i + 2];
		sum += vertices[i] + vertices[i + 1] + z;
		if (z < low) low = z;
		if (z > high) {
			high = z;
			frame.topVertex = i / 3;
		}
	}
	if (!Number.isFinite(sum)) throw new RangeError("the body has vertices that are not finite");
	frame.floor = low;
	frame.stature = high - low;
	const x = boneHeads[3 * leftHip] - boneHeads[3 * rightHip];
	const y = boneHeads[3 * leftHip + 1] - boneHeads[3 * rightHip + 1];
	const length = Math.sqrt(x * x + y * y);
	if (!(length > 0)) throw new RangeError("the hip joints of the body coincide");
	frame.lateral[0] = x / length;
	frame.lateral[1] = y / length;
	frame.anterior[0] = y / length;
	frame.anterior[1] = -x / length;
}
