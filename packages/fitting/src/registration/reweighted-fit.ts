/** Registration steps with weights from the residuals: noise level, robust loss and priors on one scale. */
import type {
	RegistrationEngine,
	RegistrationFreedom,
	RegistrationPrior,
	RegistrationState,
	RegistrationTargets,
} from "./engine.js";
import { registrationCost, takeRegistrationStep } from "./step.js";

/** A body under way to its targets. */
export interface ReweightedFit {
	readonly engine: RegistrationEngine;
	readonly state: RegistrationState;
	readonly targets: RegistrationTargets & { readonly normals: null; readonly planeWeights: null };
	/** [n] weights of the targets apart from the robust loss: 0 where missing. */
	readonly baseWeights: Float64Array;
	readonly prior: RegistrationPrior;
	/** Robust standard deviation of the residuals per axis, metres. */
	sigma_m: number;
	/** Root mean square of all residuals per axis, outliers included, metres. */
	rms_m: number;
	damping: number;
	steps: number;
}

/** Uniform phenotypes have σ 0.29; wider here, since bounds hold them too. */
const PHENOTYPE_SIGMA = 0.5;
const LOCAL_SIGMA = 0.4;
/** Spread of joint angles about rest, per axis. */
const BONE_SIGMA_RAD = 0.35;
/** Residuals are never taken for smaller than this: rounding in meshes of four decimals. */
const SIGMA_FLOOR_M = 1e-6;
/** Cauchy loss at this many σ, but never narrower: a finger on its way is no outlier. */
const LOSS_SIGMAS = 5;
const NARROWEST_LOSS_M = 0.005;
/** Median length of a normal vector in three dimensions. */
const MEDIAN_LENGTH = 1.5382;

/** A fit at the engine's default body; targets are [n*3] of the engine's vertices, weights [n]. */
export function createReweightedFit(
	engine: RegistrationEngine,
	state: RegistrationState,
	positions: Float64Array,
	baseWeights: Float64Array,
): ReweightedFit {
	const { parameters, phenotypeCount, model } = engine;
	const sigma = (p: number): number => (p < phenotypeCount ? PHENOTYPE_SIGMA : LOCAL_SIGMA);
	return {
		engine,
		state,
		targets: { positions, pointWeights: baseWeights.slice(), normals: null, planeWeights: null },
		baseWeights,
		prior: {
			means: Float64Array.from(parameters, (_, p) => (p < phenotypeCount ? 0.5 : 0)),
			precisions: Float64Array.from(parameters, (_, p) => 1 / sigma(p) ** 2),
			bonePrecisions: new Float64Array(model.boneLabels.length).fill(1 / BONE_SIGMA_RAD ** 2),
		},
		sigma_m: 1,
		rms_m: 1,
		damping: 1e-3,
		steps: 0,
	};
}

/** Evaluates the residuals at the state and sets noise level and weights by them. */
export function reweight(fit: ReweightedFit): void {
	registrationCost(fit.engine, fit.state, fit.targets, fit.prior);
	reweightByPoints(fit);
}

/** Noise level and weights by the points in the engine's subset. */
function reweightByPoints(fit: ReweightedFit): void {
	const { targets, baseWeights } = fit;
	const lengths = residualLengths(fit);
	const seen = lengths.filter((_, point) => baseWeights[point] > 0).sort();
	const median = seen.length === 0 ? 0 : seen[seen.length >> 1];
	fit.sigma_m = Math.max(median / MEDIAN_LENGTH, SIGMA_FLOOR_M);
	const variance = fit.sigma_m ** 2;
	const width = lossWidth(fit.sigma_m);
	let squares = 0;
	for (let point = 0; point < lengths.length; point++) {
		squares += lengths[point] ** 2;
		const squared = (lengths[point] / width) ** 2;
		targets.pointWeights[point] = baseWeights[point] === 0 ? 0 : baseWeights[point] / (variance * (1 + squared));
	}
	fit.rms_m = Math.sqrt(squares / Math.max(3 * seen.length, 1));
}

/**
 * Robust misfit of a state, Σ w L² ln(1 + |r|²/L²): to compare fits of the same points.
 *
 * @param width_m L, the same for all fits that are compared
 */
export function robustMisfit(fit: ReweightedFit, width_m: number): number {
	registrationCost(fit.engine, fit.state, fit.targets, fit.prior);
	const lengths = residualLengths(fit);
	let sum = 0;
	for (let point = 0; point < lengths.length; point++) {
		sum += fit.baseWeights[point] * width_m ** 2 * Math.log1p((lengths[point] / width_m) ** 2);
	}
	return sum;
}

/** Width of the loss at a noise level. */
export function lossWidth(sigma_m: number): number {
	return Math.max(LOSS_SIGMAS * sigma_m, NARROWEST_LOSS_M);
}

/** [n] distances of the subset's points from their targets, in the body's scale; 0 where there is no target. */
export function residualLengths({ engine, state, targets, baseWeights }: ReweightedFit): Float64Array {
	const { points } = engine.subset;
	const shrink = Math.exp(-state.logScale[0]);
	return Float64Array.from(baseWeights, (weight, point) => {
		if (weight === 0) return 0;
		const at = 3 * point;
		const x = points[at] - shrink * targets.positions[at];
		const y = points[at + 1] - shrink * targets.positions[at + 1];
		const z = points[at + 2] - shrink * targets.positions[at + 2];
		return Math.sqrt(x * x + y * y + z * z);
	});
}

/**
 * Steps until the noise level settles.
 *
 * @param goal_m stop below this noise level
 * @returns false when it did not settle within the steps
 */
export function runSteps(fit: ReweightedFit, freedom: RegistrationFreedom, maxSteps: number, goal_m: number): boolean {
	let calm = 0;
	for (let step = 0; step < maxSteps; step++) {
		const before = fit.sigma_m;
		const result = takeRegistrationStep(fit.engine, fit.state, fit.targets, fit.prior, freedom, fit.damping);
		fit.damping = Math.min(Math.max(result.damping, 1e-7), 1);
		fit.steps++;
		reweightByPoints(fit);
		if (fit.sigma_m < goal_m) return true;
		calm = !result.moved || Math.abs(before - fit.sigma_m) < SETTLED * fit.sigma_m ? calm + 1 : 0;
		if (calm === 2 || (!result.moved && result.damping > 1e3)) return true;
	}
	return false;
}

/** Relative change of the noise level that counts as settled. */
const SETTLED = 0.01;
