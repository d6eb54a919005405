import type { RegistrationPrior, RegistrationState } from "../registration/engine.js";
import type { ScanTarget } from "./correspondences.js";
import { type FitPass, runFitPass } from "./fit-scan.js";
import type { ScanFitter } from "./scan-fitter.js";

const LIMBS = (["L", "R"] as const).flatMap((side) =>
	[
		["upperarm01", "lowerarm01", "wrist"],
		["upperleg01", "lowerleg01", "foot"],
	].map((bones) => bones.map((bone) => `${bone}.${side}`)),
);
/** Limbs whose bones are all turned alike within this are one start. */
const SAME_TURN_COSINE = Math.cos(0.3);
/** So much better must another start be, so that noise decides nothing. */
const LEAST_GAIN = 1e-3;

const LIMB: FitPass = {
	iterations: 6,
	firstReach_m: 0.15,
	lastReach_m: 0.05,
	sigma_m: 0.012,
	stride: 8,
	phenotypesOnly: true,
};

/**
 * Gives every arm and leg the best start of several. ICP finds an arm from nearby only; where a hole has taken a wrist, the
 * hand may come to lie on the thigh and stay there. What one start gets wrong, another one of the same scan often gets right,
 * but rarely one and the same start all four limbs.
 *
 * @param scan all that may belong to the person, hands that holes cut off included
 * @param state moved in place: its limbs only
 * @param others [B*12] each: poses to take limbs from, of fits to the same scan the same way round
 */
export function restartLimbs(
	fitter: ScanFitter,
	scan: ScanTarget,
	state: RegistrationState,
	prior: RegistrationPrior,
	others: readonly Float64Array[],
): void {
	for (const bones of LIMBS) {
		const limb = new Uint8Array(fitter.model.boneLabels.length);
		for (const label of bones) limb[fitter.model.boneLabels.indexOf(label)] = 1;
		const starts = [state.pose];
		for (const other of others) if (!starts.some((start) => isSameLimb(start, other, limb))) starts.push(other);
		if (starts.length === 1) continue;
		const fits = starts.map((start) => {
			const tried = { ...state, pose: withLimb(state.pose, start, limb) };
			const { body, scan: unexplained } = runFitPass(fitter, fitter.coarse, scan, tried, prior, LIMB, limb);
			return { pose: tried.pose, cost: (body + unexplained) / 2 };
		});
		const best = fits.reduce((a, b) => (b.cost < a.cost - LEAST_GAIN ? b : a));
		state.pose.set(best.pose);
	}
}

function isSameLimb(a: Float64Array, b: Float64Array, limb: Uint8Array): boolean {
	return limb.every((moves, bone) => {
		if (moves === 0) return true;
		let trace = 0;
		for (let i = 0; i < 11; i++) if (i % 4 < 3) trace += a[12 * bone + i] * b[12 * bone + i];
		return (trace - 1) / 2 > SAME_TURN_COSINE;
	});
}

function withLimb(pose: Float64Array, from: Float64Array, limb: Uint8Array): Float64Array {
	return pose.map((value, i) => (limb[Math.floor(i / 12)] === 1 ? from[i] : value));
}
