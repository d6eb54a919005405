import {
	ALL_PHENOTYPE_LABELS,
	type BodyModel,
	compileBodyModel,
	createBodyModel,
	createPosedSubset,
	createPoseState,
	createShapeState,
	decodeBodyModel,
	evaluatePose,
	evaluatePosedSubset,
	evaluateShape,
	identityPose,
	type PosedSubset,
	type PoseParameterization,
	type ShapeParameter,
} from "@anny-fitter/body-model";
import { createRandom, leftJacobian, multiplyRotations, rotationFromVector } from "@anny-fitter/math";
import { beforeAll, describe, expect, test } from "vitest";
import { between, maxDifference, pickPoints, readNpmData } from "./reference-data.js";

const STEP = 1e-5;
const PARAMETERIZATIONS: PoseParameterization[] = ["root_relative_world", "root_relative", "rest_relative"];
const LOCALS = [
	"measure-waist-circ-incr",
	"measure-neck-height-incr",
	"upperlegs-height-incr",
	"r-lowerarm-fat-incr",
	"l-foot-scale-incr",
	"head-scale-horiz-incr",
];

let model: BodyModel;
let parameters: ShapeParameter[];
let subset: PosedSubset;

beforeAll(() => {
	const data = decodeBodyModel(compileBodyModel(readNpmData()));
	// The tongue has the bone along Y, whose rest frame is degenerate.
	model = createBodyModel(data, { allPhenotypes: true, localChanges: true, tongue: true });
	parameters = [
		...ALL_PHENOTYPE_LABELS.map((label): ShapeParameter => ({ kind: "phenotype", label })),
		...LOCALS.filter((label) => model.localChangeLabels.includes(label)).map(
			(label): ShapeParameter => ({ kind: "local", labels: [label] }),
		),
		{ kind: "local", labels: ["l-upperarm-fat-incr", "r-upperarm-fat-incr"] },
	];
	const vertices = Uint32Array.from({ length: Math.floor(model.vertexCount / 61) }, (_, at) => 61 * at);
	subset = createPosedSubset(
		model,
		vertices,
		parameters,
		Uint8Array.from(model.boneLabels, (_, bone) => bone),
	);
});

function name(parameter: ShapeParameter): string {
	return parameter.kind === "phenotype" ? parameter.label : parameter.labels.join("+");
}

/** Away from anchors, so that central differences apply. */
function randomValues(seed: number, age: readonly [number, number]): Float64Array {
	const random = createRandom(seed);
	return Float64Array.from(parameters, (parameter) => {
		if (parameter.kind === "local") return between(random, 0.1, 1) * (random.uniform() < 0.5 ? -1 : 1);
		if (parameter.label === "age") return between(random, ...age);
		return between(random, 0.02, 0.48) + (random.uniform() < 0.5 ? 0.5 : 0);
	});
}

/** Rotation of every bone by its vector and, with `shift_m`, a translation of every bone. */
function poseFrom(vectors: Float64Array, shift_m: number, seed: number): Float64Array {
	const random = createRandom(seed);
	const pose = identityPose(model);
	const rotation = new Float64Array(9);
	for (let bone = 0; bone < model.boneLabels.length; bone++) {
		rotationFromVector(rotation, vectors, 3 * bone);
		for (let row = 0; row < 3; row++) {
			pose.set(rotation.subarray(3 * row, 3 * row + 3), 12 * bone + 4 * row);
			pose[12 * bone + 4 * row + 3] = between(random, -shift_m, shift_m);
		}
	}
	return pose;
}

function randomVectors(seed: number, angle_rad: number | null): Float64Array {
	const random = createRandom(seed);
	const vectors = Float64Array.from({ length: 3 * model.boneLabels.length }, () => 0.4 * random.normal());
	for (let at = 0; angle_rad !== null && at < vectors.length; at += 3) {
		const length = Math.hypot(vectors[at], vectors[at + 1], vectors[at + 2]);
		for (let axis = 0; axis < 3; axis++) vectors[at + axis] *= angle_rad / length;
	}
	return vectors;
}

function positions(values: Float64Array, pose: Float64Array, parameterization: PoseParameterization): Float64Array {
	evaluatePosedSubset(subset, values, pose, parameterization, -1);
	return subset.points.slice();
}

function difference(move: (step: number) => Float64Array): Float64Array {
	const high = move(STEP);
	const low = move(-STEP);
	return high.map((value, at) => (value - low[at]) / (2 * STEP));
}

/** Derivative of all points by a turn ω of one bone, from the levers. */
function turnDerivative(bone: number, omega: ArrayLike<number>): Float64Array {
	const out = new Float64Array(3 * subset.pointCount);
	for (let point = 0; point < subset.pointCount; point++) {
		for (let entry = subset.supportOffsets[point]; entry < subset.supportOffsets[point + 1]; entry++) {
			if (subset.supportBones[entry] !== bone) continue;
			const [x, y, z] = subset.levers.subarray(3 * entry, 3 * entry + 3);
			out[3 * point] = omega[1] * z - omega[2] * y;
			out[3 * point + 1] = omega[2] * x - omega[0] * z;
			out[3 * point + 2] = omega[0] * y - omega[1] * x;
		}
	}
	return out;
}

/** Column k of the matrix of a bone's increments, times a matrix [9] on its right. */
function axisColumn(bone: number, right: Float64Array | null, column: number): number[] {
	const axes = subset.boneAxes.slice(9 * bone, 9 * bone + 9);
	const product = axes.slice();
	if (right !== null) multiplyRotations(product, axes, right);
	return [0, 1, 2].map((row) => product[3 * row + column]);
}

describe("posed subset", () => {
	test.each(PARAMETERIZATIONS)("points equal the forward pass (%s)", (parameterization) => {
		const values = randomValues(1, [0.35, 0.65]);
		const pose = poseFrom(randomVectors(2, null), 0.02, 3);
		const actual = positions(values, pose, parameterization);
		const phenotypes: Record<string, number> = {};
		const localChanges: Record<string, number> = {};
		for (const [index, parameter] of parameters.entries()) {
			if (parameter.kind === "phenotype") phenotypes[parameter.label] = values[index];
			else for (const label of parameter.labels) localChanges[label] = values[index];
		}
		const shape = createShapeState(model);
		evaluateShape(shape, model, { phenotypes, localChanges });
		const posed = createPoseState(model);
		evaluatePose(posed, model, shape, pose, parameterization);
		const split = 3 * subset.vertices.length;
		expect(maxDifference(actual.subarray(0, split), pickPoints(posed.vertices, subset.vertices))).toBeLessThan(1e-6);
		expect(maxDifference(actual.subarray(split), posed.boneHeads)).toBeLessThan(1e-6);
	});

	test.each(
		PARAMETERIZATIONS.flatMap((parameterization) => [
			[parameterization, "an adult", 0.35, 0.65] as const,
			[parameterization, "a newborn", -0.32, -0.02] as const,
		]),
	)("shape Jacobian equals central differences in every parameter (%s, %s)", (parameterization, _, low, high) => {
		const values = randomValues(4, [low, high]);
		const pose = poseFrom(randomVectors(5, null), 0.03, 6);
		evaluatePosedSubset(subset, values, pose, parameterization, parameters.length);
		const jacobian = subset.shapeJacobian.slice();
		const size = 3 * subset.pointCount;
		for (let p = 0; p < parameters.length; p++) {
			const numeric = difference((step) => {
				const moved = values.slice();
				moved[p] += step;
				return positions(moved, pose, parameterization);
			});
			const analytic = jacobian.subarray(p * size, (p + 1) * size);
			expect(maxDifference(analytic, numeric), name(parameters[p])).toBeLessThan(2e-8);
			expect(numeric.some((value) => Math.abs(value) > 1e-4) || low < 0, name(parameters[p])).toBe(true);
		}
	});

	test.each([
		["gender", 0, 1],
		["gender", 1, -1],
		["age", -1 / 3, 1],
		["age", 0, 1],
		["age", 1 / 3, 1],
		["age", 2 / 3, 1],
		["age", 1, -1],
		["muscle", 0.5, 1],
		["weight", 0.5, 1],
		["cupsize", 0.5, 1],
		["firmness", 0.5, 1],
		["height", 0, 1],
		["proportions", 1, -1],
	])("at the anchor %s = %f the derivative is the one-sided one", (label, anchor, side) => {
		const values = randomValues(7, [0.35, 0.65]);
		const p = parameters.findIndex((parameter) => name(parameter) === label);
		values[p] = anchor;
		const pose = poseFrom(randomVectors(8, null), 0, 9);
		evaluatePosedSubset(subset, values, pose, "root_relative_world", parameters.length);
		const size = 3 * subset.pointCount;
		const analytic = subset.shapeJacobian.slice(p * size, (p + 1) * size);
		const at = (step: number): Float64Array => {
			const moved = values.slice();
			moved[p] += side * step;
			return positions(moved, pose, "root_relative_world");
		};
		// One-sided, of second order.
		const [zero, one, two] = [at(0), at(STEP), at(2 * STEP)];
		const numeric = zero.map((value, i) => (side * (4 * one[i] - two[i] - 3 * value)) / (2 * STEP));
		expect(maxDifference(analytic, numeric)).toBeLessThan(1e-6);
	});

	test.each([
		["random angles", null],
		["0", 0],
		["1e-9", 1e-9],
		["π", Math.PI],
		["just below π", Math.PI - 1e-7],
		["2π", 2 * Math.PI],
	] as const)("turns of every bone equal central differences (%s)", (_, angle_rad) => {
		const values = randomValues(10, [0.35, 0.65]);
		const vectors = randomVectors(11, angle_rad);
		for (const parameterization of angle_rad === null ? PARAMETERIZATIONS : PARAMETERIZATIONS.slice(0, 1)) {
			const pose = poseFrom(vectors, 0.01, 12);
			evaluatePosedSubset(subset, values, pose, parameterization, 0);
			const axes = model.boneLabels.map((_, bone) =>
				[0, 1, 2].map((axis) => turnDerivative(bone, axisColumn(bone, null, axis))),
			);
			for (const [bone, label] of model.boneLabels.entries()) {
				for (let axis = 0; axis < 3; axis++) {
					const numeric = difference((step) => {
						const increment = new Float64Array(9);
						rotationFromVector(
							increment,
							[0, 1, 2].map((k) => (k === axis ? step : 0)),
						);
						const moved = pose.slice();
						for (let row = 0; row < 3; row++) {
							for (let column = 0; column < 3; column++) {
								let sum = 0;
								for (let k = 0; k < 3; k++) sum += increment[3 * row + k] * pose[12 * bone + 4 * k + column];
								moved[12 * bone + 4 * row + column] = sum;
							}
						}
						return positions(values, moved, parameterization);
					});
					expect(maxDifference(axes[bone][axis], numeric), `${label} axis ${axis}`).toBeLessThan(2e-9);
				}
			}
		}
	});

	test.each([
		["0", 0],
		["1e-6", 1e-6],
		["random", null],
		["π", Math.PI],
		["just below 2π", 2 * Math.PI - 1e-3],
	] as const)("full rotation vectors through the left Jacobian (%s)", (_, angle_rad) => {
		const values = randomValues(13, [0.35, 0.65]);
		const vectors = randomVectors(14, angle_rad);
		const jacobian = new Float64Array(9);
		const shown = model.boneLabels.filter((_, bone) => bone % 7 === 0);
		for (const label of shown) {
			const bone = model.boneLabels.indexOf(label);
			leftJacobian(jacobian, vectors, 3 * bone);
			for (let axis = 0; axis < 3; axis++) {
				evaluatePosedSubset(subset, values, poseFrom(vectors, 0, 0), "rest_relative", 0);
				const analytic = turnDerivative(bone, axisColumn(bone, jacobian, axis));
				const numeric = difference((step) => {
					const moved = vectors.slice();
					moved[3 * bone + axis] += step;
					return positions(values, poseFrom(moved, 0, 0), "rest_relative");
				});
				expect(maxDifference(analytic, numeric), `${label} axis ${axis}`).toBeLessThan(2e-9);
			}
		}
	});

	test.each(PARAMETERIZATIONS)("the root's translation moves every point (%s)", (parameterization) => {
		const values = randomValues(15, [0.35, 0.65]);
		const pose = poseFrom(randomVectors(16, null), 0.01, 17);
		evaluatePosedSubset(subset, values, pose, parameterization, 0);
		const axes = subset.rootAxes.slice();
		for (let axis = 0; axis < 3; axis++) {
			const numeric = difference((step) => {
				const moved = pose.slice();
				moved[4 * axis + 3] += step;
				return positions(values, moved, parameterization);
			});
			const analytic = numeric.map((_, at) => axes[3 * (at % 3) + axis]);
			expect(maxDifference(analytic, numeric)).toBeLessThan(1e-9);
		}
	});

	test("leading planes are the same with fewer of them", () => {
		const values = randomValues(18, [0.35, 0.65]);
		const pose = poseFrom(randomVectors(19, null), 0, 20);
		evaluatePosedSubset(subset, values, pose, "root_relative_world", parameters.length);
		const all = subset.shapeJacobian.slice(0, 12 * subset.pointCount);
		subset.shapeJacobian.fill(0);
		evaluatePosedSubset(subset, values, pose, "root_relative_world", 4);
		expect(maxDifference(subset.shapeJacobian.subarray(0, 12 * subset.pointCount), all)).toBe(0);
	});

	test("refuses what it has no derivatives for", () => {
		const dual = createBodyModel(model.data, { skinning: "dqs" });
		expect(() => createPosedSubset(dual, Uint32Array.of(1), [])).toThrow(/linear blend/);
		expect(() => createPosedSubset(model, Uint32Array.of(99999), [])).toThrow(RangeError);
		expect(() =>
			evaluatePosedSubset(subset, randomValues(1, [0.4, 0.5]), new Float64Array(12), "rest_relative", 0),
		).toThrow(RangeError);
	});
});

test("posed subset speed (printed; generous limits)", () => {
	const vertices = Uint32Array.from({ length: 2000 }, (_, at) => Math.floor(at * 6.6));
	const phenotypes = parameters.slice(0, 11);
	const large = createPosedSubset(model, vertices, phenotypes);
	const pose = poseFrom(randomVectors(21, null), 0, 22);
	const median = (planes: number): number => {
		const times = Array.from({ length: 30 }, (_, seed) => {
			const values = randomValues(seed, [0.35, 0.65]).slice(0, 11);
			const start = performance.now();
			evaluatePosedSubset(large, values, pose, "root_relative_world", planes);
			return performance.now() - start;
		});
		return times.slice(10).sort((a, b) => a - b)[10];
	};
	const [values_ms, jacobian_ms] = [median(-1), median(11)];
	console.log(
		`2000 vertices: positions ${values_ms.toFixed(2)} ms, all derivatives ${jacobian_ms.toFixed(2)} ms, ` +
			`${(large.supportBones.length / 2000).toFixed(1)} bones per vertex`,
	);
	expect(jacobian_ms).toBeLessThan(100);
});
