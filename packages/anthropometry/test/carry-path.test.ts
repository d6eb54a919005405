import {
	carryPath,
	createMeasurer,
	createPathCarrier,
	measureBody,
	type PathCarrier,
	takeUpSurface,
} from "@anny-fitter/anthropometry";
import {
	type BodyModel,
	createBodyModel,
	createPoseState,
	createShapeState,
	evaluatePose,
	evaluateShape,
	identityPose,
	type PoseState,
	type ShapeState,
} from "@anny-fitter/body-model";
import { createRandom, rotationFromVector } from "@anny-fitter/math";
import { openBodyModelData } from "@anny-fitter/platform";
import { beforeAll, describe, expect, test } from "vitest";

let model: BodyModel;
let shape: ShapeState;
let pose: PoseState;
let carrier: PathCarrier;
beforeAll(async () => {
	const { data } = await openBodyModelData();
	model = createBodyModel(data);
	shape = createShapeState(model);
	pose = createPoseState(model);
	evaluateShape(shape, model, { phenotypes: { gender: 0.2, age: 0.67, weight: 0.7 } });
	carrier = createPathCarrier(model);
	takeUpSurface(carrier, shape.vertices);
});

/** Turns one bone about its own axis of x, everything else at rest. */
function bend(bone: string, angle_rad: number): void {
	const parameters = identityPose(model);
	const turn = new Float64Array(9);
	rotationFromVector(turn, [angle_rad, 0, 0]);
	const at = 12 * model.boneLabels.indexOf(bone);
	for (let row = 0; row < 3; row++) parameters.set(turn.subarray(3 * row, 3 * row + 3), at + 4 * row);
	evaluatePose(pose, model, shape, parameters, "rest_relative");
}

const carried = (path: Float64Array): Float64Array => {
	const out = new Float64Array(path.length);
	const surface = { posedVertices: pose.vertices, boneTransforms: pose.boneTransforms };
	carryPath(out, carrier, surface, path);
	return out;
};

describe("a path of the resting body", () => {
	test("stays where it is at rest, on and off the mesh (seed 1)", () => {
		bend("lowerarm01.L", 0);
		const random = createRandom(1);
		const path = Float64Array.from({ length: 300 }, () => random.normal());
		for (const [i, value] of carried(path).entries()) expect(value).toBeCloseTo(path[i], 9);
	});

	test("goes where vertices and points of triangles go (seed 2)", () => {
		bend("upperarm01.L", 0.8);
		const random = createRandom(2);
		for (let i = 0; i < 400; i++) {
			const t = 3 * Math.floor((random.uniform() * model.triangles.length) / 3);
			const [u, v] = [random.uniform() / 2, random.uniform() / 2];
			const weights = i % 3 === 0 ? [1, 0, 0] : [1 - u - v, u, v];
			const mix = (points: Float64Array): Float64Array =>
				Float64Array.from([0, 1, 2], (axis) =>
					weights.reduce((sum, w, corner) => sum + w * points[3 * model.triangles[t + corner] + axis], 0),
				);
			const [there, expected] = [carried(mix(shape.vertices)), mix(pose.vertices)];
			// The nearest vertex may belong to another sheet (fingers touch): then the point is a little off.
			for (let axis = 0; axis < 3; axis++) expect(Math.abs(there[axis] - expected[axis])).toBeLessThan(0.004);
		}
	});

	test("keeps its length around a forearm that bends, and none of it flies away", () => {
		const tape = measureBody(createMeasurer(model), shape, ["forearm_girth"]).get("forearm_girth");
		const left = tape?.left?.path ?? new Float64Array(0);
		expect(left.length).toBeGreaterThan(30);
		bend("lowerarm01.L", 1.2);
		const there = carried(left);
		const length = (path: Float64Array): number => {
			let sum = 0;
			for (let i = 0; i < path.length; i += 3) {
				const j = (i + 3) % path.length;
				sum += Math.hypot(path[j] - path[i], path[j + 1] - path[i + 1], path[j + 2] - path[i + 2]);
			}
			return sum;
		};
		expect(Math.abs(length(there) - length(left))).toBeLessThan(0.1 * length(left));
		let moved = 0;
		for (let i = 0; i < left.length; i++) moved = Math.max(moved, Math.abs(there[i] - left[i]));
		expect(moved).toBeGreaterThan(0.02);
	});

	test("of another model is refused", () => {
		expect(() => takeUpSurface(carrier, new Float64Array(12))).toThrow(RangeError);
	});

	test("is refused when it is not finite, or on no body", () => {
		expect(() => carried(Float64Array.of(0, Number.NaN, 1))).toThrow(RangeError);
		const surface = { posedVertices: pose.vertices, boneTransforms: pose.boneTransforms };
		const path = new Float64Array(3);
		expect(() => carryPath(path, createPathCarrier(model), surface, path)).toThrow(RangeError);
	});
});
