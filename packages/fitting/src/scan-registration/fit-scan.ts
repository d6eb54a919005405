import { annyAgeFromYears } from "@anny-fitter/body-model";
import { poseParametersFromArticulation } from "../articulation.js";
import type { RegistrationFreedom, RegistrationPrior, RegistrationState } from "../registration/engine.js";
import { takeRegistrationStep } from "../registration/step.js";
import { phenotypeIndex, SHAPE_COUNT, shapePrior } from "../shape-parameters.js";
import { createMatches, type MatchCost, matchScan, type ScanTarget } from "./correspondences.js";
import { evaluateScannedBody, type FitLevel, posePrecisions, type ScanFitter } from "./scan-fitter.js";
import type { ScanTemplate } from "./scan-templates.js";

/** How one pass over a level goes. */
export interface FitPass {
	readonly iterations: number;
	readonly firstReach_m: number;
	readonly lastReach_m: number;
	/** Standard deviation asked of the last iteration, metres. */
	readonly sigma_m: number;
	readonly stride: number;
	/** Leave out local changes. */
	readonly phenotypesOnly: boolean;
}

/** Widths of what is believed of a scanned person before looking, in the order of importance to a scan. */
const SIGMA = { gender: 0.5, muscle: 0.35, weight: 0.45, height: 0.4, proportions: 0.35, cupsize: 0.3, firmness: 0.3 };
const LOCAL_SIGMA = 0.25;
const AGE_SIGMA = 0.3;

/** A body of the template's build and pose to begin with, its root where Anny has it. */
export function startState(fitter: ScanFitter, template: ScanTemplate): RegistrationState {
	const prior = templatePrior(fitter, template);
	const values = prior.means.slice();
	const pose = new Float64Array(12 * fitter.model.boneLabels.length);
	// The rest poses of bones hardly depend on the shape: any body's will do for the start.
	evaluateScannedBody(fitter, values, identity(pose));
	poseParametersFromArticulation(pose, fitter.articulation, fitter.shape.restBonePoses, template.rotations);
	return { values, pose, logScale: new Float64Array(1) };
}

function identity(pose: Float64Array): Float64Array {
	for (let at = 0; at < pose.length; at += 12) {
		pose[at] = 1;
		pose[at + 5] = 1;
		pose[at + 10] = 1;
	}
	return pose;
}

/** Wide Gaussians around the template's build. */
export function templatePrior(fitter: ScanFitter, { phenotypes }: ScanTemplate): RegistrationPrior {
	const age = phenotypes.age ?? annyAgeFromYears(30);
	const { mean, sigma } = shapePrior("unspecified", age, AGE_SIGMA);
	const means = mean.slice();
	const precisions = new Float64Array(SHAPE_COUNT);
	for (let p = 0; p < SHAPE_COUNT; p++) precisions[p] = 1 / Math.max(sigma[p], LOCAL_SIGMA) ** 2;
	for (const [label, width] of Object.entries(SIGMA)) {
		precisions[phenotypeIndex(label as keyof typeof SIGMA)] = 1 / width ** 2;
	}
	for (const [label, value] of Object.entries(phenotypes)) {
		means[phenotypeIndex(label as keyof typeof SIGMA)] = value;
	}
	return { means, precisions, bonePrecisions: posePrecisions(fitter) };
}

/**
 * ICP: pairs, one damped step, again, with a shrinking reach.
 *
 * @param state moved in place
 * @param limb [B] 1 for the only bones that move, the body staying as it is; left out, everything moves
 * @returns mean costs of pairs at the last reach
 */
export function runFitPass(
	fitter: ScanFitter,
	level: FitLevel,
	scan: ScanTarget,
	state: RegistrationState,
	prior: RegistrationPrior,
	pass: FitPass,
	limb?: Uint8Array,
): MatchCost {
	const matches = createMatches(level);
	const freedom: RegistrationFreedom = {
		shape: Uint8Array.from({ length: SHAPE_COUNT }, (_, p) =>
			limb !== undefined || (pass.phenotypesOnly && p >= level.engine.phenotypeCount) ? 0 : 1,
		),
		bones: limb ?? fitter.movingBones,
		translation: limb === undefined,
		scale: false,
	};
	const shrink = (pass.lastReach_m / pass.firstReach_m) ** (1 / Math.max(1, pass.iterations - 1));
	let reach_m = pass.firstReach_m;
	for (let i = 0; i < pass.iterations; i++) {
		const sigma_m = (pass.sigma_m * reach_m) / pass.lastReach_m;
		evaluateScannedBody(fitter, state.values, state.pose);
		matchScan(matches, fitter, level, scan, { reach_m, sigma_m, stride: pass.stride });
		takeRegistrationStep(level.engine, state, matches, prior, freedom, 1e-3);
		reach_m *= shrink;
	}
	evaluateScannedBody(fitter, state.values, state.pose);
	return matchScan(matches, fitter, level, scan, {
		reach_m: pass.lastReach_m,
		sigma_m: pass.sigma_m,
		stride: pass.stride,
	});
}
