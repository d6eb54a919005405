/**
 * Registration of a mesh in Anny's topology: shape, pose and place of the body nearest to given vertices, without a start.
 *
 * 1. Age anchors: for each anchor of the age a rigid alignment bone by bone, then a step of height and pose; the two best
 *    compete.
 * 2. All phenotypes, the age held for a step, then freed, in the piece below and in the piece above the anchor.
 * 3. Everything together until the residuals settle. Joints that the data do not determine stay near rest, by a prior
 *    that counts as much as the noise lets it.
 * Then the neighbouring pieces of age, muscle and weight are tried: the model is piecewise linear there and descent can
 * end on the wrong side of a kink.
 */
import { alignBones } from "./align-bones.js";
import { createRegistrationState, type RegistrationEngine, type RegistrationFreedom } from "./engine.js";
import {
	createReweightedFit,
	lossWidth,
	type ReweightedFit,
	reweight,
	robustMisfit,
	runSteps,
} from "./reweighted-fit.js";

export type RegistrationStage = "age" | "phenotypes" | "everything" | "local_changes";

export interface PointRegistrationOptions {
	/** Let the body's scale float. Default: false. */
	readonly estimateScale?: boolean;
	/** Keep every bone but the root at rest. Default: false. */
	readonly restPose?: boolean;
	readonly onStage?: (stage: RegistrationStage) => void;
}

/** Noise level at which a target counts as met exactly. */
export const EXACT_M = 4e-6;
/** Root mean square of the residuals per axis at which nothing is left to do. */
export const MET_M = 1e-6;
const STEPS = 30;
/** Steps that decide between two pieces. */
const RACE_STEPS = 4;
const ROUNDS = 3;
/** The noise level is a median: a few more steps settle what it does not see. */
const POLISHING_STEPS = 3;
/** Gain in log likelihood at which another fit counts as better. */
const BETTER = 5;
const FLIPPED = ["age", "muscle", "weight", "cupsize", "firmness"];
/** Distance from an anchor where the other side is tried. */
const SIDE_STEP = 0.1;

/**
 * Fits the engine's phenotypes and pose to positions of its vertices.
 *
 * @param positions [n*3] metres; rows without weight are not read
 * @param weights [n] ≥ 0
 */
export function registerPoints(
	engine: RegistrationEngine,
	positions: Float64Array,
	weights: Float64Array,
	options: PointRegistrationOptions = {},
): ReweightedFit {
	const free = (isFree: (p: number) => boolean): RegistrationFreedom => registrationFreedom(engine, isFree, options);
	const indexOf = (label: string): number => engine.model.phenotypeLabels.indexOf(label);
	const age = indexOf("age");
	options.onStage?.("age");
	const only = free((p) => p === indexOf("height"));
	const anchored = Array.from(engine.anchors[age], (anchor) => {
		const fit = startFit(engine, positions, weights, age, anchor, only);
		runSteps(fit, only, 1, EXACT_M);
		return fit;
	}).sort((a, b) => a.sigma_m - b.sigma_m);

	options.onStage?.("phenotypes");
	const ageHeld = free((p) => p < engine.phenotypeCount && p !== age);
	const everything = free((p) => p < engine.phenotypeCount);
	let best: ReweightedFit | null = null;
	for (const start of agePieces(engine, age, anchored, everything)) {
		runSteps(start, ageHeld, 1, EXACT_M);
		runSteps(start, everything, RACE_STEPS, EXACT_M);
		if (best === null || logLikelihoodGain(best, start) > 0) best = start;
		if (best.sigma_m < EXACT_M) break;
	}

	options.onStage?.("everything");
	let fit = best as ReweightedFit;
	runSteps(fit, everything, STEPS, EXACT_M);
	fit = leaveWrongPieces(fit, everything);
	for (let step = 0; step < POLISHING_STEPS && fit.rms_m > MET_M; step++) runSteps(fit, everything, 1, 0);
	return fit;
}

/** Follows better fits beyond the kinks of the model, as long as there are some. */
export function leaveWrongPieces(fit: ReweightedFit, freedom: RegistrationFreedom): ReweightedFit {
	const parameters = FLIPPED.map((label) => fit.engine.model.phenotypeLabels.indexOf(label));
	let best = fit;
	for (let round = 0; round < ROUNDS && best.sigma_m > EXACT_M; round++) {
		const better = tryOtherPieces(best, freedom, parameters);
		if (better === null) break;
		best = better;
	}
	return best;
}

/** Of normal residuals with unknown variance: 3n/2 · ln(S / S′). */
function logLikelihoodGain(from: ReweightedFit, to: ReweightedFit): number {
	const width_m = lossWidth(Math.min(from.sigma_m, to.sigma_m));
	const floor = Number.MIN_VALUE;
	const ratio = (robustMisfit(from, width_m) + floor) / (robustMisfit(to, width_m) + floor);
	return 1.5 * from.baseWeights.length * Math.log(ratio);
}

/** Freedom of chosen shape parameters, of all bones or only the root, and of the body's place and, if asked for, scale. */
export function registrationFreedom(
	engine: RegistrationEngine,
	isFree: (parameter: number) => boolean,
	{ restPose = false, estimateScale = false }: PointRegistrationOptions,
): RegistrationFreedom {
	return {
		shape: Uint8Array.from(engine.parameters, (_, p) => (isFree(p) ? 1 : 0)),
		bones: Uint8Array.from(engine.model.boneLabels, (_, bone) => (restPose && bone > 0 ? 0 : 1)),
		translation: true,
		scale: estimateScale,
	};
}

function startFit(
	engine: RegistrationEngine,
	positions: Float64Array,
	weights: Float64Array,
	age: number,
	value: number,
	freedom: RegistrationFreedom,
): ReweightedFit {
	const state = createRegistrationState(engine);
	state.values[age] = value;
	const fit = createReweightedFit(engine, state, positions, weights);
	alignBones(engine, state, fit.targets, fit.prior, freedom.bones);
	reweight(fit);
	return fit;
}

/** Starts on both sides of the best anchor, the side of the second best first. */
function agePieces(
	engine: RegistrationEngine,
	age: number,
	anchored: readonly ReweightedFit[],
	freedom: RegistrationFreedom,
): ReweightedFit[] {
	const [best, second] = anchored;
	const value = best.state.values[age];
	const side = second.state.values[age] > value ? SIDE_STEP : -SIDE_STEP;
	const starts: ReweightedFit[] = [];
	for (const shift of [side, -side]) {
		const moved = value + shift;
		if (moved < engine.lower[age] || moved > engine.upper[age]) continue;
		const start = copyFit(best);
		start.state.values[age] = moved;
		alignBones(engine, start.state, start.targets, start.prior, freedom.bones);
		reweight(start);
		starts.push(start);
	}
	return starts;
}

/** The first clearly better fit that begins on the other side of an anchor, run to its end; null when there is none. */
function tryOtherPieces(
	fit: ReweightedFit,
	freedom: RegistrationFreedom,
	parameters: readonly number[],
): ReweightedFit | null {
	for (const p of parameters) {
		if (p < 0) continue;
		for (const value of otherSides(fit.engine.anchors[p], fit.state.values[p])) {
			const other = copyFit(fit);
			other.state.values[p] = value;
			other.damping = 1e-3;
			reweight(other);
			runSteps(other, freedom, RACE_STEPS, EXACT_M);
			if (logLikelihoodGain(fit, other) < BETTER) continue;
			runSteps(other, freedom, STEPS, EXACT_M);
			return other;
		}
	}
	return null;
}

/** Values beyond the inner anchors next to a value: mirrored about them, but no further than the middle of the piece. */
function otherSides(anchors: Float64Array, value: number): number[] {
	const out: number[] = [];
	for (let k = 1; k + 1 < anchors.length; k++) {
		const beyond = value >= anchors[k] ? (anchors[k - 1] - anchors[k]) / 2 : (anchors[k + 1] - anchors[k]) / 2;
		const near = value >= anchors[k] ? value < anchors[k + 1] : value >= anchors[k - 1];
		if (!near) continue;
		const mirrored = anchors[k] - value;
		out.push(anchors[k] + Math.sign(beyond) * Math.min(Math.abs(beyond), Math.max(Math.abs(mirrored), 0.05)));
	}
	return out.sort((a, b) => Math.abs(a - value) - Math.abs(b - value));
}

export function copyFit(fit: ReweightedFit): ReweightedFit {
	return {
		...fit,
		state: {
			values: fit.state.values.slice(),
			pose: fit.state.pose.slice(),
			logScale: fit.state.logScale.slice(),
		},
		targets: { ...fit.targets, pointWeights: fit.targets.pointWeights.slice() },
	};
}
