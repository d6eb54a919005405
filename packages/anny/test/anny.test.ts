import { type Anny, loadAnny } from "@anny-fitter/anny";
import { createMeasurer, measureBody } from "@anny-fitter/anthropometry";
import {
	annyAgeFromYears,
	createBodyModel,
	createPoseState,
	createShapeState,
	evaluatePose,
	evaluateShape,
	identityPose,
} from "@anny-fitter/body-model";
import { computeVertexNormals } from "@anny-fitter/mesh";
import { beforeAll, describe, expect, test } from "vitest";

let anny: Anny;

/** Bit by bit; the runner's own comparison takes half a second for a body. */
function areSame(a: Float64Array | Float32Array, b: Float64Array | Float32Array): boolean {
	return Buffer.from(a.buffer, a.byteOffset, a.byteLength).equals(Buffer.from(b.buffer, b.byteOffset, b.byteLength));
}

beforeAll(async () => {
	anny = await loadAnny();
});

describe("shape and measure", () => {
	test("are the functions of body-model and anthropometry on a model of all dials", () => {
		const model = createBodyModel(anny.model.data, { allPhenotypes: true, localChanges: true });
		const expected = createShapeState(model);
		evaluateShape(expected, model, {
			phenotypes: { gender: 1, age: annyAgeFromYears(34), height: 0.6, cupsize: 0.7 },
			localChanges: { "measure-waist-circ-incr": 0.2 },
		});
		anny.pose({});
		anny.shape({ gender: 1, age_years: 34, height: 0.6, cupsize: 0.7, "measure-waist-circ-incr": 0.2 });
		expect(areSame(anny.rest.vertices, expected.vertices)).toBe(true);
		expect(anny.vertices.length).toBe(3 * model.vertexCount);
		let largest = 0;
		for (const [i, value] of expected.vertices.entries()) {
			largest = Math.max(largest, Math.abs(value - (anny.vertices[i] ?? Number.NaN)));
		}
		expect(largest).toBeLessThan(1e-12);
		const normals = new Float32Array(anny.vertices.length);
		computeVertexNormals(normals, anny.vertices, anny.triangles);
		expect(areSame(anny.normals, normals)).toBe(true);
		const measured = measureBody(createMeasurer(model), expected);
		expect(anny.measure()).toEqual(Object.fromEntries(measured));
	});

	test("start from the defaults each time", () => {
		anny.shape({});
		const standard = anny.rest.vertices.slice();
		anny.shape({ weight: 0.9 });
		expect(areSame(anny.rest.vertices, standard)).toBe(false);
		anny.shape({});
		expect(areSame(anny.rest.vertices, standard)).toBe(true);
	});

	test("a wider waist is wider, a heavier body heavier", () => {
		const take = (shape: Parameters<Anny["shape"]>[0]) => {
			anny.shape(shape);
			return { waist: anny.measure(["waist_girth"]).waist_girth.value_m, mass: anny.mass_kg() };
		};
		const plain = take({ gender: 1, age_years: 34 });
		expect(take({ gender: 1, age_years: 34, "measure-waist-circ-incr": 0.5 }).waist).toBeGreaterThan(
			plain.waist + 0.02,
		);
		expect(take({ gender: 1, age_years: 34, weight: 0.8 }).mass).toBeGreaterThan(plain.mass + 3);
		expect(plain.mass).toBeGreaterThan(40);
		expect(plain.mass).toBeLessThan(90);
	});

	test.each([
		["an unknown dial", { gendr: 1 }, /"gendr"/],
		["a number that is none", { gender: Number.NaN }, /gender/],
		["two ages", { age: 0.5, age_years: 30 }, /not both/],
	])("refuse %s", (_, shape, message) => {
		expect(() => anny.shape(shape)).toThrow(RangeError);
		expect(() => anny.shape(shape)).toThrow(message);
	});

	test("dials name everything that shape takes", () => {
		expect(anny.dials).toContainEqual({ label: "gender", kind: "phenotype", minimum: 0, maximum: 1, standard: 0.5 });
		anny.shape(Object.fromEntries(anny.dials.map(({ label, standard }) => [label, standard])));
		const all = anny.rest.vertices.slice();
		anny.shape({});
		expect(areSame(anny.rest.vertices, all)).toBe(true);
	});
});

describe("pose", () => {
	const head = (label: string): number[] => {
		const bone = anny.bones.findIndex((one) => one.label === label);
		return [...anny.posed.boneHeads.subarray(3 * bone, 3 * bone + 3)];
	};

	test("turns a bone and all that hangs on it about the axes of the world", () => {
		anny.shape({ gender: 0, age_years: 40 });
		anny.pose({});
		const [shoulder, elbow, wrist] = [head("upperarm01.L"), head("lowerarm01.L"), head("wrist.L")];
		// A quarter turn about Z: what pointed to the left points to the back.
		anny.pose({ "upperarm01.L": [0, 0, Math.PI / 2] });
		for (const [before, label] of [
			[elbow, "lowerarm01.L"],
			[wrist, "wrist.L"],
		] as const) {
			const [dx, dy, dz] = before.map((value, k) => value - (shoulder[k] ?? 0)) as [number, number, number];
			const turned = head(label).map((value, k) => value - (shoulder[k] ?? 0));
			expect(turned[0]).toBeCloseTo(-dy, 9);
			expect(turned[1]).toBeCloseTo(dx, 9);
			expect(turned[2]).toBeCloseTo(dz, 9);
		}
	});

	test("takes the body model's own parameters, stays when the shape changes, and changes no measurement", () => {
		const { model } = anny;
		const parameters = identityPose(model);
		parameters.set([1, 0, 0, 0, 0, 0, -1, 0, 0, 1, 0, 0], 12 * model.boneLabels.indexOf("lowerarm01.R"));
		anny.pose(parameters);
		anny.shape({ gender: 0, weight: 0.7 });
		const expected = createPoseState(model);
		evaluatePose(expected, model, anny.rest, parameters, "rest_relative");
		expect(areSame(anny.vertices, expected.vertices)).toBe(true);
		const posed = anny.measure(["waist_girth", "arm_length"]);
		anny.pose({});
		expect(anny.measure(["waist_girth", "arm_length"])).toEqual(posed);
	});

	test("refuses bones that are none", () => {
		expect(() => anny.pose({ tail: [0, 0, 1] })).toThrow(/"tail"/);
		expect(() => anny.pose(new Float64Array(12))).toThrow(RangeError);
	});
});

test("two bodies of one model do not disturb each other", async () => {
	const { createAnny } = await import("@anny-fitter/anny");
	const other = createAnny(anny.model.data);
	anny.shape({ gender: 0 });
	const before = anny.rest.vertices.slice();
	other.shape({ gender: 1 });
	expect(areSame(anny.rest.vertices, before)).toBe(true);
	expect(other.model.data).toBe(anny.model.data);
});
