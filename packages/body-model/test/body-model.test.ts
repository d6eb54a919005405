import {
	ALL_PHENOTYPE_LABELS,
	BodyModelAssetError,
	type BodyModelData,
	compileBodyModel,
	computeAnnyAnthropometry,
	createBodyModel,
	createPoseState,
	createShapeState,
	decodeBodyModel,
	evaluatePose,
	evaluateShape,
	identityPose,
	LOCAL_CHANGE_LABELS,
	type PoseParameterization,
	type ShapeParameters,
} from "@anny-fitter/body-model";
import { createRandom } from "@anny-fitter/math";
import { beforeAll, describe, expect, test } from "vitest";
import goldens from "./goldens/anny-extract.json" with { type: "json" };
import {
	between,
	hasReference,
	maxDifference,
	meanDistance,
	pickPoints,
	REFERENCE_MODELS,
	readNpmData,
	readReference,
} from "./reference-data.js";

let asset: Uint8Array;
let data: BodyModelData;

beforeAll(() => {
	asset = compileBodyModel(readNpmData());
	data = decodeBodyModel(asset);
});

function shaped(options: Parameters<typeof createBodyModel>[1], parameters: ShapeParameters) {
	const model = createBodyModel(data, options);
	const shape = createShapeState(model);
	evaluateShape(shape, model, parameters);
	return { model, shape };
}

describe("npm data against upstream Anny", () => {
	test.each(goldens.samples.map((sample) => [sample.id, sample] as const))("extract of sample %i", (_id, sample) => {
		const options = REFERENCE_MODELS[sample.model];
		const { model, shape } = shaped(options, {
			phenotypes: sample.phenotypes as Record<string, number>,
			...(options.localChanges ? { localChanges: sample.localChanges as Record<string, number> } : {}),
		});
		expect(maxDifference(pickPoints(shape.vertices, sample.vertices), sample.restVertices)).toBeLessThan(1e-6);
		expect(maxDifference(pickPoints(shape.boneHeads, sample.bones), sample.restBoneHeads)).toBeLessThan(1e-6);
		if (sample.poseParameters !== null && sample.posedVertices !== null) {
			const pose = createPoseState(model);
			const parameterization = sample.poseParameterization as PoseParameterization;
			evaluatePose(pose, model, shape, Float64Array.from(sample.poseParameters), parameterization);
			expect(maxDifference(pickPoints(pose.vertices, sample.vertices), sample.posedVertices)).toBeLessThan(5e-6);
		}
		if (sample.anthropometry !== null) {
			const measures = computeAnnyAnthropometry(model, shape.vertices);
			// The volume feels the targets that changed since the package was made.
			expect(measures.height_m).toBeCloseTo(sample.anthropometry.height, 5);
			expect(measures.waist_circumference_m).toBeCloseTo(sample.anthropometry.waist_circumference, 4);
			expect(measures.mass_kg / sample.anthropometry.mass).toBeCloseTo(1, 2);
			expect(measures.bmi).toBeCloseTo(measures.mass_kg / measures.height_m ** 2, 12);
		}
	});

	test.skipIf(!hasReference)("all samples stay within the stated means", () => {
		const reference = readReference();
		const errors = { rest: [] as number[], heads: [] as number[], tails: [] as number[], posed: [] as number[] };
		for (const sample of reference.samples) {
			const options = {
				...REFERENCE_MODELS[sample.model],
				extrapolatePhenotypes: sample.extrapolate_phenotypes,
			};
			const { model, shape } = shaped(options, {
				phenotypes: sample.phenotypes,
				...(options.localChanges ? { localChanges: sample.local_changes } : {}),
			});
			const expected = (name: string) => reference.array(sample.arrays[name]);
			const subset = reference.array(reference.models[sample.model].subset);
			const select = (points: Float64Array) => (sample.vertices === "full" ? points : pickPoints(points, subset));
			const pose = createPoseState(model);
			evaluatePose(pose, model, shape, expected("pose_parameters"), sample.pose_parameterization);
			errors.rest.push(meanDistance(select(shape.vertices), expected("rest_vertices")));
			errors.heads.push(meanDistance(shape.boneHeads, expected("rest_bone_heads")));
			errors.tails.push(meanDistance(shape.boneTails, expected("rest_bone_tails")));
			errors.posed.push(meanDistance(select(pose.vertices), expected("vertices")));
		}
		const mean = (list: number[]) => list.reduce((sum, value) => sum + value, 0) / list.length;
		const lines = Object.entries(errors).map(
			([name, list]) =>
				`${name} ${(1000 * mean(list)).toFixed(3)} mm (worst body ${(1000 * Math.max(...list)).toFixed(2)})`,
		);
		console.log(`npm data, mean distance over 40 bodies: ${lines.join(", ")}`);
		expect(mean(errors.rest)).toBeLessThan(1e-4);
		expect(mean(errors.heads)).toBeLessThan(2e-4);
		expect(mean(errors.tails)).toBeLessThan(2e-4);
		expect(mean(errors.posed)).toBeLessThan(1e-3);
	});
});

describe("asset", () => {
	test("is small, decodes quickly and does not depend on its alignment", () => {
		expect(asset.length).toBeLessThan(12e6);
		const times = Array.from({ length: 5 }, () => {
			const start = performance.now();
			decodeBodyModel(asset);
			return performance.now() - start;
		});
		expect(Math.min(...times)).toBeLessThan(150);
		const shifted = new Uint8Array(asset.length + 3);
		shifted.set(asset, 3);
		expect(decodeBodyModel(shifted.subarray(3)).templateVertices).toEqual(data.templateVertices);
	});

	test("damage is reported", () => {
		expect(() => decodeBodyModel(new Uint8Array(100))).toThrow(BodyModelAssetError);
		expect(() => decodeBodyModel(asset.subarray(0, 5_000_000))).toThrow(BodyModelAssetError);
		const otherVersion = asset.slice();
		otherVersion[8] = 99;
		expect(() => decodeBodyModel(otherVersion)).toThrow(/format 99/);
	});

	test("keeps the whole base mesh", () => {
		expect(data.vertexCount).toBe(19158);
		expect(data.quads.length).toBe(4 * 18486);
		expect(data.boneNames.length).toBe(163);
	});
});

describe("model", () => {
	test("default and full variants have upstream's sizes", () => {
		const model = createBodyModel(data);
		expect([model.vertexCount, model.boneLabels.length, model.quads.length / 4]).toEqual([13348, 150, 13346]);
		const full = createBodyModel(data, REFERENCE_MODELS.full);
		expect([full.vertexCount, full.boneLabels.length, full.quads.length / 4]).toEqual([19158, 163, 13742]);
		const attached = createBodyModel(data, { topology: "makehuman" });
		expect(attached.vertexCount).toBe(13380);
		expect(new Set([model.topologyHash, full.topologyHash, attached.topologyHash]).size).toBe(3);
		expect(createBodyModel(data).topologyHash).toBe(model.topologyHash);
	});

	test("skin rows sum to one and name kept bones only", () => {
		for (const options of [{}, { eyes: true }, REFERENCE_MODELS.full]) {
			const model = createBodyModel(data, options);
			let worst = 0;
			for (let vertex = 0; vertex < model.vertexCount; vertex++) {
				let sum = 0;
				for (let entry = model.skinOffsets[vertex]; entry < model.skinOffsets[vertex + 1]; entry++) {
					sum += model.skinWeights[entry];
				}
				worst = Math.max(worst, Math.abs(sum - 1));
			}
			expect(worst).toBeLessThan(1e-12);
			expect(model.skinBones.every((bone) => bone < model.boneLabels.length)).toBe(true);
		}
	});

	test("the surface is closed but for the eyes and faces outwards", () => {
		const { model, shape } = shaped({}, { phenotypes: {} });
		const edges = new Map<number, number>();
		for (let at = 0; at < model.triangles.length; at += 3) {
			for (let corner = 0; corner < 3; corner++) {
				const a = model.triangles[at + corner];
				const b = model.triangles[at + ((corner + 1) % 3)];
				edges.set(a * 65536 + b, (edges.get(a * 65536 + b) ?? 0) + 1);
			}
		}
		expect(Math.max(...edges.values())).toBe(1);
		const open = [...edges.keys()].filter((key) => !edges.has((key % 65536) * 65536 + Math.floor(key / 65536)));
		expect(open.length).toBe(0);
		let volume = 0;
		for (let at = 0; at < model.triangles.length; at += 3) {
			const [a, b, c] = [0, 1, 2].map((corner) => 3 * model.triangles[at + corner]);
			const v = shape.vertices;
			volume +=
				(v[a] * (v[b + 1] * v[c + 2] - v[b + 2] * v[c + 1]) +
					v[a + 1] * (v[b + 2] * v[c] - v[b] * v[c + 2]) +
					v[a + 2] * (v[b] * v[c + 1] - v[b + 1] * v[c])) /
				6;
		}
		expect(volume).toBeGreaterThan(0.03);
	});
});

describe("shape", () => {
	test("a person stands upright, faces −Y, and grows with height and age", () => {
		const adult = shaped({}, { phenotypes: { age: 2 / 3 } });
		const measures = computeAnnyAnthropometry(adult.model, adult.shape.vertices);
		expect(measures.height_m).toBeGreaterThan(1.5);
		const head = (label: string) =>
			adult.shape.boneHeads.subarray(3 * adult.model.boneLabels.indexOf(label)).slice(0, 3);
		expect(head("head")[2]).toBeGreaterThan(head("foot.L")[2] + 1.2);
		expect(head("wrist.L")[0]).toBeGreaterThan(0.2);
		expect(head("toe1-1.L")[1]).toBeLessThan(head("foot.L")[1]);
		const heights = [-1 / 3, 0, 1 / 3, 2 / 3].map((age) => {
			const { model, shape } = shaped({}, { phenotypes: { age } });
			return computeAnnyAnthropometry(model, shape.vertices).height_m;
		});
		expect([...heights].sort((a, b) => a - b)).toEqual(heights);
		const tall = shaped({}, { phenotypes: { age: 2 / 3, height: 0.9 } });
		expect(computeAnnyAnthropometry(tall.model, tall.shape.vertices).height_m).toBeGreaterThan(measures.height_m + 0.1);
	});

	test("values outside the range are clamped, or extrapolated on request", () => {
		const outside = shaped({}, { phenotypes: { height: 1.2 } }).shape.vertices;
		expect(maxDifference(outside, shaped({}, { phenotypes: { height: 1 } }).shape.vertices)).toBe(0);
		const extended = shaped({ extrapolatePhenotypes: true }, { phenotypes: { height: 1.2 } }).shape.vertices;
		expect(maxDifference(extended, outside)).toBeGreaterThan(0.1);
	});

	test("shapes are linear between anchors", () => {
		const at = (muscle: number) => shaped({}, { phenotypes: { muscle } }).shape.vertices;
		const low = at(0.1);
		const high = at(0.3);
		const mean = low.map((value, index) => 0.5 * (value + high[index]));
		expect(maxDifference(at(0.2), mean)).toBeLessThan(1e-12);
		expect(maxDifference(low, high)).toBeGreaterThan(1e-3);
	});

	test("race values count in proportion; all zero means a third each", () => {
		const at = (african: number, asian: number, caucasian: number) =>
			shaped({ allPhenotypes: true }, { phenotypes: { african, asian, caucasian } }).shape.vertices;
		expect(maxDifference(at(0.2, 0.4, 0.2), at(0.4, 0.8, 0.4))).toBeLessThan(1e-12);
		expect(maxDifference(at(0, 0, 0), at(0.5, 0.5, 0.5))).toBeLessThan(1e-12);
	});

	test("local changes move their region and nothing else", () => {
		const options = { localChanges: true };
		const neutral = shaped(options, { phenotypes: {} }).shape;
		const label = "measure-waist-circ-incr";
		expect(LOCAL_CHANGE_LABELS).toContain(label);
		const wide = shaped(options, { phenotypes: {}, localChanges: { [label]: 1 } });
		const narrow = shaped(options, { phenotypes: {}, localChanges: { [label]: -1 } });
		const waist = (shape: { vertices: Float64Array }) =>
			computeAnnyAnthropometry(wide.model, shape.vertices).waist_circumference_m;
		expect(waist(wide.shape)).toBeGreaterThan(waist(neutral) + 0.005);
		expect(waist(narrow.shape)).toBeLessThan(waist(neutral) - 0.005);
		const toe = wide.model.boneLabels.indexOf("toe1-2.L");
		expect(wide.shape.boneHeads.subarray(3 * toe, 3 * toe + 3)).toEqual(
			neutral.boneHeads.subarray(3 * toe, 3 * toe + 3),
		);
	});

	test("unknown labels and values that are no numbers are refused", () => {
		const model = createBodyModel(data);
		const shape = createShapeState(model);
		expect(() => evaluateShape(shape, model, { phenotypes: { hieght: 0.5 } })).toThrow(/no phenotype "hieght"/);
		expect(() => evaluateShape(shape, model, { phenotypes: { asian: 0.5 } })).toThrow(RangeError);
		expect(() => evaluateShape(shape, model, { phenotypes: { age: Number.NaN } })).toThrow(RangeError);
		expect(() => evaluateShape(shape, model, { phenotypes: {}, localChanges: { waist: 1 } })).toThrow(RangeError);
	});

	test("a state can be reused: results do not depend on earlier calls", () => {
		const model = createBodyModel(data, { allPhenotypes: true, localChanges: true });
		const random = createRandom(5);
		const reused = createShapeState(model);
		for (let round = 0; round < 4; round++) {
			const phenotypes = Object.fromEntries(ALL_PHENOTYPE_LABELS.map((label) => [label, between(random, 0, 1)]));
			const parameters = { phenotypes, localChanges: { "head-fat-incr": between(random, -1, 1) } };
			evaluateShape(reused, model, parameters);
			const fresh = createShapeState(model);
			evaluateShape(fresh, createBodyModel(data, model.options), parameters);
			for (const key of ["coefficients", "vertices", "boneHeads", "boneTails", "restBonePoses"] as const) {
				expect(maxDifference(reused[key], fresh[key]), key).toBe(0);
			}
		}
	});
});

describe("pose", () => {
	test("the rest pose reproduces the rest body in every parameterization", () => {
		const { model, shape } = shaped({}, { phenotypes: { gender: 1, age: 0.6 } });
		const pose = createPoseState(model);
		const parameters = identityPose(model);
		evaluatePose(pose, model, shape, parameters, "rest_relative");
		expect(maxDifference(pose.vertices, shape.vertices)).toBeLessThan(1e-12);
		expect(maxDifference(pose.boneTails, shape.boneTails)).toBeLessThan(1e-12);
		parameters.set(shape.restBonePoses.subarray(0, 12));
		evaluatePose(pose, model, shape, parameters, "root_relative");
		expect(maxDifference(pose.vertices, shape.vertices)).toBeLessThan(1e-12);
		parameters.set([1, 0, 0, shape.boneHeads[0], 0, 1, 0, shape.boneHeads[1], 0, 0, 1, shape.boneHeads[2]]);
		evaluatePose(pose, model, shape, parameters);
		expect(maxDifference(pose.vertices, shape.vertices)).toBeLessThan(1e-12);
	});

	test.each(["lbs", "dqs"] as const)("moving the root moves everything rigidly (%s)", (skinning) => {
		const { model, shape } = shaped({ skinning }, { phenotypes: {} });
		const pose = createPoseState(model);
		const parameters = identityPose(model);
		const [c, s] = [Math.cos(2.2), Math.sin(2.2)];
		parameters.set([c, -s, 0, 1, s, c, 0, 2, 0, 0, 1, 3]);
		evaluatePose(pose, model, shape, parameters, "root_relative_world");
		const [hx, hy, hz] = shape.boneHeads;
		const expected = new Float64Array(pose.vertices.length);
		for (let at = 0; at < expected.length; at += 3) {
			const [x, y, z] = [shape.vertices[at] - hx, shape.vertices[at + 1] - hy, shape.vertices[at + 2] - hz];
			expected.set([c * x - s * y + 1, s * x + c * y + 2, z + 3], at);
		}
		expect(maxDifference(pose.vertices, expected)).toBeLessThan(1e-12);
	});

	test.each(["lbs", "dqs"] as const)("bending an elbow moves the forearm only (%s)", (skinning) => {
		const { model, shape } = shaped({ skinning }, { phenotypes: {} });
		const pose = createPoseState(model);
		const parameters = identityPose(model);
		const elbow = model.boneLabels.indexOf("lowerarm01.L");
		const [c, s] = [Math.cos(1.2), Math.sin(1.2)];
		parameters.set([1, 0, 0, 0, 0, c, -s, 0, 0, s, c, 0], 12 * elbow);
		evaluatePose(pose, model, shape, parameters, "rest_relative");
		const bone = (label: string) => 3 * model.boneLabels.indexOf(label);
		const distance = (from: Float64Array, to: Float64Array, at: number) =>
			Math.hypot(from[at] - to[at], from[at + 1] - to[at + 1], from[at + 2] - to[at + 2]);
		expect(distance(pose.boneHeads, shape.boneHeads, bone("wrist.L"))).toBeGreaterThan(0.1);
		expect(distance(pose.boneHeads, shape.boneHeads, bone("lowerarm01.L"))).toBeLessThan(1e-12);
		expect(distance(pose.boneHeads, shape.boneHeads, bone("wrist.R"))).toBeLessThan(1e-12);
		const moved =
			pose.vertices.filter((_, at) => distance(pose.vertices, shape.vertices, at - (at % 3)) > 1e-3).length / 3;
		expect(moved).toBeGreaterThan(500);
		expect(moved).toBeLessThan(3000);
	});

	test("a pose of the wrong size is refused", () => {
		const { model, shape } = shaped({}, { phenotypes: {} });
		expect(() => evaluatePose(createPoseState(model), model, shape, new Float64Array(12))).toThrow(RangeError);
	});
});

describe("speed", () => {
	test("forward pass and re-posing (printed; generous limits)", () => {
		const model = createBodyModel(data);
		const shape = createShapeState(model);
		const pose = createPoseState(model);
		const parameters = identityPose(model);
		const random = createRandom(11);
		const bodies = Array.from({ length: 60 }, () => ({
			phenotypes: Object.fromEntries(model.phenotypeLabels.map((label) => [label, between(random, 0, 1)])),
		}));
		const median = (work: (body: ShapeParameters) => void): number => {
			for (const body of bodies) {
				work(body);
			}
			const times = bodies.map((body) => {
				const start = performance.now();
				work(body);
				return performance.now() - start;
			});
			return times.sort((a, b) => a - b)[times.length >> 1];
		};
		const forward = median((body) => {
			evaluateShape(shape, model, body);
			evaluatePose(pose, model, shape, parameters);
		});
		const repose = median(() => evaluatePose(pose, model, shape, parameters));
		console.log(`forward pass ${forward.toFixed(2)} ms, re-posing ${repose.toFixed(2)} ms (medians, one thread)`);
		expect(forward).toBeLessThan(40);
		expect(repose).toBeLessThan(10);
	});
});
