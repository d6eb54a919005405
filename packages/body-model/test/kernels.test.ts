/** SIMD kernels against the TypeScript they stand in for: equal to the last bit. */
import {
	availableKernels,
	type BodyModelData,
	type BodyModelOptions,
	compileBodyModel,
	compileKernels,
	createBodyModel,
	createKernels,
	createPoseState,
	createShapeState,
	decodeBodyModel,
	evaluatePose,
	evaluateShape,
	getShape,
	identityPose,
	KernelsUnavailableError,
} from "@anny-fitter/body-model";
import { createRandom } from "@anny-fitter/math";
import { computeVertexNormals } from "@anny-fitter/mesh";
import { afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { between, maxDifference, readNpmData } from "./reference-data.js";

let asset: Uint8Array;
let plain: BodyModelData;
let fast: BodyModelData;

beforeAll(() => {
	asset = compileBodyModel(readNpmData());
	plain = decodeBodyModel(asset);
	fast = decodeBodyModel(asset, { kernels: createKernels() });
});

const OPTIONS: Readonly<Record<string, BodyModelOptions>> = {
	default: {},
	"all phenotypes, local changes": { allPhenotypes: true, localChanges: true },
	"eyes, tongue": { eyes: true, tongue: true, allPhenotypes: true },
	"the whole base mesh": { topology: "makehuman", removeUnattachedVertices: false, eyes: true, tongue: true },
	extrapolated: { extrapolatePhenotypes: true, allPhenotypes: true },
	"dual quaternions": { skinning: "dqs" },
};

function randomPose(random: { normal(): number }, boneCount: number): Float64Array {
	const out = new Float64Array(12 * boneCount);
	for (let at = 0; at < out.length; at += 12) {
		const [c, s] = [Math.cos(0.4 * random.normal()), Math.sin(0.4 * random.normal())];
		out.set([c, -s, 0, 0, s, c, 0, 0, 0, 0, 1, 0], at);
	}
	return out;
}

describe.each(Object.entries(OPTIONS))("%s", (_name, options) => {
	test("random bodies, newborns among them, are equal to the last bit (seed 31)", () => {
		const random = createRandom(31);
		const sides = [plain, fast].map((data) => {
			const model = createBodyModel(data, options);
			return { model, shape: createShapeState(model), pose: createPoseState(model, { normals: true }) };
		});
		const { model } = sides[0];
		const extra = options.extrapolatePhenotypes === true ? 0.3 : 0;
		for (let body = 0; body < 6; body++) {
			const phenotypes = Object.fromEntries(
				model.phenotypeLabels.map((label) => [
					label,
					label === "age" && body % 2 === 0 ? between(random, -1 / 3, 0) : between(random, -extra, 1 + extra),
				]),
			);
			const localChanges = Object.fromEntries(
				model.localChangeLabels.filter(() => random.uniform() < 0.3).map((label) => [label, between(random, -1, 1)]),
			);
			const pose = randomPose(random, model.boneLabels.length);
			for (const side of sides) {
				evaluateShape(side.shape, side.model, { phenotypes, localChanges });
				evaluatePose(side.pose, side.model, side.shape, pose, "rest_relative");
			}
			const [a, b] = sides;
			for (const key of ["vertices", "baseVertices", "boneHeads", "boneTails", "restBonePoses"] as const) {
				expect(maxDifference(b.shape[key], a.shape[key]), key).toBe(0);
			}
			expect(maxDifference(b.pose.vertices, a.pose.vertices)).toBe(0);
			expect(maxDifference(b.pose.normals ?? [], a.pose.normals ?? [])).toBe(0);
			expect(maxDifference(a.pose.vertices, a.shape.vertices)).toBeGreaterThan(0.01);
			expect(b.pose.normals?.some((value) => value !== 0)).toBe(true);
		}
	});
});

test("the sum over the needed vertices is the sum of the shapes, vertex by vertex", () => {
	const random = createRandom(32);
	for (const data of [plain, fast]) {
		const model = createBodyModel(data, { allPhenotypes: true, localChanges: true });
		const shape = createShapeState(model);
		evaluateShape(shape, model, {
			phenotypes: Object.fromEntries(model.phenotypeLabels.map((label) => [label, random.uniform()])),
			localChanges: { "head-fat-incr": 0.4, "measure-waist-circ-incr": -0.3 },
		});
		const { xy, z, templateXy, templateZ } = model.workspace.weights;
		const expected = data.templateVertices.map((value, at) => value * (at % 3 === 2 ? templateZ : templateXy));
		for (let file = 0; file < xy.length; file++) {
			const { runs, values, scale_m } = getShape(data.shapes, file);
			for (let run = 0, from = 0; run < runs.length; run += 2) {
				for (let at = 3 * runs[run]; at < 3 * (runs[run] + runs[run + 1]); at++, from++) {
					expected[at] += (at % 3 === 2 ? z[file] : xy[file]) * scale_m * values[from];
				}
			}
		}
		const needed = new Set([...model.baseVertexIndices, ...model.boneHeadVertices, ...model.boneTailVertices]);
		let cleared = 0;
		for (let at = 0; at < expected.length; at++) {
			const isZero = shape.baseVertices[at] === 0;
			cleared += isZero ? 1 : 0;
			if (needed.has(Math.floor(at / 3)) || !isZero) {
				expect(Math.abs(shape.baseVertices[at] - expected[at])).toBeLessThan(1e-12);
			}
		}
		expect(cleared).toBeGreaterThan(3 * 4000);
	}
});

test("normals of a posed state are those of the mesh package; a state without normals has none", () => {
	const model = createBodyModel(fast);
	const shape = createShapeState(model);
	evaluateShape(shape, model, { phenotypes: {} });
	const pose = createPoseState(model, { normals: true });
	evaluatePose(pose, model, shape, identityPose(model));
	const expected = new Float64Array(pose.vertices.length);
	computeVertexNormals(expected, pose.vertices, model.triangles);
	expect(maxDifference(pose.normals ?? [], expected)).toBe(0);
	expect(createPoseState(model).normals).toBeNull();
});

test("models of one data, and states of one model, do not disturb each other", () => {
	const body = createBodyModel(fast);
	const whole = createBodyModel(fast, { topology: "makehuman", removeUnattachedVertices: false });
	const shape = createShapeState(body);
	evaluateShape(shape, body, { phenotypes: { gender: 1 } });
	const before = shape.baseVertices.slice();
	const other = createShapeState(whole);
	evaluateShape(other, whole, { phenotypes: { gender: 0, age: -1 / 3 } });
	evaluateShape(shape, body, { phenotypes: { gender: 1 } });
	expect(maxDifference(shape.baseVertices, before)).toBe(0);
});

test("both ways of compiling give kernels that run", async () => {
	for (const kernels of [await compileKernels(), availableKernels()]) {
		const model = createBodyModel(decodeBodyModel(asset, { kernels }));
		expect(model.poseKernel).not.toBeNull();
		const shape = createShapeState(model);
		evaluateShape(shape, model, { phenotypes: {} });
		expect(shape.vertices.some((value) => value > 0.5)).toBe(true);
	}
});

describe("where the kernels cannot run", () => {
	afterEach(() => vi.unstubAllGlobals());

	test("without WebAssembly they are refused, and plain TypeScript works", async () => {
		vi.stubGlobal("WebAssembly", undefined);
		expect(() => createKernels()).toThrow(KernelsUnavailableError);
		expect(availableKernels()).toBeNull();
		await expect(compileKernels()).rejects.toThrow(KernelsUnavailableError);
		const model = createBodyModel(plain);
		const shape = createShapeState(model);
		evaluateShape(shape, model, { phenotypes: {} });
		expect(shape.vertices.some((value) => value > 0.5)).toBe(true);
	});

	test("without SIMD, or under a policy that forbids them, they are refused with the cause", () => {
		const { WebAssembly: real } = globalThis as unknown as { WebAssembly: { CompileError: new (m: string) => Error } };
		vi.stubGlobal("WebAssembly", {
			Module: class {
				constructor() {
					throw new real.CompileError("Wasm code generation disallowed by embedder");
				}
			},
		});
		expect(() => createKernels()).toThrow(expect.objectContaining({ cause: expect.any(real.CompileError) }));
	});
});
