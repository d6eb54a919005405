import { projectPoint } from "@anny-fitter/camera";
import type { LeastSquaresProblem, Loss, ResidualSink } from "@anny-fitter/solver";
import { cauchyLoss, gemanMcClureLoss, squaredLoss } from "@anny-fitter/solver";
import type { ArticulatedPose, Articulation } from "./articulation.js";
import { createArticulatedPose, evaluateArticulation, JOINT_COUNT, ROTATION_COUNT } from "./articulation.js";
import type { BodyPoints } from "./body-points.js";
import { evaluateBodyPoints } from "./body-points.js";
import { CLOTH, CLOTH_COUNT, type ClothPrior, clothClearance_m, SHARED_COUNT, writeClothRow } from "./cloth.js";
import { type DepthTerms, projectOut } from "./depth-terms.js";
import type { PhotoPrior } from "./prior/photo-prior.js";
import { SHAPE_COUNT } from "./shape-parameters.js";
import type { SignedDistanceField } from "./signed-distance.js";
import { sampleSignedDistance } from "./signed-distance.js";
import { accumulateMoments, addInfluence, beginPoint, createSkinnedPoint } from "./skinned-point.js";
import type { SurfaceInfluences, SurfacePoint } from "./surface-point.js";
import { createViewCamera, setCamera } from "./view-camera.js";
import { LOG_FOCAL, POSE, ROOT_ROTATION, TRANSLATION, VIEW_COUNT } from "./view-parameters.js";

/** A detected image point and the place on the body that it shows. */
export interface LandmarkTerm {
	readonly name: string;
	/** Joint whose head the place starts from and which carries it. */
	readonly joint: number;
	/** Offset from the joint's rest head in rest axes, fractions of stature. */
	readonly offset: readonly [number, number, number];
	readonly u_px: number;
	readonly v_px: number;
	readonly sigma_px: number;
	readonly weight: number;
}

/** Surface points that lie on the silhouette's rim, to be pulled to the mask's outline. */
export interface RimTerm extends SurfacePoint {
	/** distance of the point from the outline of the body's own silhouette, which is no error; mask pixels */
	readonly own: number;
	/** place in CLOTH_PARTS, or −1 for bare skin */
	readonly part: number;
	readonly pixelsPerMetre: number;
	/** standard deviation, mask pixels */
	readonly sigma: number;
	/** A place on the mask's outline with its outward normal that the point answers to, or null: the nearest one. */
	readonly line: readonly [u: number, v: number, nu: number, nv: number] | null;
	/** so that hundreds of correlated points count as a few dozen */
	readonly weight: number;
}

export interface SilhouetteTerms extends SurfaceInfluences {
	readonly field: SignedDistanceField;
	/** mask pixels per image pixel */
	readonly scale: number;
	readonly rims: readonly RimTerm[];
	/** Further factor on the weight where the mask lies outside body and expected cloth: hair, loose cloth, bags. */
	readonly outsideFactor: number;
}

/** One photo as the solver sees it. */
export interface ViewTerms {
	readonly width_px: number;
	readonly height_px: number;
	readonly focal_px: number;
	readonly sigmaLogFocal: number;
	/** [9] starting rotation, camera from body */
	readonly startRotation: Float64Array;
	/** [ROTATION_COUNT] */
	readonly poseMean: Float64Array;
	readonly poseSigma: Float64Array;
	readonly landmarks: readonly LandmarkTerm[];
	readonly silhouette: SilhouetteTerms | null;
	readonly depth: DepthTerms | null;
}

/** Numbers of the body that somebody stated: ln mass, girths. */
export interface StatedQuantities {
	/** [n] */
	readonly targets: Float64Array;
	/** [n] */
	readonly sigmas: Float64Array;
	/**
	 * @param out [n]
	 * @param jacobian [n*P] receives the derivatives, or null when they are not wanted
	 * @param shape [P] shape vector (may be longer)
	 */
	evaluate(out: Float64Array, jacobian: Float64Array | null, shape: Float64Array): void;
}

export interface PhotoProblemInput {
	readonly articulation: Articulation;
	readonly points: BodyPoints;
	readonly prior: PhotoPrior;
	readonly cloth: ClothPrior;
	/** Stated stature in metres with σ, or null. */
	readonly stature: { readonly value_m: number; readonly sigma_m: number } | null;
	/** Null when nothing but perhaps the stature is stated. */
	readonly quantities: StatedQuantities | null;
	readonly views: readonly ViewTerms[];
}

/** Beyond about three σ a landmark is taken for a wrong detection. */
const LANDMARK_LOSS: Loss = cauchyLoss(3);
/** A rim point two σ off shows an arm, hair or furniture. */
const RIM_LOSS: Loss = gemanMcClureLoss(2);
/** Depth maps smear limbs into what is behind them. */
const DEPTH_LOSS: Loss = cauchyLoss(2);
const ROW = SHARED_COUNT + VIEW_COUNT;

/** Residuals and Jacobians of the joint fit: shared shape, and camera and pose per photo. */
export class PhotoProblem implements LeastSquaresProblem {
	readonly sharedCount = SHARED_COUNT;
	readonly blockCounts: readonly number[];
	readonly lower: Float64Array;
	readonly upper: Float64Array;
	readonly #input: PhotoProblemInput;
	readonly #pose: ArticulatedPose;
	readonly #shared = new Float64Array(SHARED_COUNT);
	readonly #quantityValues: Float64Array;
	readonly #quantitySlopes: Float64Array;
	readonly #block = new Float64Array(VIEW_COUNT);
	readonly #moments = new Float64Array(4 * JOINT_COUNT);
	readonly #point = createSkinnedPoint();
	readonly #camera = createViewCamera();
	readonly #image = new Float64Array(2);
	readonly #projection = new Float64Array(6);
	readonly #sample = new Float64Array(3);
	readonly #rowU = new Float64Array(3);

	constructor(input: PhotoProblemInput) {
		this.#input = input;
		this.blockCounts = input.views.map(() => VIEW_COUNT);
		const total = SHARED_COUNT + VIEW_COUNT * input.views.length;
		this.lower = new Float64Array(total).fill(-Infinity);
		this.upper = new Float64Array(total).fill(Infinity);
		this.lower.set(input.prior.lower);
		this.upper.set(input.prior.upper);
		this.#pose = createArticulatedPose(SHAPE_COUNT);
		const quantityCount = input.quantities?.targets.length ?? 0;
		this.#quantityValues = new Float64Array(quantityCount);
		this.#quantitySlopes = new Float64Array(quantityCount * SHAPE_COUNT);
	}

	evaluate(x: Float64Array, sink: ResidualSink): boolean {
		const { points, views } = this.#input;
		evaluateBodyPoints(points, x, sink.needsJacobian);
		this.#addShapeTerms(x, sink);
		for (let view = 0; view < views.length; view++) {
			if (!this.#addViewTerms(x, view, sink)) return false;
			const { depth } = views[view];
			if (depth && !this.#addDepthTerms(depth, view, sink)) return false;
		}
		return true;
	}

	#addShapeTerms(x: Float64Array, sink: ResidualSink): void {
		const { prior, stature, quantities, points } = this.#input;
		const row = this.#shared;
		for (let i = 0; i < SHAPE_COUNT; i++) {
			row.fill(0);
			let residual = 0;
			for (let k = 0; k <= i; k++) {
				row[k] = prior.whitening[i * SHAPE_COUNT + k];
				residual += row[k] * (x[k] - prior.mean[k]);
			}
			sink.add(residual, 1, squaredLoss, row, -1, this.#block);
		}
		row.fill(0);
		for (let i = 0; i < CLOTH_COUNT; i++) {
			const { mean, sigma } = this.#input.cloth;
			row[CLOTH + i] = 1 / sigma[i];
			sink.add((x[CLOTH + i] - mean[i]) / sigma[i], 1, squaredLoss, row, -1, this.#block);
			row[CLOTH + i] = 0;
		}
		if (stature) {
			for (let i = 0; i < SHAPE_COUNT; i++) row[i] = points.statureByShape[i] / stature.sigma_m;
			sink.add((points.stature - stature.value_m) / stature.sigma_m, 1, squaredLoss, row, -1, this.#block);
		}
		if (quantities === null) return;
		const { targets, sigmas } = quantities;
		const values = this.#quantityValues;
		const slopes = this.#quantitySlopes;
		quantities.evaluate(values, sink.needsJacobian ? slopes : null, x);
		for (let q = 0; q < values.length; q++) {
			for (let i = 0; i < SHAPE_COUNT; i++) row[i] = slopes[q * SHAPE_COUNT + i] / sigmas[q];
			sink.add((values[q] - targets[q]) / sigmas[q], 1, squaredLoss, row, -1, this.#block);
		}
	}

	#addViewTerms(x: Float64Array, view: number, sink: ResidualSink): boolean {
		const terms = this.#input.views[view];
		const { points, articulation } = this.#input;
		const offset = SHARED_COUNT + VIEW_COUNT * view;
		const needsJacobian = sink.needsJacobian;
		evaluateArticulation(
			this.#pose,
			articulation,
			points.heads,
			x,
			offset + POSE,
			needsJacobian ? points.headsByShape : null,
		);
		setCamera(this.#camera, terms, x, offset);
		this.#addViewPriors(x, view, sink);
		const shared = this.#shared.fill(0);
		const block = this.#block;
		for (const landmark of terms.landmarks) {
			this.#placeLandmark(landmark);
			if (!this.#project()) return false;
			const scale = 1 / landmark.sigma_px;
			for (let axis = 0; axis < 2; axis++) {
				const residual = (this.#image[axis] - (axis === 0 ? landmark.u_px : landmark.v_px)) * scale;
				if (needsJacobian) {
					for (let k = 0; k < 3; k++) this.#rowU[k] = this.#projection[3 * axis + k] * scale;
					this.#imageRow(axis === 0 ? scale : 0, axis === 1 ? scale : 0);
					this.#landmarkShapeRow(landmark);
				}
				sink.add(residual, landmark.weight, LANDMARK_LOSS, shared, view, block);
			}
		}
		const silhouette = terms.silhouette;
		if (!silhouette) return true;
		for (const rim of silhouette.rims) {
			this.#placeSurface(rim, silhouette);
			if (!this.#project()) return false;
			const { field, scale } = silhouette;
			const u = this.#image[0] * scale;
			const v = this.#image[1] * scale;
			if (rim.line) {
				const [cu, cv, nu, nv] = rim.line;
				this.#sample[0] = nu * (u - cu) + nv * (v - cv);
				this.#sample[1] = nu;
				this.#sample[2] = nv;
			} else sampleSignedDistance(this.#sample, field, u, v);
			const cloth = rim.part < 0 ? 0 : clothClearance_m(x, rim.part);
			const residual = (this.#sample[0] - rim.own + rim.pixelsPerMetre * cloth) / rim.sigma;
			if (needsJacobian) {
				const du = (this.#sample[1] * scale) / rim.sigma;
				const dv = (this.#sample[2] * scale) / rim.sigma;
				for (let k = 0; k < 3; k++) this.#rowU[k] = du * this.#projection[k] + dv * this.#projection[3 + k];
				this.#imageRow(du, dv);
				this.#surfaceShapeRow(rim);
				if (rim.part < 0) shared.fill(0, CLOTH);
				else writeClothRow(shared, rim.part, cloth, rim.pixelsPerMetre / rim.sigma);
			}
			const weight = rim.weight * (residual < 0 ? silhouette.outsideFactor : 1);
			sink.add(residual, weight, RIM_LOSS, shared, view, block);
		}
		return true;
	}

	/**
	 * Depths along the camera's axis; {@link #addViewTerms} must have posed the view. Rows are freed of what the map's scale
	 * and shift explain, so neither pulls the body nearer or farther.
	 */
	#addDepthTerms(depth: DepthTerms, view: number, sink: ResidualSink): boolean {
		const { points, sigma_m, weight, nuisance } = depth;
		const residuals = new Float64Array(points.length);
		const rows = new Float64Array(sink.needsJacobian ? points.length * ROW : 0);
		const { inCamera, translation } = this.#camera;
		const shared = this.#shared.fill(0);
		for (const [i, point] of points.entries()) {
			this.#placeSurface(point, depth);
			if (!this.#project()) return false;
			residuals[i] = (inCamera[2] + translation[2] - point.target_m) / sigma_m;
			if (!sink.needsJacobian) continue;
			this.#rowU.set([0, 0, 1 / sigma_m]);
			this.#imageRow(0, 0);
			this.#surfaceShapeRow(point);
			rows.set(shared, i * ROW);
			rows.set(this.#block, i * ROW + SHARED_COUNT);
		}
		projectOut(residuals, 1, nuisance);
		if (sink.needsJacobian) projectOut(rows, ROW, nuisance);
		for (let i = 0; i < points.length; i++) {
			const row = rows.subarray(i * ROW, (i + 1) * ROW);
			sink.add(residuals[i], weight, DEPTH_LOSS, row.subarray(0, SHARED_COUNT), view, row.subarray(SHARED_COUNT));
		}
		return true;
	}

	#addViewPriors(x: Float64Array, view: number, sink: ResidualSink): void {
		const terms = this.#input.views[view];
		const offset = SHARED_COUNT + VIEW_COUNT * view;
		this.#shared.fill(0);
		const row = this.#block.fill(0);
		row[LOG_FOCAL] = 1 / terms.sigmaLogFocal;
		sink.add(x[offset + LOG_FOCAL] / terms.sigmaLogFocal, 1, squaredLoss, this.#shared, view, row);
		row[LOG_FOCAL] = 0;
		for (let i = 0; i < ROTATION_COUNT; i++) {
			const sigma = terms.poseSigma[i];
			row[POSE + i] = 1 / sigma;
			sink.add((x[offset + POSE + i] - terms.poseMean[i]) / sigma, 1, squaredLoss, this.#shared, view, row);
			row[POSE + i] = 0;
		}
	}

	/** Body-frame position of a landmark's place, and the moments that its pose derivatives need. */
	#placeLandmark(landmark: LandmarkTerm): void {
		const { points } = this.#input;
		const point = this.#point;
		const [ox, oy, oz] = landmark.offset;
		const j = landmark.joint;
		const s = points.stature;
		beginPoint(point);
		addInfluence(
			point,
			this.#pose,
			j,
			1,
			points.heads[3 * j] + s * ox,
			points.heads[3 * j + 1] + s * oy,
			points.heads[3 * j + 2] + s * oz,
		);
	}

	#placeSurface({ surface, first, last }: SurfacePoint, { joints, weights }: SurfaceInfluences): void {
		const { points } = this.#input;
		const at = 3 * points.surfacePoints[surface];
		const x = points.positions[at];
		const y = points.positions[at + 1];
		const z = points.positions[at + 2];
		beginPoint(this.#point);
		for (let k = first; k < last; k++) {
			addInfluence(this.#point, this.#pose, joints[k], weights[k], x, y, z);
		}
	}

	#project(): boolean {
		const { rotation, translation, focal, cx, cy, inCamera } = this.#camera;
		const { x, y, z } = this.#point;
		for (let k = 0; k < 3; k++) {
			inCamera[k] = rotation[3 * k] * x + rotation[3 * k + 1] * y + rotation[3 * k + 2] * z;
		}
		return projectPoint(
			this.#image,
			this.#projection,
			inCamera[0] + translation[0],
			inCamera[1] + translation[1],
			inCamera[2] + translation[2],
			focal,
			cx,
			cy,
		);
	}

	/**
	 * Camera and pose part of a row whose derivative with respect to the camera-frame point is `#rowU`, and with respect
	 * to the image point (du, dv). Leaves the derivative with respect to the body-frame point in `#camera.gradient`.
	 */
	#imageRow(du: number, dv: number): void {
		const block = this.#block;
		const camera = this.#camera;
		const [gx, gy, gz] = this.#rowU;
		block[LOG_FOCAL] = du * (this.#image[0] - camera.cx) + dv * (this.#image[1] - camera.cy);
		block[TRANSLATION] = gx;
		block[TRANSLATION + 1] = gy;
		block[TRANSLATION + 2] = gz;
		const [px, py, pz] = camera.inCamera;
		// g · (ω × p) = ω · (p × g)
		const mx = py * gz - pz * gy;
		const my = pz * gx - px * gz;
		const mz = px * gy - py * gx;
		const j = camera.jacobian;
		for (let k = 0; k < 3; k++) block[ROOT_ROTATION + k] = j[k] * mx + j[3 + k] * my + j[6 + k] * mz;
		const r = camera.rotation;
		const g = camera.gradient;
		for (let k = 0; k < 3; k++) g[k] = r[k] * gx + r[3 + k] * gy + r[6 + k] * gz;
		block.fill(0, POSE);
		accumulateMoments(this.#moments, this.#point, this.#input.articulation);
		const { axes, heads } = this.#pose;
		for (let joint = 1; joint < JOINT_COUNT; joint++) {
			const m = 4 * joint;
			const w = this.#moments[m + 3];
			if (w === 0) continue;
			const dx = this.#moments[m] - w * heads[3 * joint];
			const dy = this.#moments[m + 1] - w * heads[3 * joint + 1];
			const dz = this.#moments[m + 2] - w * heads[3 * joint + 2];
			const cx = dy * g[2] - dz * g[1];
			const cy = dz * g[0] - dx * g[2];
			const cz = dx * g[1] - dy * g[0];
			const a = 9 * joint;
			const at = POSE + 3 * (joint - 1);
			for (let k = 0; k < 3; k++) block[at + k] = axes[a + k] * cx + axes[a + 3 + k] * cy + axes[a + 6 + k] * cz;
		}
	}

	#landmarkShapeRow(landmark: LandmarkTerm): void {
		const { points } = this.#input;
		const g = this.#camera.gradient;
		const { linear, translationByShape } = this.#pose;
		const j = landmark.joint;
		const a = 9 * j;
		const [ox, oy, oz] = landmark.offset;
		const plane = 3 * JOINT_COUNT;
		// Row vector g A: derivative with respect to the rest point.
		const hx = g[0] * linear[a] + g[1] * linear[a + 3] + g[2] * linear[a + 6];
		const hy = g[0] * linear[a + 1] + g[1] * linear[a + 4] + g[2] * linear[a + 7];
		const hz = g[0] * linear[a + 2] + g[1] * linear[a + 5] + g[2] * linear[a + 8];
		const along = hx * ox + hy * oy + hz * oz;
		for (let p = 0; p < SHAPE_COUNT; p++) {
			const at = p * plane + 3 * j;
			this.#shared[p] =
				hx * points.headsByShape[at] +
				hy * points.headsByShape[at + 1] +
				hz * points.headsByShape[at + 2] +
				along * points.statureByShape[p] +
				g[0] * translationByShape[at] +
				g[1] * translationByShape[at + 1] +
				g[2] * translationByShape[at + 2];
		}
	}

	#surfaceShapeRow({ surface }: SurfacePoint): void {
		const { points } = this.#input;
		const g = this.#camera.gradient;
		const { linear, translationByShape } = this.#pose;
		const point = this.#point;
		let hx = 0;
		let hy = 0;
		let hz = 0;
		for (let k = 0; k < point.count; k++) {
			const a = 9 * point.joints[k];
			const w = point.weights[k];
			hx += w * (g[0] * linear[a] + g[1] * linear[a + 3] + g[2] * linear[a + 6]);
			hy += w * (g[0] * linear[a + 1] + g[1] * linear[a + 4] + g[2] * linear[a + 7]);
			hz += w * (g[0] * linear[a + 2] + g[1] * linear[a + 5] + g[2] * linear[a + 8]);
		}
		const stride = 3 * points.pointCount;
		const base = 3 * points.surfacePoints[surface];
		for (let p = 0; p < SHAPE_COUNT; p++) {
			const at = p * stride + base;
			let sum =
				hx * points.positionsByShape[at] + hy * points.positionsByShape[at + 1] + hz * points.positionsByShape[at + 2];
			for (let k = 0; k < point.count; k++) {
				const t = (p * JOINT_COUNT + point.joints[k]) * 3;
				sum +=
					point.weights[k] *
					(g[0] * translationByShape[t] + g[1] * translationByShape[t + 1] + g[2] * translationByShape[t + 2]);
			}
			this.#shared[p] = sum;
		}
	}
}
