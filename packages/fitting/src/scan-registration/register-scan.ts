import type { RegistrationPrior, RegistrationState } from "../registration/engine.js";
import { phenotypeIndex } from "../shape-parameters.js";
import { type CoarseAlignment, findCoarseAlignments, isSameOrientation } from "./coarse-alignment.js";
import type { ScanTarget } from "./correspondences.js";
import { type FitPass, runFitPass, startState, templatePrior } from "./fit-scan.js";
import { verticalExtent, withStature } from "./fitting-build.js";
import { restartLimbs } from "./limb-restarts.js";
import { createPointSet, normalizePoints, type PointSet } from "./point-set.js";
import { scanShapeCovariance } from "./scan-covariance.js";
import { evaluateScannedBody, type ScanFitter } from "./scan-fitter.js";
import { type BodyFromScan, createScanTarget, cropScan, frameOfAlignment, thinScan } from "./scan-frames.js";
import { prepareScan, type ScanMesh, type ScanSurface, sampleScan } from "./scan-surface.js";
import { guessUnit, SCAN_UNITS, type ScanUnit } from "./scan-units.js";
import { measureSurfaceDistance, type SurfaceDistance } from "./surface-distance.js";

/** What is known about a scan beforehand. */
export interface ScanOptions {
	/** Unit of the file; found out when left out. */
	readonly unit?: ScanUnit | undefined;
	/** Told what is going on. */
	readonly onStage?: ((stage: ScanStage) => void) | undefined;
}

export type ScanStage = "reading" | "orienting" | "fitting" | "refining" | "comparing";

/** A body fitted to a scan. */
export interface ScanRegistration {
	/** [SHAPE_COUNT] */
	readonly shape: Float64Array;
	/** [B*12] `root_relative_world`, in the body's frame */
	readonly pose: Float64Array;
	readonly bodyFromScan: BodyFromScan;
	/** Stature of the fitted body at rest. */
	readonly stature_m: number;
	/** [SHAPE_COUNT²] of the shape; grows with the distances that are left. */
	readonly covariance: Float64Array;
	readonly unit: ScanUnit;
	/** Units that would give a possible body too; empty when the unit was given. */
	readonly otherUnits: readonly ScanUnit[];
	/** Distances of the body's visible surface from the scan, and of the scan's points from the body. */
	readonly modelToScan: SurfaceDistance;
	readonly scanToModel: SurfaceDistance;
	readonly scan: ScanSurface;
	/** Costs of the best orientation and of the best different one, 0…1. */
	readonly cost: number;
	readonly runnerUpCost: number | null;
}

const COARSE_POINTS = 500;
const SCAN_POINTS = 6000;
/** Parts of a scan farther than this from the body do not pull at it. */
const WIDE_REACH_M = 0.2;
const CLOSE_REACH_M = 0.08;
/** A hand that a hole cut off is looked for this far from the body found without it. */
const LIMB_REACH_M = 0.3;
/** Triangles of quick looks. */
const THIN_CELL_M = 0.015;
/** Middle of the model's upper half of `muscle`. */
const MUSCULAR = 0.75;
/** A body this much larger or smaller than the template (logarithm) costs nothing extra; beyond it counts. */
const FREE_GROWTH = 0.15;
const GROWTH_COST = 0.4;

const QUICK: FitPass = {
	iterations: 10,
	firstReach_m: 0.15,
	lastReach_m: 0.05,
	sigma_m: 0.012,
	stride: 8,
	phenotypesOnly: true,
};
const WIDE: FitPass = {
	iterations: 10,
	firstReach_m: 0.08,
	lastReach_m: 0.03,
	sigma_m: 0.006,
	stride: 3,
	phenotypesOnly: false,
};
const CLOSE: FitPass = {
	iterations: 14,
	firstReach_m: 0.03,
	lastReach_m: 0.012,
	sigma_m: 0.003,
	stride: 1,
	phenotypesOnly: false,
};

interface Candidate {
	readonly alignment: CoarseAlignment;
	readonly scan: ScanSurface;
	readonly points: PointSet;
	readonly normalized: { readonly centre: Float64Array; readonly size: number };
	readonly unit: ScanUnit;
	readonly otherUnits: readonly ScanUnit[];
	/** Cost with what an unlikely size adds. */
	readonly rank: number;
}

/**
 * Fits a body to a scan of any topology, unit and orientation.
 *
 * @throws RangeError when the mesh is no scan of a body: too few points, or a size that no body has in any unit
 */
export function registerScan(fitter: ScanFitter, mesh: ScanMesh, options: ScanOptions = {}): ScanRegistration {
	const { onStage } = options;
	onStage?.("reading");
	const parts = prepareScan(mesh);
	onStage?.("orienting");
	const candidates = parts.flatMap((part) => listCandidates(fitter, part, options.unit));
	if (candidates.length === 0) {
		throw new RangeError("in no unit is anything in this mesh as large as a body");
	}
	candidates.sort((a, b) => a.rank - b.rank);
	const first = candidates[0];
	// Costs in metres compare only within one unit.
	const tried = candidates.filter(({ scan, unit }) => scan === first.scan && unit === first.unit);
	onStage?.("fitting");
	const fits = tried.map((candidate) => quickFit(fitter, candidate)).sort((a, b) => a.cost - b.cost);
	const best = fits[0];
	const otherWay = fits.find(
		({ candidate }) => !isSameOrientation(candidate.alignment.similarity, best.candidate.alignment.similarity),
	);
	onStage?.("refining");
	const { bodyFromScan, state, prior } = best;
	const { scan } = best.candidate;
	const near = (reach_m: number, wholePart: boolean): ScanTarget => {
		evaluateScannedBody(fitter, state.values, state.pose);
		return createScanTarget(cropScan(scan, bodyFromScan, fitter.tree, reach_m, wholePart), bodyFromScan, SCAN_POINTS);
	};
	restartLimbs(fitter, wholeTarget(fitter, best), state, prior, sameWayRound(fits, best));
	refineEitherBuild(fitter, near(WIDE_REACH_M, false), state, prior);
	runFitPass(fitter, fitter.fine, near(CLOSE_REACH_M, false), state, prior, CLOSE);
	onStage?.("comparing");
	const compared = near(CLOSE_REACH_M, true);
	const visible = fitter.pose.vertices.filter((_, i) => fitter.visible[Math.floor(i / 3)] === 1);
	const scanToModel = measureSurfaceDistance(compared.points, fitter.tree);
	// The solver assumed distances of CLOSE.sigma_m.
	const inflation = Math.max(1, (scanToModel.mean_mm / 1000 / CLOSE.sigma_m) ** 2);
	return {
		shape: state.values,
		pose: state.pose,
		bodyFromScan,
		stature_m: verticalExtent(fitter.shape.vertices),
		covariance: scanShapeCovariance(fitter.fine.engine, fitter.movingBones, inflation),
		unit: best.candidate.unit,
		otherUnits: best.candidate.otherUnits,
		modelToScan: measureSurfaceDistance(visible, compared.tree),
		scanToModel,
		scan,
		cost: best.cost,
		runnerUpCost: otherWay?.cost ?? null,
	};
}

/** All of a scan that may be the person's, hands that holes cut off included, thinned. */
function wholeTarget(fitter: ScanFitter, { candidate, bodyFromScan, state }: QuickFit): ScanTarget {
	evaluateScannedBody(fitter, state.values, state.pose);
	const whole = cropScan(candidate.scan, bodyFromScan, fitter.tree, LIMB_REACH_M, true);
	return createScanTarget(thinScan(whole, THIN_CELL_M / bodyFromScan.scale), bodyFromScan, SCAN_POINTS);
}

/** Poses of the other fits that see the body the same way round. */
function sameWayRound(fits: readonly QuickFit[], best: QuickFit): Float64Array[] {
	const own = best.candidate.alignment.similarity;
	return fits
		.filter((fit) => fit !== best && isSameOrientation(fit.candidate.alignment.similarity, own))
		.map((fit) => fit.state.pose);
}

/**
 * The wide pass, begun on both sides of average muscle; the better one stays. The model bends there, and pairs that slide
 * along a muscular body hold a soft one in place: from the wrong side, ICP hardly ever comes across.
 *
 * @param state moved in place
 */
function refineEitherBuild(
	fitter: ScanFitter,
	scan: ScanTarget,
	state: RegistrationState,
	prior: RegistrationPrior,
): void {
	const muscle = phenotypeIndex("muscle");
	const across = { values: state.values.slice(), pose: state.pose.slice(), logScale: state.logScale.slice() };
	across.values[muscle] = state.values[muscle] < 0.5 ? MUSCULAR : 1 - MUSCULAR;
	const [own, other] = [state, across].map((start) => {
		const { body, scan: unexplained } = runFitPass(fitter, fitter.coarse, scan, start, prior, WIDE);
		return body + unexplained;
	});
	if (other >= own) return;
	state.values.set(across.values);
	state.pose.set(across.pose);
}

function listCandidates(fitter: ScanFitter, scan: ScanSurface, unit: ScanUnit | undefined): Candidate[] {
	const { points, normals } = sampleScan(scan, COARSE_POINTS);
	const normalized = normalizePoints(points);
	const set = createPointSet(points, normals);
	return findCoarseAlignments(set, fitter.templates).flatMap((alignment): Candidate[] => {
		const { template, similarity, cost } = alignment;
		const stature = (normalized.size * similarity.scale * template.stature_m) / template.size;
		const guess = unit === undefined ? guessUnit(stature, template.statures_m) : { unit, alternatives: [] };
		if (guess === null) return [];
		const growth = Math.abs(Math.log((stature * SCAN_UNITS[guess.unit]) / template.stature_m));
		const rank = cost + GROWTH_COST * Math.max(0, growth - FREE_GROWTH);
		return [{ alignment, scan, points: set, normalized, unit: guess.unit, otherUnits: guess.alternatives, rank }];
	});
}

interface QuickFit {
	readonly candidate: Candidate;
	readonly bodyFromScan: BodyFromScan;
	readonly state: RegistrationState;
	readonly prior: ReturnType<typeof templatePrior>;
	readonly cost: number;
}

function quickFit(fitter: ScanFitter, candidate: Candidate): QuickFit {
	const { alignment, normalized, unit, scan } = candidate;
	const { bodyFromScan, growth } = frameOfAlignment(alignment, normalized, SCAN_UNITS[unit]);
	const template = withStature(fitter, alignment.template, growth * alignment.template.stature_m);
	const prior = templatePrior(fitter, template);
	const state = startState(fitter, template);
	evaluateScannedBody(fitter, state.values, state.pose);
	const thin: ScanTarget = createScanTarget(
		thinScan(scan, THIN_CELL_M / bodyFromScan.scale),
		bodyFromScan,
		SCAN_POINTS,
	);
	placeRoot(fitter, state, alignment.template, growth);
	const { body, scan: unexplained } = runFitPass(fitter, fitter.coarse, thin, state, prior, QUICK);
	const cost = (body + unexplained) / 2;
	return { candidate, bodyFromScan, state, prior, cost };
}

/** Lays the start's middle on where the template's middle is. */
function placeRoot(
	fitter: ScanFitter,
	state: RegistrationState,
	template: { readonly middle: Float64Array },
	growth: number,
): void {
	const { vertices } = fitter.pose;
	const middle = [0, 0, 0];
	for (let a = 0; a < 3; a++) {
		let low = Number.POSITIVE_INFINITY;
		let high = Number.NEGATIVE_INFINITY;
		for (let i = a; i < vertices.length; i += 3) {
			low = Math.min(low, vertices[i]);
			high = Math.max(high, vertices[i]);
		}
		middle[a] = (low + high) / 2;
	}
	for (let a = 0; a < 3; a++) state.pose[4 * a + 3] += growth * template.middle[a] - middle[a];
}
