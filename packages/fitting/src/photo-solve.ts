import { measureBody } from "@anny-fitter/anthropometry";
import { focalPrior } from "@anny-fitter/camera";
import { choleskyFactor } from "@anny-fitter/math";
import type { SolverSummary } from "@anny-fitter/solver";
import { minimizeLeastSquares } from "@anny-fitter/solver";
import { type BodyPoints, createBodyPoints, evaluateBodyPoints } from "./body-points.js";
import { CLOTH, CLOTH_PRIOR, SHARED_COUNT } from "./cloth.js";
import { findDepthTerms } from "./depth-terms.js";
import type { PhotoFit, PhotoFitOptions, PhotoFitStep } from "./fit-photos.js";
import { describeView, rasterizeBody, type SeenBody, seeBody } from "./fitted-view.js";
import { LANDMARK_ANCHORS, landmarkTerms } from "./landmark-anchors.js";
import type { MaskField } from "./mask.js";
import type { PhotoObservation, StatedBody } from "./observation.js";
import { answerOutline, faceOutline } from "./outline.js";
import type { PhotoFitter } from "./photo-fitter.js";
import { evaluateFitterShape, extremeVertices, statureOf } from "./photo-fitter.js";
import type { RimTerm, SilhouetteTerms, StatedQuantities, ViewTerms } from "./photo-problem.js";
import { PhotoProblem } from "./photo-problem.js";
import type { PhotoPrior } from "./prior/photo-prior.js";
import { bodyMass, rememberQuantities, statedQuantities, tangentQuantities } from "./quantities.js";
import { phenotypeIndex, SHAPE_COUNT } from "./shape-parameters.js";
import { signedDistanceField } from "./signed-distance.js";
import { findRim } from "./silhouette.js";
import { poseSigmas, startPose } from "./start-pose.js";
import { skinSurface } from "./surface-point.js";
import { startYaws, withSidesOf } from "./view-direction.js";
import { POSE, TRANSLATION, VIEW_COUNT } from "./view-parameters.js";

/** A stated stature is nearly exact: a person measured against a wall. */
const STATURE_SIGMA_M = 0.002;

/** Both sides of the kink at average muscle. */
const MUSCLE_STARTS = [0.25, 0.7] as const;

/** A silhouette's hundreds of correlated rim points count as this many independent ones. */
const SILHOUETTE_EFFECTIVE_POINTS = 150;
/** Weight where the outline lies beyond body and expected cloth: hair, coats and bags are outside, never inside. */
const OUTSIDE_FACTOR = 0.5;

/** The body's own field is asked near its outline only; mask pixels. */
const BODY_FIELD_MARGIN = 8;

const POSE_SIGMA = poseSigmas();

/** One way in which a photo's solve may start. */
interface ViewStart {
	/** [3] metres */
	readonly translation: Float64Array;
	readonly view: ViewTerms;
}

interface SolveRound {
	readonly maxIterations: number;
	readonly holdShape?: boolean;
	/** Go on to the end, with stated mass and tapes evaluated at every step instead of along their tangents. */
	readonly exact?: boolean;
}

/**
 * A round ends with a step that lowers the cost by less than this fraction. Anny's kinks make small steps that large ones
 * follow, so the last round asks for more: with 1e-4 the waists of a person's retakes scattered by 8 mm instead of 6.
 */
const COST_TOLERANCE = 1e-4;
const LAST_COST_TOLERANCE = 1e-6;
/** Stated values alone only give the photos a start. */
const START_COST_TOLERANCE = 3e-3;

/** One solve from one age anchor: the state that the stages hand on. */
export class PhotoSolve {
	readonly #fitter: PhotoFitter;
	readonly #observations: readonly PhotoObservation[];
	readonly #stated: StatedBody;
	readonly #prior: PhotoPrior;
	readonly #options: PhotoFitOptions;
	#views: ViewTerms[] = [];
	#x: Float64Array;
	#iterations = 0;
	#last: SolverSummary | null = null;

	constructor(
		fitter: PhotoFitter,
		observations: readonly PhotoObservation[],
		stated: StatedBody,
		prior: PhotoPrior,
		options: PhotoFitOptions,
	) {
		this.#fitter = fitter;
		this.#observations = observations;
		this.#stated = stated;
		this.#prior = prior;
		this.#options = options;
		this.#x = new Float64Array(SHARED_COUNT + VIEW_COUNT * observations.length);
		this.#x.set(prior.mean);
		this.#x.set(CLOTH_PRIOR.mean, CLOTH);
	}

	/** Stages before the silhouettes, one step per solver run. Returns their {@link surprise}. */
	*solveLandmarks(): Generator<PhotoFitStep, number> {
		yield { stage: "stated", fraction: 0 };
		this.#solveStated();
		if (this.#observations.length > 0) {
			yield { stage: "cameras", fraction: 0.2 };
			this.#startViews();
			this.#run({ maxIterations: 25, holdShape: true });
			for (let round = 0; round < 2; round++) {
				yield { stage: "landmarks", fraction: 0.65 + 0.15 * round };
				this.#run({ maxIterations: 6 });
			}
		}
		return this.surprise();
	}

	/**
	 * −ln of the probability of what was seen under this solve's prior, up to a constant: cost and Occam factor by Laplace's
	 * approximation (MacKay 2003, chapter 28). Infinity when nothing was solved.
	 */
	surprise(): number {
		const last = this.#last;
		if (!last) return Infinity;
		const joint = new Float64Array(SHARED_COUNT * SHARED_COUNT);
		if (!last.equations.sharedCovariance(joint)) return Infinity;
		const posterior = leadingBlock(joint, SHARED_COUNT, SHAPE_COUNT);
		choleskyFactor(posterior, SHAPE_COUNT);
		let logDeterminant = 0;
		for (let i = 0; i < SHAPE_COUNT; i++) logDeterminant += 2 * Math.log(posterior[i * SHAPE_COUNT + i]);
		return (last.costHistory.at(-1) ?? Infinity) + 0.5 * (this.#prior.logDeterminant - logDeterminant);
	}

	/**
	 * One round with silhouettes and depth maps; the last one ends where the solver arrives.
	 *
	 * @param masks of the photos, null where there is none
	 */
	solveOutlines(masks: readonly (MaskField | null)[], isLast: boolean): void {
		for (const i of this.#views.keys()) {
			if (this.#options.signal?.aborted) break;
			const seen = seeBody(this.#fitter, this.#views[i], this.#x, i);
			const silhouette = this.#silhouetteTerms(seen, masks[i]);
			const depth = findDepthTerms(this.#fitter, seen, this.#observations[i]);
			this.#views[i] = { ...this.#views[i], silhouette, depth };
		}
		this.#run({ maxIterations: isLast ? 60 : 5, exact: isLast });
	}

	/**
	 * Prior and stated values only. Anny has a kink at average muscle, which stops a solver on the wrong side: it starts on
	 * both, and the cheaper end counts.
	 */
	#solveStated(): void {
		let best: SolverSummary | null = null;
		for (const muscle of MUSCLE_STARTS) {
			const start = this.#x.slice(0, SHARED_COUNT);
			start[phenotypeIndex("muscle")] = muscle;
			const summary = this.#solveStatedFrom(start);
			if (!best || (summary.costHistory.at(-1) ?? 0) < (best.costHistory.at(-1) ?? 0)) best = summary;
		}
		if (best) this.#x.set(best.x);
		this.#last = best;
	}

	#solveStatedFrom(start: Float64Array): SolverSummary {
		const { signal } = this.#options;
		const summary = minimizeLeastSquares(this.#problem(start, [], true), start, {
			maxIterations: 20,
			costTolerance: START_COST_TOLERANCE,
			...(signal ? { signal } : {}),
		});
		this.#iterations += summary.iterations;
		return summary;
	}

	#startViews(): void {
		const { articulation, model } = this.#fitter;
		evaluateFitterShape(this.#fitter, this.#x);
		const { shape } = this.#fitter;
		const points = createBodyPoints(model, articulation, [], ...extremeVertices(shape.vertices));
		evaluateBodyPoints(points, this.#x, false);
		this.#views = this.#observations.map((seen, i) => {
			const offset = SHARED_COUNT + VIEW_COUNT * i;
			const starts = startYaws(seen, seen.statedView ?? null).map((yaw) => this.#startView(seen, points, yaw));
			const best = starts.length === 1 ? starts[0] : cheapest(starts, (start) => this.#tryStart(start));
			this.#x.set(best.translation, offset + TRANSLATION);
			this.#x.set(best.view.poseMean, offset + POSE);
			return best.view;
		});
	}

	#startView(observed: PhotoObservation, points: BodyPoints, yaw_rad: number): ViewStart {
		const seen = withSidesOf(observed, yaw_rad);
		const { width_px, height_px } = seen;
		const focal = focalPrior(seen.focal_px, width_px, height_px);
		const start = startPose(
			this.#fitter.articulation,
			points.heads,
			seen.body,
			seen.bodyWorld,
			focal.focal_px,
			width_px,
			height_px,
			yaw_rad,
		);
		const stature_px = (focal.focal_px * points.stature) / start.translation[2];
		return {
			translation: start.translation,
			view: {
				width_px,
				height_px,
				focal_px: focal.focal_px,
				sigmaLogFocal: focal.sigmaLog,
				startRotation: start.rotation,
				poseMean: start.rotations,
				poseSigma: POSE_SIGMA,
				landmarks: landmarkTerms(seen, stature_px, this.#options.anchors ?? LANDMARK_ANCHORS),
				silhouette: null,
				depth: null,
			},
		};
	}

	/** Cost of a view whose camera and pose were solved from a start with the shape held. */
	#tryStart({ view, translation }: ViewStart): number {
		const x = new Float64Array(SHARED_COUNT + VIEW_COUNT);
		x.set(this.#x.subarray(0, SHARED_COUNT));
		x.set(translation, SHARED_COUNT + TRANSLATION);
		x.set(view.poseMean, SHARED_COUNT + POSE);
		const hold = new Uint8Array(x.length).fill(1, 0, SHARED_COUNT);
		const problem = this.#problem(x, [], false, [view]);
		const summary = minimizeLeastSquares(problem, x, { maxIterations: 10, hold, costTolerance: 1e-3 });
		this.#iterations += summary.iterations;
		return summary.costHistory.at(-1) ?? Infinity;
	}

	#run({ maxIterations, holdShape = false, exact = false }: SolveRound): void {
		const surface = this.#views.flatMap(({ silhouette, depth }) =>
			[...(silhouette?.rims ?? []), ...(depth?.points ?? [])].map((point) => point.surface),
		);
		const problem = this.#problem(this.#x, surface, exact);
		const hold = new Uint8Array(this.#x.length);
		if (holdShape) hold.fill(1, 0, SHARED_COUNT);
		const summary = minimizeLeastSquares(problem, this.#x, {
			maxIterations,
			hold,
			costTolerance: exact ? LAST_COST_TOLERANCE : COST_TOLERANCE,
			...(this.#options.signal ? { signal: this.#options.signal } : {}),
		});
		this.#x = summary.x;
		this.#iterations += summary.iterations;
		this.#last = summary;
	}

	/** The problem around `x`; `surface` lists the vertices of rims and depths of all views one after the other. */
	#problem(x: Float64Array, surface: readonly number[], exact: boolean, of = this.#views): PhotoProblem {
		const { articulation, model, shape } = this.#fitter;
		const { stature_m, sigmas } = this.#stated;
		const quantities = this.#quantities(x, exact);
		evaluateFitterShape(this.#fitter, x);
		let next = 0;
		const views = of.map((view): ViewTerms => {
			const { silhouette, depth } = view;
			return {
				...view,
				silhouette: silhouette && { ...silhouette, rims: silhouette.rims.map((rim) => ({ ...rim, surface: next++ })) },
				depth: depth && { ...depth, points: depth.points.map((point) => ({ ...point, surface: next++ })) },
			};
		});
		return new PhotoProblem({
			articulation,
			points: createBodyPoints(model, articulation, surface, ...extremeVertices(shape.vertices)),
			prior: this.#prior,
			cloth: CLOTH_PRIOR,
			stature: stature_m === null ? null : { value_m: stature_m, sigma_m: sigmas?.stature ?? STATURE_SIGMA_M },
			quantities,
			views,
		});
	}

	/**
	 * What was stated besides the stature, followed along tangents, or by `exact` values where the solver has to arrive:
	 * Anny's kinks can make a tangent miss by kilograms and centimetres.
	 */
	#quantities(x: Float64Array, exact: boolean): StatedQuantities | null {
		const stated = statedQuantities(this.#fitter, this.#stated);
		if (stated === null) return null;
		return exact ? rememberQuantities(stated) : tangentQuantities(stated, x);
	}

	/** Rim of the current body against the photo's mask. `surface` holds model vertices until the problem is built. */
	#silhouetteTerms(seen: SeenBody, masked: MaskField | null | undefined): SilhouetteTerms | null {
		if (!masked) return null;
		const { mask, field } = masked;
		const { skin, topology } = this.#fitter;
		const silhouette = rasterizeBody(this.#fitter, seen, mask);
		const bodyField = signedDistanceField(silhouette, mask.width, mask.height, BODY_FIELD_MARGIN);
		const rim = findRim(topology, skin, seen.cameraVertices, bodyField, seen.focal_px * mask.scale);
		const outline = { field, regions: mask.regions };
		// Both ways count the same: rim to outline and outline to rim.
		const answers = [faceOutline(outline, rim), answerOutline(outline, rim)].flatMap((list) =>
			list.map((answer) => ({ ...answer, weight: (0.5 * SILHOUETTE_EFFECTIVE_POINTS) / list.length })),
		);
		const { points, joints, weights } = skinSurface(
			skin,
			answers.map((answer) => answer.rim.vertex),
		);
		const rims = answers.map(({ rim: at, kind, line, weight }, i): RimTerm => {
			const { own, pixelsPerMetre, sigma } = at;
			return { ...points[i], own, part: kind === "skin" ? -1 : at.part, pixelsPerMetre, sigma, line, weight };
		});
		return { field, scale: mask.scale, rims, joints, weights, outsideFactor: OUTSIDE_FACTOR };
	}

	/** Fitted values of the stated tapes; `fitter.shape` must hold the shape. */
	#measureStated(): Record<string, number> {
		const ids = Object.keys(this.#stated.measures_m);
		if (ids.length === 0) return {};
		const tapes = measureBody(this.#fitter.measurer, this.#fitter.shape, ids);
		return Object.fromEntries(Array.from(tapes, ([id, { value_m }]) => [id, value_m]));
	}

	/**
	 * The fit as it stands.
	 *
	 * @param masks those of {@link solveOutlines}
	 */
	finish(masks: readonly (MaskField | null)[]): PhotoFit {
		const last = this.#last;
		if (!last) throw new RangeError("Nothing was solved.");
		const views = this.#views.map((view, i) => describeView(this.#fitter, view, masks[i], this.#x, i));
		evaluateFitterShape(this.#fitter, this.#x);
		const joint = new Float64Array(SHARED_COUNT * SHARED_COUNT);
		// A body behind the camera, or a shape that nothing determines: what is left is the prior.
		const isDetermined = last.stopReason !== "infeasible_start" && last.equations.sharedCovariance(joint);
		const covariance = isDetermined ? leadingBlock(joint, SHARED_COUNT, SHAPE_COUNT) : this.#prior.covariance;
		return {
			shape: this.#x.slice(0, SHAPE_COUNT),
			covariance,
			prior: this.#prior,
			stature_m: statureOf(this.#fitter.shape.vertices),
			mass_kg: bodyMass(this.#fitter),
			statedTapes_m: this.#measureStated(),
			mapped: null,
			views,
			// Rounds that end on their iteration cap after a small last gain have arrived for every practical purpose.
			converged:
				isDetermined &&
				last.stopReason !== "aborted" &&
				(last.converged || last.stopReason === "no_progress" || lastGain(last) < 1e-3),
			stopReason: last.stopReason,
			iterations: this.#iterations,
			finalCost: last.costHistory.at(-1) ?? 0,
		};
	}
}

/** The first `count` rows and columns of an [n*n] matrix. */
function leadingBlock(matrix: Float64Array, n: number, count: number): Float64Array {
	const out = new Float64Array(count * count);
	for (let i = 0; i < count; i++) out.set(matrix.subarray(i * n, i * n + count), i * count);
	return out;
}

function lastGain(summary: SolverSummary): number {
	const [before, after] = summary.costHistory.slice(-2);
	return after === undefined ? 0 : (before - after) / before;
}

/** The element with the least cost; the first of equals. */
function cheapest<T>(items: readonly T[], cost: (item: T) => number): T {
	const costs = items.map(cost);
	return items[costs.indexOf(Math.min(...costs))];
}
