import {
	ALL_PHENOTYPE_LABELS,
	type BodyModel,
	compileBodyModel,
	createBodyModel,
	createShapeResponse,
	createShapeState,
	decodeBodyModel,
	evaluateShape,
	evaluateShapeResponse,
	LOCAL_CHANGE_LABELS,
	type PointGradient,
	pullBackPointGradients,
	type ShapeParameter,
} from "@anny-fitter/body-model";
import { createRandom } from "@anny-fitter/math";
import { beforeAll, expect, test } from "vitest";
import { between, readNpmData } from "./reference-data.js";

const parameters: readonly ShapeParameter[] = [
	...ALL_PHENOTYPE_LABELS.map((label): ShapeParameter => ({ kind: "phenotype", label })),
	{ kind: "local", labels: ["l-upperarm-fat-incr", "r-upperarm-fat-incr"] },
	{ kind: "local", labels: LOCAL_CHANGE_LABELS.slice(90, 91) },
];

let model: BodyModel;
beforeAll(() => {
	model = createBodyModel(decodeBodyModel(compileBodyModel(readNpmData())), {
		allPhenotypes: true,
		localChanges: true,
	});
});

/** Ages from newborn on, and both sides of every kink. */
test("responses are the numbers of the shaped body, and their derivatives those of the pull-back", () => {
	const random = createRandom(8);
	const gradients: PointGradient[] = Array.from({ length: 3 }, () => {
		const vertices = Uint32Array.from({ length: 40 }, () => Math.floor(between(random, 0, model.vertexCount)));
		const joints = Uint16Array.from({ length: 3 }, () => Math.floor(between(random, 0, model.boneLabels.length)));
		return {
			vertices,
			byVertex: Float64Array.from({ length: 120 }, () => between(random, -1, 1)),
			joints,
			byJoint: Float64Array.from({ length: 9 }, () => between(random, -1, 1)),
		};
	});
	const response = createShapeResponse(model, parameters, gradients);
	const shape = createShapeState(model);
	const out = new Float64Array(3);
	const jacobian = new Float64Array(3 * parameters.length);
	const pulled = new Float64Array(3 * parameters.length);
	for (const age of [-0.3, -0.1, 0.2, 0.5, 0.9]) {
		const values = Float64Array.from(parameters, ({ kind }) =>
			kind === "local" ? between(random, -1, 1) : between(random, 0.05, 0.95),
		);
		values[1] = age;
		evaluateShapeResponse(out, jacobian, model, response, values);
		const phenotypes = Object.fromEntries(ALL_PHENOTYPE_LABELS.map((label, p) => [label, values[p]]));
		const localChanges: Record<string, number> = {};
		parameters.forEach((parameter, p) => {
			if (parameter.kind === "local") for (const label of parameter.labels) localChanges[label] = values[p];
		});
		evaluateShape(shape, model, { phenotypes, localChanges });
		pullBackPointGradients(pulled, model, parameters, values, gradients);
		gradients.forEach(({ vertices, byVertex, joints, byJoint }, q) => {
			let sum = 0;
			Array.from(vertices).forEach((v, i) => {
				for (let a = 0; a < 3; a++) sum += byVertex[3 * i + a] * shape.vertices[3 * v + a];
			});
			Array.from(joints).forEach((j, i) => {
				for (let a = 0; a < 3; a++) sum += byJoint[3 * i + a] * shape.boneHeads[3 * j + a];
			});
			expect(out[q]).toBeCloseTo(sum, 9);
		});
		for (let i = 0; i < pulled.length; i++) expect(jacobian[i]).toBeCloseTo(pulled[i], 9);
	}
});
