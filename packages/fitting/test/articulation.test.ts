import {
	type BodyModel,
	createBodyModel,
	createPoseState,
	createShapeState,
	evaluatePose,
	evaluateShape,
} from "@anny-fitter/body-model";
import { createRandom } from "@anny-fitter/math";
import { openBodyModelData } from "@anny-fitter/platform";
import { beforeAll, describe, expect, test } from "vitest";
import {
	ARTICULATED_BONES,
	createArticulatedPose,
	createArticulation,
	evaluateArticulation,
	JOINT_COUNT,
	poseParametersFromArticulation,
	ROTATION_COUNT,
} from "../src/articulation.js";

let model: BodyModel;
beforeAll(async () => {
	const { data } = await openBodyModelData();
	model = createBodyModel(data, { allPhenotypes: true, localChanges: true });
});

describe("articulation", () => {
	test("places every vertex where Anny's own forward pass does (seed 21)", () => {
		const random = createRandom(21);
		const articulation = createArticulation(model);
		const shape = createShapeState(model);
		evaluateShape(shape, model, { phenotypes: { gender: 0.3, age: 0.6, weight: 0.8 } });
		const rotations = Float64Array.from({ length: ROTATION_COUNT }, () => 0.4 * random.normal());
		const parameters = new Float64Array(12 * model.boneLabels.length);
		poseParametersFromArticulation(parameters, articulation, shape.restBonePoses, rotations);
		const truth = createPoseState(model);
		evaluatePose(truth, model, shape, parameters, "root_relative_world");

		const heads = new Float64Array(3 * JOINT_COUNT);
		for (let j = 0; j < JOINT_COUNT; j++) {
			const bone = articulation.bones[j];
			heads.set(shape.boneHeads.subarray(3 * bone, 3 * bone + 3), 3 * j);
		}
		const pose = createArticulatedPose(0);
		evaluateArticulation(pose, articulation, heads, rotations, 0, null);
		let worst = 0;
		for (let v = 0; v < model.vertexCount; v++) {
			const placed = [0, 0, 0];
			for (let k = model.skinOffsets[v]; k < model.skinOffsets[v + 1]; k++) {
				const joint = articulation.jointOfBone[model.skinBones[k]];
				for (let row = 0; row < 3; row++) {
					let x = pose.translation[3 * joint + row];
					for (let c = 0; c < 3; c++) x += pose.linear[9 * joint + 3 * row + c] * shape.vertices[3 * v + c];
					placed[row] += model.skinWeights[k] * x;
				}
			}
			for (let row = 0; row < 3; row++) worst = Math.max(worst, Math.abs(placed[row] - truth.vertices[3 * v + row]));
		}
		expect(worst).toBeLessThan(1e-6);
		for (let j = 0; j < JOINT_COUNT; j++) {
			for (let row = 0; row < 3; row++) {
				expect(pose.heads[3 * j + row]).toBeCloseTo(truth.boneHeads[3 * articulation.bones[j] + row], 8);
			}
		}
	});

	test("knows every articulated bone and refuses a model without them", () => {
		const articulation = createArticulation(model);
		expect(new Set(articulation.bones).size).toBe(ARTICULATED_BONES.length + 1);
		expect(articulation.parents[0]).toBe(-1);
		expect(() => createArticulation({ boneLabels: ["root"], boneParents: [-1] })).toThrow(/spine05/);
	});
});
