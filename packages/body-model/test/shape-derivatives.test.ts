import {
	ALL_PHENOTYPE_LABELS,
	type BodyModel,
	type BodyModelData,
	compileBodyModel,
	createBodyModel,
	createShapeState,
	createShapeSubset,
	decodeBodyModel,
	evaluateShape,
	evaluateShapeSubset,
	LOCAL_CHANGE_LABELS,
	pullBackShapeGradient,
	type ShapeParameter,
} from "@anny-fitter/body-model";
import { createRandom } from "@anny-fitter/math";
import { beforeAll, describe, expect, test } from "vitest";
import { between, maxDifference, pickPoints, readNpmData } from "./reference-data.js";

const STEP = 1e-5;

/** All phenotypes, every local change on its own, and two tied pairs. */
const phenotypes: ShapeParameter[] = ALL_PHENOTYPE_LABELS.map((label) => ({ kind: "phenotype", label }));
const locals: ShapeParameter[] = LOCAL_CHANGE_LABELS.map((label) => ({ kind: "local", labels: [label] }));
const tied: ShapeParameter[] = [
	{ kind: "local", labels: ["l-upperarm-fat-incr", "r-upperarm-fat-incr"] },
	{ kind: "local", labels: ["l-upperleg-fat-incr", "r-upperleg-fat-incr", "measure-hips-circ-incr"] },
];

const untied = locals.filter(
	(local) => local.kind === "local" && !tied.some((group) => name(group).includes(name(local))),
);

let data: BodyModelData;
let model: BodyModel;

beforeAll(() => {
	data = decodeBodyModel(compileBodyModel(readNpmData()));
	model = createBodyModel(data, { allPhenotypes: true, localChanges: true });
});

function name(parameter: ShapeParameter): string {
	return parameter.kind === "phenotype" ? parameter.label : parameter.labels.join("+");
}

/** Values away from anchors, so that central differences apply. Age by `newborn`. */
function randomValues(parameters: readonly ShapeParameter[], seed: number, newborn: boolean): Float64Array {
	const random = createRandom(seed);
	return Float64Array.from(parameters, (parameter) => {
		if (parameter.kind === "local") {
			const value = between(random, -1, 1);
			return Math.abs(value) < 0.01 ? 0.3 : value;
		}
		if (parameter.label === "age") {
			return newborn ? between(random, -0.32, -0.02) : between(random, 0.35, 0.65);
		}
		return between(random, 0.02, 0.48) + (between(random, 0, 1) > 0.5 ? 0.5 : 0);
	});
}

/** Every 40th body vertex, the joints of a few bones, and duplicates. */
function someVertices(): Uint16Array {
	const list: number[] = [];
	for (let vertex = 0; vertex < model.vertexCount; vertex += 40) {
		list.push(model.baseVertexIndices[vertex]);
	}
	list.push(...model.boneHeadVertices.subarray(0, 60), list[3], list[3], 15500);
	return Uint16Array.from(list);
}

function evaluateAll(parameters: readonly ShapeParameter[], values: Float64Array) {
	const shape = createShapeState(model);
	const phenotypeValues: Record<string, number> = {};
	const localChanges: Record<string, number> = {};
	for (const [index, parameter] of parameters.entries()) {
		if (parameter.kind === "phenotype") {
			phenotypeValues[parameter.label] = values[index];
		} else {
			for (const label of parameter.labels) {
				localChanges[label] = values[index];
			}
		}
	}
	evaluateShape(shape, model, { phenotypes: phenotypeValues, localChanges });
	return shape;
}

describe("shape subset", () => {
	test.each([
		[1, false],
		[2, true],
	])("values equal the forward pass (seed %i)", (seed, newborn) => {
		const vertices = someVertices().slice(0, -1);
		const parameters = [...phenotypes, ...tied];
		const values = randomValues(parameters, seed, newborn);
		const out = new Float64Array(3 * vertices.length);
		evaluateShapeSubset(out, null, createShapeSubset(model, vertices), parameters, values);
		expect(maxDifference(out, pickPoints(evaluateAll(parameters, values).baseVertices, vertices))).toBeLessThan(1e-13);
	});

	test.each([
		[3, false],
		[4, true],
	])("Jacobian equals central differences in every parameter (seed %i, newborn %s)", (seed, newborn) => {
		const vertices = someVertices();
		const subset = createShapeSubset(model, vertices);
		for (const parameters of [[...phenotypes, ...tied], locals]) {
			const values = randomValues(parameters, seed, newborn);
			const size = 3 * vertices.length;
			const out = new Float64Array(size);
			const jacobian = new Float64Array(size * parameters.length);
			evaluateShapeSubset(out, jacobian, subset, parameters, values);
			const above = new Float64Array(size);
			const below = new Float64Array(size);
			for (let p = 0; p < parameters.length; p++) {
				const moved = values.slice();
				moved[p] = values[p] + STEP;
				evaluateShapeSubset(above, null, subset, parameters, moved);
				moved[p] = values[p] - STEP;
				evaluateShapeSubset(below, null, subset, parameters, moved);
				const numeric = above.map((value, at) => (value - below[at]) / (2 * STEP));
				const difference = maxDifference(jacobian.subarray(p * size, (p + 1) * size), numeric);
				expect(difference, name(parameters[p])).toBeLessThan(1e-9);
				if (parameters !== locals) {
					const moves = newborn || numeric.some((value) => Math.abs(value) > 1e-5);
					expect(moves, name(parameters[p])).toBe(true);
				}
			}
		}
	});

	test("derivatives at anchors and limits are the documented one-sided ones", () => {
		const vertices = someVertices();
		const subset = createShapeSubset(model, vertices);
		const size = 3 * vertices.length;
		const derivative = (parameter: ShapeParameter, value: number) => {
			const out = new Float64Array(size);
			const jacobian = new Float64Array(size);
			evaluateShapeSubset(out, jacobian, subset, [parameter], Float64Array.of(value));
			return jacobian;
		};
		const muscle: ShapeParameter = { kind: "phenotype", label: "muscle" };
		expect(maxDifference(derivative(muscle, 0.5), derivative(muscle, 0.75))).toBeLessThan(1e-12);
		expect(maxDifference(derivative(muscle, 0.5), derivative(muscle, 0.25))).toBeGreaterThan(1e-4);
		expect(maxDifference(derivative(muscle, 1), derivative(muscle, 0.75))).toBeLessThan(1e-12);
		expect(maxDifference(derivative(muscle, 0), derivative(muscle, 0.25))).toBeLessThan(1e-12);
		expect(derivative(muscle, 1.1).every((value) => value === 0)).toBe(true);
		const age: ShapeParameter = { kind: "phenotype", label: "age" };
		for (const anchor of [-1 / 3, 0, 1 / 3, 2 / 3]) {
			expect(maxDifference(derivative(age, anchor), derivative(age, anchor + 0.1))).toBeLessThan(1e-12);
		}
		expect(maxDifference(derivative(age, 1), derivative(age, 0.9))).toBeLessThan(1e-12);
		const local = tied[0];
		expect(maxDifference(derivative(local, 0), derivative(local, 0.5))).toBe(0);
		expect(maxDifference(derivative(local, 0), derivative(local, -0.5))).toBeGreaterThan(1e-4);
	});

	test("wrong sizes, vertices and labels are refused", () => {
		const subset = createShapeSubset(model, Uint16Array.of(1, 2));
		const values = Float64Array.of(0.5);
		expect(() => createShapeSubset(model, Uint16Array.of(60000))).toThrow(RangeError);
		expect(() => evaluateShapeSubset(new Float64Array(5), null, subset, [phenotypes[0]], values)).toThrow(RangeError);
		expect(() => evaluateShapeSubset(new Float64Array(6), null, subset, phenotypes, values)).toThrow(RangeError);
		const unknown: ShapeParameter = { kind: "local", labels: ["nose"] };
		expect(() => evaluateShapeSubset(new Float64Array(6), null, subset, [unknown], values)).toThrow(/"nose"/);
		const twice = [tied[0], tied[0]];
		expect(() => evaluateShapeSubset(new Float64Array(6), null, subset, twice, Float64Array.of(1, 1))).toThrow(/twice/);
	});
});

describe("pulled-back gradient", () => {
	test.each([
		[5, false],
		[6, true],
	])("equals central differences of a random linear functional (seed %i)", (seed, newborn) => {
		const random = createRandom(seed + 100);
		const gradient = Float64Array.from({ length: 3 * model.vertexCount }, () => between(random, -1, 1));
		const parameters = [...phenotypes, ...tied, ...untied.slice(20 * seed, 20 * seed + 10)];
		const values = randomValues(parameters, seed, newborn);
		const out = new Float64Array(parameters.length);
		pullBackShapeGradient(out, model, parameters, values, gradient);
		const scalar = (at: Float64Array) =>
			evaluateAll(parameters, at).vertices.reduce((sum, value, index) => sum + value * gradient[index], 0);
		for (let p = 0; p < parameters.length; p++) {
			const above = values.slice();
			const below = values.slice();
			above[p] += STEP;
			below[p] -= STEP;
			const numeric = (scalar(above) - scalar(below)) / (2 * STEP);
			expect(Math.abs(out[p] - numeric) / (1 + Math.abs(numeric)), name(parameters[p])).toBeLessThan(1e-6);
		}
	});

	test("leaves nothing behind for the next call", () => {
		const random = createRandom(9);
		const gradient = Float64Array.from({ length: 3 * model.vertexCount }, () => between(random, -1, 1));
		const values = randomValues(phenotypes, 9, false);
		const first = new Float64Array(phenotypes.length);
		pullBackShapeGradient(first, model, phenotypes, values, gradient);
		pullBackShapeGradient(
			new Float64Array(2),
			model,
			tied,
			Float64Array.of(1, -1),
			gradient.map(() => 1),
		);
		const again = new Float64Array(phenotypes.length);
		pullBackShapeGradient(again, model, phenotypes, values, gradient);
		expect(again).toEqual(first);
	});
});

test("subset and gradient speed (printed; generous limits)", () => {
	const vertices = Uint16Array.from({ length: 2000 }, (_, at) => model.baseVertexIndices[Math.floor(at * 6.6)]);
	const subset = createShapeSubset(model, vertices);
	const parameters = [...phenotypes, ...locals.slice(0, 20)];
	const out = new Float64Array(6000);
	const jacobian = new Float64Array(6000 * parameters.length);
	const gradient = new Float64Array(3 * model.vertexCount).fill(1e-3);
	const pulled = new Float64Array(parameters.length);
	const bodies = Array.from({ length: 40 }, (_, seed) => randomValues(parameters, seed, false));
	const median = (work: (values: Float64Array) => void): number => {
		for (const values of bodies) {
			work(values);
		}
		const times = bodies.map((values) => {
			const start = performance.now();
			work(values);
			return performance.now() - start;
		});
		return times.sort((a, b) => a - b)[times.length >> 1];
	};
	const subsetTime = median((values) => evaluateShapeSubset(out, jacobian, subset, parameters, values));
	const pullTime = median((values) => pullBackShapeGradient(pulled, model, parameters, values, gradient));
	console.log(
		`2000 vertices, 31 parameters: subset with Jacobian ${subsetTime.toFixed(2)} ms, gradient ${pullTime.toFixed(2)} ms`,
	);
	expect(subsetTime).toBeLessThan(50);
	expect(pullTime).toBeLessThan(50);
});
