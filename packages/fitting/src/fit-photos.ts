import { annyAgeFromYears } from "@anny-fitter/body-model";
import { focalPrior } from "@anny-fitter/camera";
import { multiplyRotations, rotationFromVector } from "@anny-fitter/math";
import { rasterizeSilhouette } from "@anny-fitter/mesh";
import type { SolverSummary } from "@anny-fitter/solver";
import { minimizeLeastSquares } from "@anny-fitter/solver";
import { ARTICULATED_BONES } from "./articulation.js";
import { createBodyPoints, evaluateBodyPoints } from "./body-points.js";
import type { LandmarkAnchor } from "./landmark-anchors.js";
import { LANDMARK_ANCHORS } from "./landmark-anchors.js";
import type { WorkingMask } from "./mask.js";
import { createWorkingMask } from "./mask.js";
import type { PhotoFitter } from "./photo-fitter.js";
import { evaluateFitterPose, evaluateFitterShape } from "./photo-fitter.js";
import type { LandmarkTerm, SilhouetteTerms, StatedQuantity, ViewTerms } from "./photo-problem.js";
import { PhotoProblem } from "./photo-problem.js";
import { bodyMass, differentiateMeasures, logMassQuantity, tangentOf, tangentQuantity } from "./quantities.js";
import type { Sex, ShapePrior } from "./shape-parameters.js";
import { phenotypeIndex, SHAPE_COUNT, shapePrior } from "./shape-parameters.js";
import type { SignedDistanceField } from "./signed-distance.js";
import { signedDistanceField } from "./signed-distance.js";
import { findRim, intersectionOverUnion } from "./silhouette.js";
import { poseSigmas, startPose } from "./start-pose.js";
import { LOG_FOCAL, POSE, ROOT_ROTATION, TRANSLATION, VIEW_COUNT } from "./view-parameters.js";

/** What perception saw in one photo. Pixels are those of the upright photo. */
export interface PhotoObservation {
	readonly width_px: number;
	readonly height_px: number;
	/** Focal length from EXIF in these pixels, or null. */
	readonly focal_px: number | null;
	/** [33*5] MediaPipe pose landmarks: x, y, z (px), visibility, presence */
	readonly body: Float64Array;
	/** [33*3] MediaPipe world landmarks, metres */
	readonly bodyWorld: Float64Array;
	/** [width*height] person mask 0…1, or null when there is none */
	readonly mask: Float32Array | null;
}

/** What the user says about the person. Null where unknown. */
export interface StatedBody {
	readonly stature_m: number | null;
	readonly mass_kg: number | null;
	readonly age_years: number | null;
	readonly sex: Sex;
	/** Tape measurements by id, metres. */
	readonly measures_m: Readonly<Record<string, number>>;
}

export interface PhotoFitOptions {
	readonly signal?: { readonly aborted: boolean };
	readonly onProgress?: (stage: PhotoFitStage, fraction: number) => void;
	/** Landmark places; the calibrated ones by default. */
	readonly anchors?: readonly LandmarkAnchor[];
}

export type PhotoFitStage = "stated" | "cameras" | "landmarks" | "silhouettes";

export interface FittedView {
	readonly width_px: number;
	readonly height_px: number;
	readonly focal_px: number;
	/** [12] row-major 3×4, camera from body: the view's world frame is the body's own */
	readonly cameraFromBody: Float64Array;
	/** rotation vectors of the articulated bones, radians */
	readonly rotations: Float64Array;
	/** Yaw of the body, degrees: 0 faces the camera, 90 shows the person's right side, 180 the back. */
	readonly yaw_deg: number;
	/** Landmarks that took part, where the photo has them and where the fitted body has them. */
	readonly landmarks: readonly FittedLandmark[];
	/** Weighted root mean square distance between the two, pixels of the photo; null without landmarks. */
	readonly reprojection_px: number | null;
	/** The person's stature in the photo, pixels. */
	readonly stature_px: number;
	/** Overlap of body and person mask (cloth and hair included), null without a mask. */
	readonly silhouetteIou: number | null;
}

export interface FittedLandmark {
	readonly name: string;
	readonly image_px: readonly [number, number];
	readonly projected_px: readonly [number, number];
	readonly weight: number;
}

export interface PhotoFit {
	/** [SHAPE_COUNT] fitted shape and its posterior covariance [SHAPE_COUNT²] */
	readonly shape: Float64Array;
	readonly covariance: Float64Array;
	readonly prior: ShapePrior;
	readonly stature_m: number;
	readonly mass_kg: number;
	readonly views: readonly FittedView[];
	readonly converged: boolean;
	readonly stopReason: SolverSummary["stopReason"];
	readonly iterations: number;
	readonly finalCost: number;
}

/** A stated stature is nearly exact: a person measured against a wall. */
const STATURE_SIGMA_M = 0.002;
/** A stated weight holds to about a kilogram. */
const massSigma = (mass_kg: number): number => Math.min(1, 0.015 * mass_kg);
/** A stated tape measure is to be met, about as well as trained hands repeat it, as a fraction of the girth. */
const STATED_MEASURE_SIGMA = 0.005;

/** Anny ages tried when no age is stated, with how much likelier an adult is (cost units): see {@link fitPhotos}. */
const AGE_ANCHORS_YEARS: readonly { readonly years: number; readonly sigma: number; readonly penalty: number }[] = [
	{ years: 35, sigma: 0.06, penalty: 0 },
	{ years: 11, sigma: 0.07, penalty: 4 },
	{ years: 4, sigma: 0.07, penalty: 5 },
];

/** Both sides of the kink at average muscle. */
const MUSCLE_STARTS = [0.25, 0.7] as const;

/** A silhouette's hundreds of correlated rim points count as this many independent ones. */
const SILHOUETTE_EFFECTIVE_POINTS = 60;
/** Weight where the outline lies beyond body and expected cloth: hair, coats and bags are outside, never inside. */
const OUTSIDE_FACTOR = 1 / 3;

/**
 * Fits one body to photos of a person: shared shape, and camera and pose per photo, by Levenberg–Marquardt.
 *
 * Stages: stated values and prior alone; cameras and poses from landmarks; everything from landmarks; everything with
 * silhouettes. Without a stated age the landmark stage is run from several age anchors and the cheapest wins.
 * Without photos the result is the body of the stated values, the fallback when photos cannot be used.
 *
 * Aborting through `options.signal` returns the state reached, with stop reason "aborted".
 */
export function fitPhotos(
	fitter: PhotoFitter,
	observations: readonly PhotoObservation[],
	stated: StatedBody,
	options: PhotoFitOptions = {},
): PhotoFit {
	const looksGrown = (stated.stature_m ?? 0) > 1.55 || (stated.mass_kg ?? 0) > 50;
	const anchors =
		stated.age_years !== null
			? [{ years: stated.age_years, sigma: 0.01, penalty: 0 }]
			: looksGrown || observations.length === 0
				? AGE_ANCHORS_YEARS.slice(0, 1)
				: AGE_ANCHORS_YEARS;
	let best: PhotoSolve | null = null;
	let bestCost = Infinity;
	for (const anchor of anchors) {
		const prior = shapePrior(stated.sex, annyAgeFromYears(anchor.years), anchor.sigma);
		const solve = new PhotoSolve(fitter, observations, stated, prior, options);
		const cost = solve.solveLandmarks() + anchor.penalty;
		if (cost < bestCost) {
			best = solve;
			bestCost = cost;
		}
	}
	if (!best) throw new RangeError("There must be at least one age anchor.");
	return best.solveSilhouettes();
}

/** One solve from one age anchor: the state that the stages hand on. */
class PhotoSolve {
	readonly #fitter: PhotoFitter;
	readonly #observations: readonly PhotoObservation[];
	readonly #stated: StatedBody;
	readonly #prior: ShapePrior;
	readonly #options: PhotoFitOptions;
	readonly #masks: (MaskField | null)[] = [];
	#views: ViewTerms[] = [];
	#x: Float64Array;
	#iterations = 0;
	#last: SolverSummary | null = null;

	constructor(
		fitter: PhotoFitter,
		observations: readonly PhotoObservation[],
		stated: StatedBody,
		prior: ShapePrior,
		options: PhotoFitOptions,
	) {
		this.#fitter = fitter;
		this.#observations = observations;
		this.#stated = stated;
		this.#prior = prior;
		this.#options = options;
		this.#x = new Float64Array(SHAPE_COUNT + VIEW_COUNT * observations.length);
		this.#x.set(prior.mean);
	}

	/** Stages without silhouettes. Returns the cost reached. */
	solveLandmarks(): number {
		const progress = this.#options.onProgress;
		progress?.("stated", 0);
		this.#solveStated();
		if (this.#observations.length > 0) {
			progress?.("cameras", 0.1);
			this.#startViews();
			this.#run({ maxIterations: 25, holdShape: true });
			progress?.("landmarks", 0.3);
			for (let round = 0; round < 2; round++) this.#run({ maxIterations: 6 });
		}
		return this.#last?.costHistory.at(-1) ?? 0;
	}

	solveSilhouettes(): PhotoFit {
		const rounds = 4;
		for (let round = 0; round < rounds && this.#observations.length > 0; round++) {
			this.#options.onProgress?.("silhouettes", 0.45 + (0.5 * round) / rounds);
			this.#views = this.#views.map((view, i) => ({ ...view, silhouette: this.#silhouetteTerms(i) }));
			const isLast = round === rounds - 1;
			this.#run({ maxIterations: isLast ? 15 : 5, exact: isLast });
		}
		return this.#finish();
	}

	/**
	 * Prior and stated values only. Anny has a kink at average muscle, which stops a solver on the wrong side: it starts on
	 * both, and the cheaper end counts. Tape measures are re-linearised until they hold.
	 */
	#solveStated(): void {
		let best: SolverSummary | null = null;
		for (const muscle of MUSCLE_STARTS) {
			const start = this.#x.slice(0, SHAPE_COUNT);
			start[phenotypeIndex("muscle")] = muscle;
			const summary = this.#solveStatedFrom(start);
			if (!best || (summary.costHistory.at(-1) ?? 0) < (best.costHistory.at(-1) ?? 0)) best = summary;
		}
		if (best) this.#x.set(best.x);
		this.#last = best;
	}

	#solveStatedFrom(start: Float64Array): SolverSummary {
		const rounds = Object.keys(this.#stated.measures_m).length > 0 ? 6 : 1;
		let x = start;
		for (let round = 1; ; round++) {
			const summary = minimizeLeastSquares(this.#problem(x, [], true), x, { maxIterations: 20, costTolerance: 1e-4 });
			this.#iterations += summary.iterations;
			const moved = summary.x.some((v, i) => Math.abs(v - x[i]) > 1e-3);
			if (round >= rounds || !moved) return summary;
			x = summary.x;
		}
	}

	#startViews(): void {
		const { articulation, model } = this.#fitter;
		evaluateFitterShape(this.#fitter, this.#x);
		const { shape } = this.#fitter;
		const points = createBodyPoints(model, articulation, [], ...extremeVertices(shape.vertices));
		evaluateBodyPoints(points, this.#x, false);
		const poseSigma = poseSigmas();
		this.#views = this.#observations.map((seen, i) => {
			const focal = focalPrior(seen.focal_px, seen.width_px, seen.height_px);
			const start = startPose(
				articulation,
				points.heads,
				seen.body,
				seen.bodyWorld,
				focal.focal_px,
				seen.width_px,
				seen.height_px,
			);
			const offset = SHAPE_COUNT + VIEW_COUNT * i;
			this.#x.set(start.translation, offset + TRANSLATION);
			this.#x.set(start.rotations, offset + POSE);
			const mask = seen.mask ? createWorkingMask(seen.mask, seen.width_px, seen.height_px) : null;
			this.#masks.push(mask && { mask, field: signedDistanceField(mask.inside, mask.width, mask.height) });
			const height_px = (focal.focal_px * points.stature) / start.translation[2];
			return {
				width_px: seen.width_px,
				height_px: seen.height_px,
				focal_px: focal.focal_px,
				sigmaLogFocal: focal.sigmaLog,
				startRotation: start.rotation,
				poseMean: start.rotations,
				poseSigma,
				landmarks: landmarkTerms(seen, height_px, this.#options.anchors ?? LANDMARK_ANCHORS),
				silhouette: null,
			};
		});
	}

	#run({ maxIterations, holdShape = false, exact = false }: SolveRound): void {
		const surface: number[] = this.#views.flatMap((v) => v.silhouette?.rims.map((r) => r.surface) ?? []);
		const problem = this.#problem(this.#x, surface, exact);
		const hold = new Uint8Array(this.#x.length);
		if (holdShape) hold.fill(1, 0, SHAPE_COUNT);
		const summary = minimizeLeastSquares(problem, this.#x, {
			maxIterations,
			hold,
			costTolerance: 1e-4,
			...(this.#options.signal ? { signal: this.#options.signal } : {}),
		});
		this.#x = summary.x;
		this.#iterations += summary.iterations;
		this.#last = summary;
	}

	/** The problem around `x`; `surface` lists the rim vertices of all views one after the other. */
	#problem(x: Float64Array, surface: readonly number[], exact: boolean): PhotoProblem {
		const { articulation, model, shape } = this.#fitter;
		const quantities = this.#quantities(x, exact);
		evaluateFitterShape(this.#fitter, x);
		let next = 0;
		const views = this.#views.map((view): ViewTerms => {
			if (!view.silhouette) return view;
			const rims = view.silhouette.rims.map((rim) => ({ ...rim, surface: next++ }));
			return { ...view, silhouette: { ...view.silhouette, rims } };
		});
		return new PhotoProblem({
			articulation,
			points: createBodyPoints(model, articulation, surface, ...extremeVertices(shape.vertices)),
			prior: this.#prior,
			stature: this.#stated.stature_m === null ? null : { value_m: this.#stated.stature_m, sigma_m: STATURE_SIGMA_M },
			quantities,
			views,
		});
	}

	/**
	 * What was stated besides the stature. Tape measures are followed along their tangent; so is the mass, unless it is to
	 * be `exact`: Anny's kinks can make a tangent miss by kilograms.
	 */
	#quantities(x: Float64Array, exact: boolean): StatedQuantity[] {
		const { mass_kg, measures_m } = this.#stated;
		const out: StatedQuantity[] = [];
		if (mass_kg !== null) {
			const mass = logMassQuantity(this.#fitter, mass_kg, massSigma(mass_kg));
			out.push(exact ? mass : tangentOf(mass, x));
		}
		const ids = Object.keys(measures_m);
		if (ids.length > 0) {
			const tapes = differentiateMeasures(this.#fitter, x, this.#prior.upper, ids);
			for (const [id, { value_m, gradient }] of tapes) {
				const target = measures_m[id];
				out.push(tangentQuantity(value_m, gradient, x, target, STATED_MEASURE_SIGMA * target));
			}
		}
		return out;
	}

	/** Rim of the current body against the photo's mask. `surface` holds model vertices until the problem is built. */
	#silhouetteTerms(i: number): SilhouetteTerms | null {
		const masked = this.#masks[i];
		if (!masked) return null;
		const { mask, field } = masked;
		const { skin, topology } = this.#fitter;
		const { vertices, focal } = this.#cameraVertices(i);
		const silhouette = this.#rasterize(vertices, focal * mask.scale, mask);
		const bodyField = signedDistanceField(silhouette, mask.width, mask.height);
		const rim = findRim(topology, skin, vertices, bodyField, focal * mask.scale);
		const joints: number[] = [];
		const weights: number[] = [];
		const rims = rim.map(({ vertex, clothOffset, sigma }) => {
			const first = joints.length;
			for (let k = skin.offsets[vertex]; k < skin.offsets[vertex + 1]; k++) {
				joints.push(skin.joints[k]);
				weights.push(skin.weights[k]);
			}
			return { surface: vertex, first, last: joints.length, offset: clothOffset, sigma };
		});
		return {
			field,
			scale: mask.scale,
			rims,
			joints: Int8Array.from(joints),
			weights: Float64Array.from(weights),
			weight: Math.min(1, SILHOUETTE_EFFECTIVE_POINTS / Math.max(1, rims.length)),
			outsideFactor: OUTSIDE_FACTOR,
		};
	}

	/** Posed vertices of the current state in a view's camera frame. */
	#cameraVertices(i: number): { vertices: Float64Array; focal: number; cameraFromBody: Float64Array } {
		const view = this.#views[i];
		const offset = SHAPE_COUNT + VIEW_COUNT * i;
		evaluateFitterShape(this.#fitter, this.#x);
		evaluateFitterPose(this.#fitter, this.#x, offset + POSE);
		const turn = new Float64Array(9);
		const r = new Float64Array(9);
		rotationFromVector(turn, this.#x, offset + ROOT_ROTATION);
		multiplyRotations(r, turn, view.startRotation);
		const t = this.#x.subarray(offset + TRANSLATION, offset + TRANSLATION + 3);
		const cameraFromBody = Float64Array.of(...[0, 1, 2].flatMap((k) => [r[3 * k], r[3 * k + 1], r[3 * k + 2], t[k]]));
		const posed = this.#fitter.pose.vertices;
		const vertices = new Float64Array(posed.length);
		for (let v = 0; v < posed.length; v += 3) {
			for (let k = 0; k < 3; k++) {
				vertices[v + k] = r[3 * k] * posed[v] + r[3 * k + 1] * posed[v + 1] + r[3 * k + 2] * posed[v + 2] + t[k];
			}
		}
		return { vertices, focal: view.focal_px * Math.exp(this.#x[offset + LOG_FOCAL]), cameraFromBody };
	}

	#rasterize(vertices: Float64Array, focal: number, mask: WorkingMask): Uint8Array {
		const out = new Uint8Array(mask.width * mask.height);
		const camera = {
			width: mask.width,
			height: mask.height,
			focal_px: focal,
			cx_px: mask.width / 2,
			cy_px: mask.height / 2,
		};
		rasterizeSilhouette(out, { vertices, triangles: this.#fitter.model.triangles }, camera);
		return out;
	}

	#finish(): PhotoFit {
		const last = this.#last;
		if (!last) throw new RangeError("Nothing was solved.");
		const views = this.#observations.map((seen, i) => this.#describeView(seen, i));
		evaluateFitterShape(this.#fitter, this.#x);
		const covariance = new Float64Array(SHAPE_COUNT * SHAPE_COUNT);
		const determined = last.equations.sharedCovariance(covariance);
		return {
			shape: this.#x.slice(0, SHAPE_COUNT),
			covariance,
			prior: this.#prior,
			stature_m: statureOf(this.#fitter.shape.vertices),
			mass_kg: bodyMass(this.#fitter),
			views,
			// Rounds that end on their iteration cap after a small last gain have arrived for every practical purpose.
			converged:
				determined &&
				last.stopReason !== "aborted" &&
				(last.converged || last.stopReason === "no_progress" || lastGain(last) < 1e-3),
			stopReason: last.stopReason,
			iterations: this.#iterations,
			finalCost: last.costHistory.at(-1) ?? 0,
		};
	}

	#describeView(seen: PhotoObservation, i: number): FittedView {
		const offset = SHAPE_COUNT + VIEW_COUNT * i;
		const { vertices, focal, cameraFromBody } = this.#cameraVertices(i);
		const masked = this.#masks[i];
		const stature = statureOf(this.#fitter.shape.vertices);
		const landmarks = this.#describeLandmarks(i, cameraFromBody, focal, stature);
		// Where the body's front (−Y) points, seen from above: towards the camera is −z.
		const front = [-cameraFromBody[1], -cameraFromBody[5], -cameraFromBody[9]];
		return {
			width_px: seen.width_px,
			height_px: seen.height_px,
			focal_px: focal,
			cameraFromBody,
			rotations: this.#x.slice(offset + POSE, offset + VIEW_COUNT),
			yaw_deg: (Math.atan2(front[0], -front[2]) * 180) / Math.PI,
			landmarks,
			reprojection_px: rootMeanSquare(landmarks),
			stature_px: (focal * stature) / cameraFromBody[11],
			silhouetteIou: masked
				? intersectionOverUnion(this.#rasterize(vertices, focal * masked.mask.scale, masked.mask), masked.mask.inside)
				: null,
		};
	}

	/** Where the landmarks of a view are on the body in `fitter.pose`. */
	#describeLandmarks(i: number, cameraFromBody: Float64Array, focal: number, stature: number): FittedLandmark[] {
		const { pose, shape, articulation } = this.#fitter;
		const view = this.#views[i];
		const m = cameraFromBody;
		return view.landmarks.map((landmark) => {
			const bone = articulation.bones[landmark.joint];
			const t = pose.boneTransforms.subarray(12 * bone, 12 * bone + 12);
			const p = [0, 1, 2].map((k) => shape.boneHeads[3 * bone + k] + stature * landmark.offset[k]);
			const b = [0, 1, 2].map((k) => t[4 * k] * p[0] + t[4 * k + 1] * p[1] + t[4 * k + 2] * p[2] + t[4 * k + 3]);
			const c = [0, 1, 2].map((k) => m[4 * k] * b[0] + m[4 * k + 1] * b[1] + m[4 * k + 2] * b[2] + m[4 * k + 3]);
			return {
				name: landmark.name,
				image_px: [landmark.u_px, landmark.v_px],
				projected_px: [view.width_px / 2 + (focal * c[0]) / c[2], view.height_px / 2 + (focal * c[1]) / c[2]],
				weight: landmark.weight,
			};
		});
	}
}

interface SolveRound {
	readonly maxIterations: number;
	readonly holdShape?: boolean;
	/** Evaluate the stated mass exactly at every step instead of along its tangent. */
	readonly exact?: boolean;
}

interface MaskField {
	readonly mask: WorkingMask;
	readonly field: SignedDistanceField;
}

/** Landmarks that are visible and inside the picture, as residual terms. */
function landmarkTerms(seen: PhotoObservation, height_px: number, anchors: readonly LandmarkAnchor[]): LandmarkTerm[] {
	return anchors.flatMap((anchor) => {
		const i = 5 * anchor.landmark;
		const u_px = seen.body[i];
		const v_px = seen.body[i + 1];
		const visibility = seen.body[i + 3];
		const isInside = u_px > 0 && v_px > 0 && u_px < seen.width_px && v_px < seen.height_px;
		if (visibility < 0.5 || !isInside) return [];
		return [
			{
				name: anchor.name,
				joint: ARTICULATED_BONES.indexOf(anchor.bone) + 1,
				offset: anchor.offset,
				u_px,
				v_px,
				sigma_px: anchor.sigma * height_px,
				weight: visibility * visibility,
			},
		];
	});
}

/** Highest and lowest vertex of a resting body. */
function extremeVertices(vertices: Float64Array): [top: number, bottom: number] {
	let top = 0;
	let bottom = 0;
	for (let v = 1; v < vertices.length / 3; v++) {
		if (vertices[3 * v + 2] > vertices[3 * top + 2]) top = v;
		if (vertices[3 * v + 2] < vertices[3 * bottom + 2]) bottom = v;
	}
	return [top, bottom];
}

function lastGain(summary: SolverSummary): number {
	const [before, after] = summary.costHistory.slice(-2);
	return after === undefined ? 0 : (before - after) / before;
}

function statureOf(vertices: Float64Array): number {
	const [top, bottom] = extremeVertices(vertices);
	return vertices[3 * top + 2] - vertices[3 * bottom + 2];
}

function rootMeanSquare(landmarks: readonly FittedLandmark[]): number | null {
	let sum = 0;
	let weights = 0;
	for (const { image_px, projected_px, weight } of landmarks) {
		sum += weight * ((image_px[0] - projected_px[0]) ** 2 + (image_px[1] - projected_px[1]) ** 2);
		weights += weight;
	}
	return weights > 0 ? Math.sqrt(sum / weights) : null;
}
