import {
	type BodyModel,
	createPoseState,
	createShapeState,
	evaluatePose,
	evaluateShape,
	type PoseState,
	type ShapeState,
} from "@anny-fitter/body-model";
import { type MeshRegistration, REGISTRATION_POSE } from "@anny-fitter/fitting";
import { multiplyRotations, rotationFromVector } from "@anny-fitter/math";

/** A registered mesh brought to rest, upright in Anny's frame, in the body's scale. */
export interface RestSurface {
	/** [V*3] metres. */
	readonly vertices: Float64Array;
	/** [B*3] */
	readonly boneHeads: Float64Array;
	/** Angle of the rotation into Anny's frame, radians. */
	readonly turn_rad: number;
}

/** Cosine of 15°: an axis nearer to the vertical than this was meant to be vertical. */
const UPRIGHT_COSINE = 0.966;
/** Number of vertices around a joint that carry it along. */
const NEIGHBOUR_COUNT = 200;

/**
 * The mesh's own surface at rest, with joints. A mesh in rest pose is only turned; in a posed one the skin's blend is
 * inverted vertex by vertex, so that what the model does not know about the body stays. Joints are the fitted body's,
 * moved by what is left between fitted and given surface around each.
 *
 * @param vertices [V*3] metres, in the model's order; missing ones are taken from the fitted body
 * @param isPosed whether bones other than the root are turned
 */
export function restSurface(
	model: BodyModel,
	registration: MeshRegistration,
	vertices: Float64Array,
	isPosed: boolean,
): RestSurface {
	const shape = createShapeState(model);
	const posed = createPoseState(model);
	evaluateShape(shape, model, registration);
	evaluatePose(posed, model, shape, registration.pose, REGISTRATION_POSE);
	const rest = unposeVertices(model, posed, shape, vertices, registration.scale);
	const root = Float64Array.from({ length: 9 }, (_, k) => registration.pose[4 * Math.floor(k / 3) + (k % 3)]!);
	if (!isPosed) standUpright(rest, root);
	const trace = root[0]! + root[4]! + root[8]!;
	return {
		vertices: rest,
		boneHeads: carryJoints(shape, rest),
		turn_rad: Math.acos(Math.min(1, Math.max(-1, (trace - 1) / 2))),
	};
}

/** Inverts p = Σ w T v per vertex: v = (Σ w A)⁻¹ (p − Σ w t). */
function unposeVertices(
	model: BodyModel,
	posed: PoseState,
	shape: ShapeState,
	vertices: Float64Array,
	scale: number,
): Float64Array {
	const out = shape.vertices.slice();
	const blend = new Float64Array(12);
	for (let vertex = 0; vertex < model.vertexCount; vertex++) {
		const at = 3 * vertex;
		blend.fill(0);
		for (let entry = model.skinOffsets[vertex]!; entry < model.skinOffsets[vertex + 1]!; entry++) {
			const bone = 12 * model.skinBones[entry]!;
			for (let k = 0; k < 12; k++) blend[k]! += model.skinWeights[entry]! * posed.boneTransforms[bone + k]!;
		}
		const x = vertices[at]! / scale - blend[3]!;
		const y = vertices[at + 1]! / scale - blend[7]!;
		const z = vertices[at + 2]! / scale - blend[11]!;
		const [a, b, c, , d, e, f, , g, h, i] = blend as unknown as readonly number[];
		const determinant = a! * (e! * i! - f! * h!) - b! * (d! * i! - f! * g!) + c! * (d! * h! - e! * g!);
		// A skin folded flat, or a missing vertex: the fitted body's own.
		if (!Number.isFinite(x + y + z) || determinant < 0.05) continue;
		out[at] = ((e! * i! - f! * h!) * x + (c! * h! - b! * i!) * y + (b! * f! - c! * e!) * z) / determinant;
		out[at + 1] = ((f! * g! - d! * i!) * x + (a! * i! - c! * g!) * y + (c! * d! - a! * f!) * z) / determinant;
		out[at + 2] = ((d! * h! - e! * g!) * x + (b! * g! - a! * h!) * y + (a! * e! - b! * d!) * z) / determinant;
	}
	return out;
}

/**
 * Tilts a resting body so that the mesh axis that is nearly vertical becomes exactly vertical: whoever exported the mesh
 * chose that axis, and heights must not depend on how well the fit stands.
 *
 * @param meshFromBody [9] rotation that took the body into the mesh
 */
function standUpright(vertices: Float64Array, meshFromBody: Float64Array): void {
	for (let axis = 0; axis < 3; axis++) {
		// The mesh's axis in the body's frame is a row of the rotation.
		const up = meshFromBody[3 * axis + 2]!;
		if (Math.abs(up) < UPRIGHT_COSINE) continue;
		const x = Math.sign(up) * meshFromBody[3 * axis]!;
		const y = Math.sign(up) * meshFromBody[3 * axis + 1]!;
		const sine = Math.hypot(x, y);
		if (sine === 0) return;
		const angle = Math.atan2(sine, Math.abs(up));
		const tilt = new Float64Array(9);
		rotationFromVector(tilt, [(y / sine) * angle, (-x / sine) * angle, 0]);
		const point = new Float64Array(9);
		const turned = new Float64Array(9);
		for (let at = 0; at < vertices.length; at += 3) {
			point[0] = vertices[at]!;
			point[3] = vertices[at + 1]!;
			point[6] = vertices[at + 2]!;
			multiplyRotations(turned, tilt, point);
			vertices[at] = turned[0]!;
			vertices[at + 1] = turned[3]!;
			vertices[at + 2] = turned[6]!;
		}
		return;
	}
}

/** Moves the joints of a shape by the weighted mean displacement of the surface around each. */
function carryJoints(shape: ShapeState, vertices: Float64Array): Float64Array {
	const heads = shape.boneHeads.slice();
	const vertexCount = vertices.length / 3;
	const distances = new Float64Array(vertexCount);
	for (let b = 0; b < heads.length; b += 3) {
		for (let v = 0; v < vertexCount; v++) {
			distances[v] = Math.hypot(
				shape.vertices[3 * v]! - shape.boneHeads[b]!,
				shape.vertices[3 * v + 1]! - shape.boneHeads[b + 1]!,
				shape.vertices[3 * v + 2]! - shape.boneHeads[b + 2]!,
			);
		}
		const reach = distances.slice().sort()[Math.min(NEIGHBOUR_COUNT, vertexCount) - 1]!;
		let sum = 0;
		const shift = [0, 0, 0];
		for (let v = 0; v < vertexCount; v++) {
			if (distances[v]! > reach) continue;
			const weight = Math.exp(-2 * (distances[v]! / reach) ** 2);
			sum += weight;
			for (let a = 0; a < 3; a++) shift[a]! += weight * (vertices[3 * v + a]! - shape.vertices[3 * v + a]!);
		}
		for (let a = 0; a < 3; a++) heads[b + a]! += shift[a]! / sum;
	}
	return heads;
}
