import { ALL_PHENOTYPE_LABELS, createBodyModel, createShapeState, evaluateShape } from "@anny-fitter/body-model";
import { createRandom, rotationFromVector } from "@anny-fitter/math";
import { openBodyModelData } from "@anny-fitter/platform";
import { describe, expect, it } from "vitest";
import { meanPoint, rotateAboutPoint } from "../src/align-points.js";
import { registerRestMesh } from "../src/rest-registration.js";

const { data } = await openBodyModelData();
const model = createBodyModel(data, { allPhenotypes: true, localChanges: true });
/** Joints that carry measuring planes. */
const JOINTS = ["upperleg01.L", "lowerleg01.L", "foot.L", "upperarm01.R", "lowerarm01.R", "wrist.R", "neck01", "head"];

function randomBody(seed: number, age: number) {
	const random = createRandom(seed);
	const shape = createShapeState(model);
	const phenotypes = Object.fromEntries(ALL_PHENOTYPE_LABELS.map((label) => [label, random.uniform()]));
	evaluateShape(shape, model, { phenotypes: { ...phenotypes, age } });
	return shape;
}

describe("registerRestMesh", () => {
	it.each([
		["a baby", 1, 0.05],
		["a child", 2, 0.3],
		["an adult", 3, 0.7],
		["an old adult", 4, 0.95],
	])("finds the joints of %s, however the mesh is turned (seed %d)", (_, seed, age) => {
		const shape = randomBody(seed, age);
		const rotation = new Float64Array(9);
		rotationFromVector(rotation, [Math.PI / 2, 0, 0]);
		const turned = new Float64Array(shape.vertices.length);
		rotateAboutPoint(turned, shape.vertices, rotation, meanPoint(shape.vertices), new Float64Array([0.3, 0.1, -2]));
		const found = registerRestMesh(model, turned)!;
		expect(found.turn_rad).toBeCloseTo(Math.PI / 2, 2);
		expect(found.residual_m).toBeLessThan(0.001);
		for (const label of JOINTS) {
			const at = 3 * model.boneLabels.indexOf(label);
			// The found body stands elsewhere and may face elsewhere: compare distances from joints to vertices.
			for (const vertex of [0, 6000, 13000]) {
				const distance = (points: Float64Array, heads: Float64Array) =>
					Math.hypot(...[0, 1, 2].map((axis) => points[3 * vertex + axis]! - heads[at + axis]!));
				const difference = distance(found.vertices, found.boneHeads) - distance(shape.vertices, shape.boneHeads);
				expect(Math.abs(difference), label).toBeLessThan(0.002);
			}
		}
	});

	it("refuses a mirror image", () => {
		const mirrored = randomBody(5, 0.6).vertices.map((value, i) => (i % 3 === 0 ? -value : value));
		expect(registerRestMesh(model, mirrored)).toBeNull();
	});
});
