import {
	type BodyModel,
	createBodyModel,
	createPoseState,
	createShapeState,
	evaluatePose,
	evaluateShape,
	type PhenotypeLabel,
	phenotypeRange,
} from "@anny-fitter/body-model";
import {
	createMeshRegistrar,
	createPhotoFitter,
	type MeshRegistrar,
	mapStated,
	namedShape,
	registerMesh,
} from "@anny-fitter/fitting";
import { openBodyModelData } from "@anny-fitter/platform";
import { beforeAll, describe, expect, test } from "vitest";
import { randomBody } from "./random-body.js";

let model: BodyModel;
let registrar: MeshRegistrar;

beforeAll(async () => {
	const { data } = await openBodyModelData();
	model = createBodyModel(data, { allPhenotypes: true, localChanges: true });
	registrar = createMeshRegistrar(model);
});

describe("registerMesh", () => {
	test.each([
		["an adult", 1, {}],
		["a newborn", 2, { age: -0.3 }],
		["an old person", 3, { age: 0.95 }],
		["muscle and weight beside their kinks", 4, { age: 0.6, muscle: 0.52, weight: 0.47 }],
		["only one origin, values at their bounds", 5, { african: 1, asian: 0, caucasian: 0, gender: 0, height: 1 }],
	])("finds %s exactly (seed %i)", (_, seed, fixed) => {
		const target = randomBody(model, seed, fixed);
		const found = registerMesh(registrar, target.vertices)!;
		expect(found.pve_mm).toBeLessThan(0.2);
		expect(found.phenotypes.age).toBeCloseTo(target.phenotypes.age, 2);
		expect(found.phenotypes.height).toBeCloseTo(target.phenotypes.height, 1);
	});

	test.each([
		["female", 1.68, 62, 34],
		["male", 1.8, 90, 50],
	] as const)(
		"finds the body of a %s %f m tall, %i kg, %i years old again, local changes and all",
		(sex, stature_m, mass_kg, age_years) => {
			const mapped = mapStated(createPhotoFitter(model), { stature_m, mass_kg, age_years, sex, measures_m: {} });
			const shape = createShapeState(model);
			evaluateShape(shape, model, namedShape(mapped.shape));
			const found = registerMesh(registrar, shape.vertices)!;
			expect(found.pve_mm).toBeLessThan(0.05);
			for (const [label, value] of Object.entries(namedShape(mapped.shape).localChanges)) {
				expect(found.localChanges[label], label).toBeCloseTo(value, 2);
			}
		},
	);

	test("does without a third of the vertices and with a tenth of them far away (seed 6)", () => {
		const { vertices, random } = randomBody(model, 6);
		const spoilt = vertices.slice();
		for (let at = 0; at < spoilt.length; at += 3) {
			const chance = random.uniform();
			if (chance < 0.33) spoilt.fill(Number.NaN, at, at + 3);
			else if (chance < 0.43) spoilt[at] += 0.5;
		}
		const found = registerMesh(registrar, spoilt, { localChanges: "never" })!;
		const posed = createPoseState(model);
		const shape = createShapeState(model);
		evaluateShape(shape, model, found);
		evaluatePose(posed, model, shape, found.pose);
		let sum = 0;
		for (let at = 0; at < vertices.length; at++) sum += Math.abs(posed.vertices[at] - vertices[at]);
		expect((1000 * sum) / vertices.length).toBeLessThan(0.5);
	});

	test("never leaves the parameters' bounds, whatever the mesh (seed 8)", () => {
		const { vertices, random } = randomBody(model, 8);
		const wild = vertices.map((value, at) => (at % 3 === 2 ? 1.6 : 0.7) * value + 0.02 * random.normal());
		const found = registerMesh(registrar, wild, { localChanges: "never" });
		for (const label of model.phenotypeLabels) {
			const [low, high] = phenotypeRange(label as PhenotypeLabel);
			expect(found!.phenotypes[label]).toBeGreaterThanOrEqual(low);
			expect(found!.phenotypes[label]).toBeLessThanOrEqual(high);
		}
		expect(found!.pve_mm).toBeGreaterThan(20);
	});

	test("refuses a mirror image and too few vertices (seed 9)", () => {
		const { vertices } = randomBody(model, 9);
		expect(
			registerMesh(
				registrar,
				vertices.map((value, at) => (at % 3 === 0 ? -value : value)),
			),
		).toBeNull();
		expect(() => registerMesh(registrar, new Float64Array(vertices.length).fill(Number.NaN))).toThrow(/too few/);
		expect(() => registerMesh(registrar, new Float64Array(3))).toThrow(RangeError);
	});
});
