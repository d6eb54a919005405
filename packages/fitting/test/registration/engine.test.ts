import { type BodyModel, createBodyModel } from "@anny-fitter/body-model";
import {
	createRegistrationEngine,
	createRegistrationState,
	type RegistrationEngine,
	type RegistrationPrior,
	type RegistrationState,
	type RegistrationTargets,
	registrationCost,
	takeRegistrationStep,
} from "@anny-fitter/fitting";
import { createRandom, rotationFromVector } from "@anny-fitter/math";
import { openBodyModelData } from "@anny-fitter/platform";
import { beforeAll, describe, expect, test } from "vitest";
import { assembleNormalEquations } from "../../src/registration/assemble.js";

let model: BodyModel;
let engine: RegistrationEngine;

beforeAll(async () => {
	const { data } = await openBodyModelData();
	model = createBodyModel(data, { allPhenotypes: true, localChanges: true });
	engine = createRegistrationEngine(
		model,
		Uint32Array.from({ length: 440 }, (_, at) => 30 * at),
		[["measure-waist-circ-incr"], ["l-upperarm-fat-incr", "r-upperarm-fat-incr"]],
	);
});

/** A random body a little away from any anchor. */
function randomState(seed: number, sigma_rad: number): RegistrationState {
	const random = createRandom(seed);
	const state = createRegistrationState(engine);
	for (let p = 0; p < state.values.length; p++) state.values[p] = 0.05 + 0.4 * random.uniform();
	state.values[1] = 0.4 + 0.2 * random.uniform();
	turnBones(state, (bone) => [0, 1, 2].map(() => (bone === 0 ? 1 : sigma_rad) * random.normal()));
	for (const at of [3, 7, 11]) state.pose[at] = random.normal();
	return state;
}

function turnBones(state: RegistrationState, vectorOf: (bone: number) => number[]): void {
	const rotation = new Float64Array(9);
	for (let bone = 0; bone < model.boneLabels.length; bone++) {
		rotationFromVector(rotation, vectorOf(bone));
		for (let row = 0; row < 3; row++) state.pose.set(rotation.subarray(3 * row, 3 * row + 3), 12 * bone + 4 * row);
	}
}

function targetsOf(state: RegistrationState, seed: number, planes: boolean): RegistrationTargets {
	registrationCost(engine, state, emptyTargets(), noPrior());
	const random = createRandom(seed);
	const count = engine.vertices.length;
	const normals = Float64Array.from({ length: 3 * count }, () => random.normal());
	for (let at = 0; at < normals.length; at += 3) {
		const length = Math.hypot(normals[at], normals[at + 1], normals[at + 2]);
		for (let axis = 0; axis < 3; axis++) normals[at + axis] /= length;
	}
	return {
		positions: engine.subset.points.slice(),
		pointWeights: Float64Array.from({ length: count }, () => (random.uniform() < 0.2 ? 0 : 1 + random.uniform())),
		normals: planes ? normals : null,
		planeWeights: planes ? Float64Array.from({ length: count }, () => 2 * random.uniform()) : null,
	};
}

function emptyTargets(): RegistrationTargets {
	const count = engine.vertices.length;
	return {
		positions: new Float64Array(3 * count),
		pointWeights: new Float64Array(count),
		normals: null,
		planeWeights: null,
	};
}

function noPrior(): RegistrationPrior {
	return {
		means: new Float64Array(engine.parameters.length),
		precisions: new Float64Array(engine.parameters.length),
		bonePrecisions: new Float64Array(model.boneLabels.length),
	};
}

function allFree() {
	return {
		shape: new Uint8Array(engine.parameters.length).fill(1),
		bones: new Uint8Array(model.boneLabels.length).fill(1),
		translation: true,
		scale: true,
	};
}

describe("normal equations", () => {
	test.each([
		["points", false],
		["points and planes", true],
	])("gradient and Hessian equal those of residuals, row by row (%s)", (_, planes) => {
		const state = randomState(1, 0.2);
		state.logScale[0] = 0.1;
		const targets = targetsOf(randomState(2, 0.2), 3, planes);
		const { subset, size, normal, gradient, parameters } = engine;
		const P = parameters.length;
		evaluateDerivatives(state);
		assembleNormalEquations(engine, state, targets, noPrior(), P);
		const t = 3 * model.boneLabels.length;
		const shrink = Math.exp(-state.logScale[0]);
		const expected = new Float64Array(size * size);
		const slope = new Float64Array(size);
		for (let point = 0; point < subset.pointCount; point++) {
			const rows = [0, 1, 2].map(() => new Float64Array(size));
			for (let axis = 0; axis < 3; axis++) {
				rows[axis][t + axis] = 1;
				rows[axis][t + 3] = shrink * targets.positions[3 * point + axis];
				for (let p = 0; p < P; p++) {
					rows[axis][t + 4 + p] = subset.shapeJacobian[p * 3 * subset.pointCount + 3 * point + axis];
				}
			}
			for (let entry = subset.supportOffsets[point]; entry < subset.supportOffsets[point + 1]; entry++) {
				const at = t - 3 - 3 * subset.supportBones[entry];
				const [x, y, z] = subset.levers.subarray(3 * entry, 3 * entry + 3);
				rows[0].set([0, z, -y], at);
				rows[1].set([-z, 0, x], at);
				rows[2].set([y, -x, 0], at);
			}
			const residual = rows.map(
				(_, axis) => subset.points[3 * point + axis] - shrink * targets.positions[3 * point + axis],
			);
			const whitened: [Float64Array, number, number][] = rows.map((row, axis) => [
				row,
				residual[axis],
				targets.pointWeights[point],
			]);
			if (planes) {
				const n = targets.normals!.subarray(3 * point, 3 * point + 3);
				const row = rows[0].map((value, at) => n[0] * value + n[1] * rows[1][at] + n[2] * rows[2][at]);
				whitened.push([
					row,
					n[0] * residual[0] + n[1] * residual[1] + n[2] * residual[2],
					targets.planeWeights![point],
				]);
			}
			for (const [row, r, w] of whitened) {
				const used = [...row.keys()].filter((at) => row[at] !== 0);
				for (const i of used) {
					slope[i] += w * row[i] * r;
					for (const j of used) expected[i * size + j] += w * row[i] * row[j];
				}
			}
		}
		let worst = 0;
		for (let i = 0; i < size; i++) {
			worst = Math.max(worst, Math.abs(gradient[i] - slope[i]));
			for (let j = 0; j <= i; j++) {
				const stored = j >= normal.first[i] ? normal.values[normal.starts[i] + j - normal.first[i]] : 0;
				worst = Math.max(worst, Math.abs(stored - expected[i * size + j]));
			}
		}
		expect(worst).toBeLessThan(1e-9);
	});

	test("half the gradient of the cost, priors included, equals central differences along random directions", () => {
		const state = randomState(4, 0.3);
		const targets = targetsOf(randomState(5, 0.3), 6, true);
		const prior = noPrior();
		prior.means.fill(0.3);
		prior.precisions.fill(3);
		prior.bonePrecisions.fill(0.5);
		evaluateDerivatives(state);
		assembleNormalEquations(engine, state, targets, prior, engine.parameters.length);
		const gradient = engine.gradient.slice();
		const axes = engine.subset.boneAxes.slice();
		const random = createRandom(7);
		const t = 3 * model.boneLabels.length;
		for (let trial = 0; trial < 4; trial++) {
			const direction = Float64Array.from({ length: engine.size }, () => random.normal());
			const cost = (step: number): number => {
				const moved: RegistrationState = {
					values: state.values.map((value, p) => value + step * direction[t + 4 + p]),
					pose: state.pose.slice(),
					logScale: state.logScale.map((value) => value + step * direction[t + 3]),
				};
				for (let axis = 0; axis < 3; axis++) moved.pose[4 * axis + 3] += step * direction[t + axis];
				const rotation = new Float64Array(9);
				for (let bone = 0; bone < model.boneLabels.length; bone++) {
					const at = t - 3 - 3 * bone;
					const local = [0, 1, 2].map((column) =>
						[0, 1, 2].reduce((sum, row) => sum + axes[9 * bone + 3 * row + column] * direction[at + row] * step, 0),
					);
					rotationFromVector(rotation, local);
					for (let row = 0; row < 3; row++) {
						for (let column = 0; column < 3; column++) {
							moved.pose[12 * bone + 4 * row + column] = [0, 1, 2].reduce(
								(sum, k) => sum + rotation[3 * row + k] * state.pose[12 * bone + 4 * k + column],
								0,
							);
						}
					}
				}
				return registrationCost(engine, moved, targets, prior);
			};
			const numeric = (cost(1e-6) - cost(-1e-6)) / 2e-6;
			const analytic = 2 * gradient.reduce((sum, value, at) => sum + value * direction[at], 0);
			expect(analytic / numeric).toBeCloseTo(1, 5);
		}
	});

	function evaluateDerivatives(state: RegistrationState): void {
		// Without weights a step evaluates positions and derivatives and moves nothing.
		takeRegistrationStep(engine, state, emptyTargets(), noPrior(), allFree(), 1);
		registrationCost(engine, state, emptyTargets(), noPrior());
	}
});

test("steps converge to a body nearby, all parameters free", () => {
	const truth = randomState(8, 0.2);
	const targets = { ...targetsOf(truth, 9, false), pointWeights: new Float64Array(engine.vertices.length).fill(1) };
	const state = randomState(8, 0.2);
	for (let p = 0; p < state.values.length; p++) state.values[p] += p % 2 === 0 ? 0.04 : -0.04;
	state.pose[3] += 0.2;
	let damping = 1e-3;
	const freedom = { ...allFree(), scale: false };
	for (let iteration = 0; iteration < 12; iteration++) {
		damping = takeRegistrationStep(engine, state, targets, noPrior(), freedom, damping).damping;
	}
	const cost = registrationCost(engine, state, targets, noPrior());
	expect(Math.sqrt(cost / engine.vertices.length)).toBeLessThan(1e-6);
});
