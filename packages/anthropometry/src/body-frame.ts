import { addJointGradient, addVertexGradient, type GradientBuilder } from "./surface-gradient.js";

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
	/** Lowest vertex. */
	bottomVertex: number;
	/** Bones whose heads are the hip joints. */
	leftHip: number;
	rightHip: number;
	/** Horizontal distance of the hip joints. */
	hipDistance: number;
}

/** An unset frame for {@link updateBodyFrame}. */
export function createBodyFrame(): BodyFrame {
	return {
		lateral: new Float64Array(3),
		anterior: new Float64Array(3),
		floor: 0,
		stature: 0,
		topVertex: 0,
		bottomVertex: 0,
		leftHip: 0,
		rightHip: 0,
		hipDistance: 0,
	};
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
		if (z < low) {
			low = z;
			frame.bottomVertex = i / 3;
		}
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
	frame.leftHip = leftHip;
	frame.rightHip = rightHip;
	frame.hipDistance = length;
	frame.lateral[0] = x / length;
	frame.lateral[1] = y / length;
	frame.anterior[0] = y / length;
	frame.anterior[1] = -x / length;
}

/** Pull back the height of the floor. @param weight derivative of the value by it. */
export function pullFloor(gradient: GradientBuilder, frame: BodyFrame, weight: number): void {
	addVertexGradient(gradient, frame.bottomVertex, 0, 0, weight);
}

/** Pull back the stature. @param weight derivative of the value by it. */
export function pullStature(gradient: GradientBuilder, frame: BodyFrame, weight: number): void {
	addVertexGradient(gradient, frame.topVertex, 0, 0, weight);
	addVertexGradient(gradient, frame.bottomVertex, 0, 0, -weight);
}

/** Pull back the direction to the left. @param x derivative of the value by its x. @param y by its y. */
export function pullLateral(gradient: GradientBuilder, frame: BodyFrame, x: number, y: number): void {
	const { lateral, hipDistance } = frame;
	const along = x * lateral[0] + y * lateral[1];
	const gx = (x - along * lateral[0]) / hipDistance;
	const gy = (y - along * lateral[1]) / hipDistance;
	addJointGradient(gradient, frame.leftHip, gx, gy, 0);
	addJointGradient(gradient, frame.rightHip, -gx, -gy, 0);
}

/** Pull back the direction to the front, which is (y, −x) of the one to the left. */
export function pullAnterior(gradient: GradientBuilder, frame: BodyFrame, x: number, y: number): void {
	pullLateral(gradient, frame, -y, x);
}
