import {
	ALL_PHENOTYPE_LABELS,
	type BodyModel,
	compileBodyModel,
	createBodyModel,
	createShapeState,
	decodeBodyModel,
	evaluateShape,
	LOCAL_CHANGE_LABELS,
	type PointGradient,
	pullBackPointGradients,
	pullBackShapeGradient,
	type ShapeParameter,
} from "@anny-fitter/body-model";
import { createRandom } from "@anny-fitter/math";
import { beforeAll, describe, expect, test } from "vitest";
import { between, readNpmData } from "./reference-data.js";

const STEP = 1e-5;

/** Without anchors; all of them 0 is a point at which the body jumps. */
const RACES = ["african", "asian", "caucasian"];

const parameters: readonly ShapeParameter[] = [
	...ALL_PHENOTYPE_LABELS.map((label): ShapeParameter => ({ kind: "phenotype", label })),
	{ kind: "local", labels: ["l-upperarm-fat-incr", "r-upperarm-fat-incr"] },
	...LOCAL_CHANGE_LABELS.filter((label, i) => i % 7 === 3 && !label.includes("upperarm-fat")).map(
		(label): ShapeParameter => ({ kind: "local", labels: [label] }),
	),
];

let model: BodyModel;

beforeAll(() => {
	const data = decodeBodyModel(compileBodyModel(readNpmData()));
	model = createBodyModel(data, { allPhenotypes: true, localChanges: true });
});

function randomGradients(seed: number, count: number, points: number): PointGradient[] {
	const random = createRandom(seed);
	const pick = (limit: number, length: number): Uint32Array =>
		Uint32Array.from({ length }, () => Math.floor(between(random, 0, limit)));
	return Array.from({ length: count }, (_, q) => {
		const vertices = pick(model.vertexCount, q === 0 ? 0 : points);
		const joints = pick(model.boneLabels.length, q === 1 ? 0 : 4);
		return {
			vertices,
			byVertex: Float64Array.from({ length: 3 * vertices.length }, () => between(random, -1, 1)),
			joints,
			byJoint: Float64Array.from({ length: 3 * joints.length }, () => between(random, -1, 1)),
		};
	});
}

/** Values inside the segments between anchors. */
function randomValues(seed: number, isNewborn: boolean): Float64Array {
	const random = createRandom(seed);
	return Float64Array.from(parameters, (parameter) => {
		if (parameter.kind === "local") return between(random, 0.02, 1) * (between(random, 0, 1) < 0.5 ? -1 : 1);
		if (parameter.label === "age") return isNewborn ? between(random, -0.32, -0.02) : between(random, 0.35, 0.65);
		return between(random, 0.02, 0.48) + (between(random, 0, 1) > 0.5 ? 0.5 : 0);
	});
}

/** Each gradient times the body's points. */
function scalars(gradients: readonly PointGradient[], values: Float64Array): Float64Array {
	const shape = createShapeState(model);
	const phenotypes: Record<string, number> = {};
	const localChanges: Record<string, number> = {};
	parameters.forEach((parameter, p) => {
		if (parameter.kind === "phenotype") phenotypes[parameter.label] = values[p];
		else for (const label of parameter.labels) localChanges[label] = values[p];
	});
	evaluateShape(shape, model, { phenotypes, localChanges });
	return Float64Array.from(
		gradients,
		({ vertices, byVertex, joints, byJoint }) =>
			dot(shape.vertices, vertices, byVertex) + dot(shape.boneHeads, joints, byJoint),
	);
}

function dot(points: Float64Array, rows: ArrayLike<number>, weights: Float64Array): number {
	let sum = 0;
	for (let i = 0; i < rows.length; i++) {
		for (let k = 0; k < 3; k++) sum += weights[3 * i + k] * points[3 * rows[i] + k];
	}
	return sum;
}

describe("pullBackPointGradients", () => {
	test.each([
		[1, false],
		[2, true],
		[3, false],
	])("agrees with central differences in every parameter (seed %d, newborn %s)", (seed, isNewborn) => {
		const gradients = randomGradients(seed, 4, 60);
		const values = randomValues(seed, isNewborn);
		const out = new Float64Array(4 * parameters.length);
		pullBackPointGradients(out, model, parameters, values, gradients);
		parameters.forEach((parameter, p) => {
			const above = scalars(
				gradients,
				values.map((v, i) => (i === p ? v + STEP : v)),
			);
			const below = scalars(
				gradients,
				values.map((v, i) => (i === p ? v - STEP : v)),
			);
			for (let q = 0; q < 4; q++) {
				const numeric = (above[q] - below[q]) / (2 * STEP);
				const name = `${q} by ${parameter.kind === "phenotype" ? parameter.label : parameter.labels.join("+")}`;
				expect(Math.abs(out[q * parameters.length + p] - numeric) / (1 + Math.abs(numeric)), name).toBeLessThan(1e-7);
			}
		});
	});

	test("agrees with the dense pull-back, vertices named twice included", () => {
		const vertices = Uint32Array.from({ length: model.vertexCount + 1 }, (_, v) => v % model.vertexCount);
		const random = createRandom(5);
		const byVertex = Float64Array.from({ length: 3 * vertices.length }, () => between(random, -1, 1));
		const dense = byVertex.slice(0, 3 * model.vertexCount);
		for (let k = 0; k < 3; k++) dense[k] += byVertex[3 * model.vertexCount + k];
		const values = randomValues(5, false);
		const expected = new Float64Array(parameters.length);
		pullBackShapeGradient(expected, model, parameters, values, dense);
		const out = new Float64Array(parameters.length);
		const sparse = { vertices, byVertex, joints: [], byJoint: new Float64Array(0) };
		pullBackPointGradients(out, model, parameters, values, [sparse]);
		for (let p = 0; p < out.length; p++) expect(out[p]).toBeCloseTo(expected[p], 9);
	});

	test("keeps the stated side at anchors and at local changes of 0", () => {
		const gradients = randomGradients(8, 3, 200);
		for (const [at, ageAnchor] of [
			[0, -1 / 3],
			[0.5, 1 / 3],
			[1, 1],
			[0.5, 0],
		]) {
			const values = Float64Array.from(parameters, (parameter) =>
				parameter.kind === "local"
					? 0
					: parameter.label === "age"
						? ageAnchor
						: RACES.includes(parameter.label)
							? 0.4
							: at,
			);
			const out = new Float64Array(3 * parameters.length);
			pullBackPointGradients(out, model, parameters, values, gradients);
			const here = scalars(gradients, values);
			parameters.forEach((parameter, p) => {
				const isLast = parameter.kind === "phenotype" && values[p] === 1;
				const step = isLast ? -STEP : STEP;
				const there = scalars(
					gradients,
					values.map((v, i) => (i === p ? v + step : v)),
				);
				for (let q = 0; q < 3; q++) {
					const numeric = (there[q] - here[q]) / step;
					// The races' shares are curved.
					expect(Math.abs(out[q * parameters.length + p] - numeric), `${p} at ${at}`).toBeLessThan(
						1e-4 * (1 + Math.abs(numeric)),
					);
				}
			});
		}
	});

	test("remembers nothing and refuses foreign points and wrong lengths", () => {
		const values = randomValues(9, false);
		const run = (gradients: readonly PointGradient[]): Float64Array => {
			const out = new Float64Array(gradients.length * parameters.length);
			pullBackPointGradients(out, model, parameters, values, gradients);
			return out;
		};
		const few = randomGradients(9, 2, 30);
		const first = run(few);
		run(randomGradients(10, 12, 300));
		expect(run(few)).toEqual(first);
		expect(run([])).toHaveLength(0);
		const foreign = { ...few[0], vertices: [model.vertexCount], byVertex: new Float64Array(3) };
		expect(() => run([foreign])).toThrow(RangeError);
		expect(() => run([{ ...few[1], byVertex: new Float64Array(2) }])).toThrow(RangeError);
		expect(() => pullBackPointGradients(new Float64Array(1), model, parameters, values, few)).toThrow(RangeError);
	});

	test("takes milliseconds for 48 gradients of 50 points, as measurements have (printed; generous limit)", () => {
		const gradients = randomGradients(11, 48, 50);
		const out = new Float64Array(48 * parameters.length);
		const times = Array.from({ length: 30 }, (_, i) => {
			const values = randomValues(i, false);
			const start = performance.now();
			pullBackPointGradients(out, model, parameters, values, gradients);
			return performance.now() - start;
		}).sort((a, b) => a - b);
		console.log(
			`48 gradients by ${parameters.length} parameters: ${times[15].toFixed(1)} ms (best ${times[0].toFixed(1)})`,
		);
		expect(times[0]).toBeLessThan(80);
	});
});
