import { type BodyModel, createBodyModel, createShapeState, evaluateShape } from "@anny-fitter/body-model";
import { createRandom } from "@anny-fitter/math";
import { openBodyModelData } from "@anny-fitter/platform";
import { checkGradients } from "@anny-fitter/solver";
import { beforeAll, describe, expect, test } from "vitest";
import { type Articulation, ROTATION_COUNT } from "../src/articulation.js";
import { createBodyPoints } from "../src/body-points.js";
import { CLOTH, CLOTH_COUNT, CLOTH_PARTS, CLOTH_PRIOR, SHARED_COUNT } from "../src/cloth.js";
import type { DepthTerms } from "../src/depth-terms.js";
import { createPhotoFitter, type PhotoFitter } from "../src/photo-fitter.js";
import { PhotoProblem, type SilhouetteTerms, type ViewTerms } from "../src/photo-problem.js";
import { photoPrior } from "../src/prior/photo-prior.js";
import { statedQuantities } from "../src/quantities.js";
import { namedShape, SHAPE_COUNT, SHAPE_PARAMETERS } from "../src/shape-parameters.js";
import { signedDistanceField } from "../src/signed-distance.js";
import { createSilhouetteSkin } from "../src/silhouette.js";
import { skinSurface } from "../src/surface-point.js";
import { LOG_FOCAL, POSE, ROOT_ROTATION, TRANSLATION, VIEW_COUNT } from "../src/view-parameters.js";

let model: BodyModel;
let fitter: PhotoFitter;
let articulation: Articulation;
beforeAll(async () => {
	const { data } = await openBodyModelData();
	model = createBodyModel(data, { allPhenotypes: true, localChanges: true });
	fitter = createPhotoFitter(model);
	articulation = fitter.articulation;
});

/** A photo problem with random landmarks and rim points around a random body. */
function randomProblem(seed: number, viewCount: number): { problem: PhotoProblem; x: Float64Array } {
	const random = createRandom(seed);
	const x = new Float64Array(SHARED_COUNT + VIEW_COUNT * viewCount);
	const prior = photoPrior(fitter, "surveyed", "female", 40, 0.05);
	for (let i = 0; i < CLOTH_COUNT; i++) x[CLOTH + i] = (i === 0 ? Math.log(0.01) : 0) + 0.3 * random.normal();
	for (let i = 0; i < SHAPE_COUNT; i++) {
		x[i] = SHAPE_PARAMETERS[i].kind === "phenotype" ? 0.52 + 0.3 * random.uniform() : 0.02 + 0.1 * random.uniform();
	}
	const shape = createShapeState(model);
	evaluateShape(shape, model, namedShape(x));
	const surface = Array.from({ length: 12 * viewCount }, () => Math.floor(random.uniform() * model.vertexCount));
	const points = createBodyPoints(model, articulation, surface, 881, 100);
	const skin = createSilhouetteSkin(model, articulation);
	const views = Array.from({ length: viewCount }, (_, view): ViewTerms => {
		const offset = SHARED_COUNT + VIEW_COUNT * view;
		x[offset + LOG_FOCAL] = 0.1 * random.normal();
		x.set([0.1, 0.8, 3], offset + TRANSLATION);
		for (let k = 0; k < 3; k++) x[offset + ROOT_ROTATION + k] = 0.3 * random.normal();
		for (let k = 0; k < ROTATION_COUNT; k++) x[offset + POSE + k] = 0.3 * random.normal();
		const mask = new Uint8Array(120 * 160);
		for (let i = 0; i < mask.length; i++) mask[i] = Math.hypot((i % 120) - 55, (i / 120 - 80) / 2) < 30 ? 1 : 0;
		const joints: number[] = [];
		const weights: number[] = [];
		const rims = surface.slice(12 * view, 12 * view + 12).map((vertex, i) => {
			const first = joints.length;
			for (let k = skin.offsets[vertex]; k < skin.offsets[vertex + 1]; k++) {
				joints.push(skin.joints[k]);
				weights.push(skin.weights[k]);
			}
			// Cloth of every part and bare skin; rim to outline and outline to rim.
			const part = (i % (CLOTH_PARTS.length + 1)) - 1;
			const line = i % 3 === 0 ? ([50, 90, 0.6, 0.8] as const) : null;
			const place = { surface: 12 * view + i, first, last: joints.length };
			return { ...place, own: -0.3, part, pixelsPerMetre: 60, sigma: 2, line, weight: 0.3 };
		});
		const silhouette: SilhouetteTerms = {
			field: signedDistanceField(mask, 120, 160),
			scale: 0.2,
			rims,
			joints: Int8Array.from(joints),
			weights: Float64Array.from(weights),
			outsideFactor: 1 / 3,
		};
		const skinned = skinSurface(skin, surface.slice(12 * view, 12 * view + 12));
		const angles = Array.from({ length: 12 }, (_, i) => (2 * Math.PI * i) / 12);
		const depth: DepthTerms = {
			...skinned,
			points: skinned.points.map((point, i) => ({
				...point,
				surface: 12 * view + i,
				target_m: 3 + 0.1 * random.normal(),
			})),
			sigma_m: 0.05,
			weight: 0.5,
			nuisance: Float64Array.from(angles.flatMap((a) => [1 / Math.sqrt(12), Math.cos(a) / Math.sqrt(6)])),
		};
		return {
			width_px: 600,
			height_px: 800,
			focal_px: 900,
			sigmaLogFocal: 0.1,
			startRotation: Float64Array.of(1, 0, 0, 0, 0, -1, 0, 1, 0),
			poseMean: new Float64Array(ROTATION_COUNT),
			poseSigma: new Float64Array(ROTATION_COUNT).fill(0.3),
			landmarks: Array.from({ length: 19 }, (_, j) => ({
				name: `joint ${j + 1}`,
				joint: j + 1,
				offset: [0.02 * random.normal(), 0.02 * random.normal(), 0.02 * random.normal()] as [number, number, number],
				u_px: 600 * random.uniform(),
				v_px: 800 * random.uniform(),
				sigma_px: 10,
				weight: random.uniform(),
			})),
			silhouette,
			depth,
		};
	});
	const problem = new PhotoProblem({
		articulation,
		points,
		prior,
		cloth: CLOTH_PRIOR,
		stature: { value_m: 1.7, sigma_m: 0.002 },
		quantities: statedQuantities(fitter, { mass_kg: 70, measures_m: { waist_girth: 0.8 } }),
		views,
	});
	return { problem, x };
}

describe("photo problem", () => {
	test.each([
		[31, 1],
		[32, 2],
	])("analytic Jacobian equals central differences in every parameter (seed %i, %i photos)", (seed, viewCount) => {
		const { problem, x } = randomProblem(seed, viewCount);
		const report = checkGradients(problem, x, new Float64Array(x.length).fill(1e-6), 2e-4);
		const name = (p: number): string =>
			p < SHAPE_COUNT ? JSON.stringify(SHAPE_PARAMETERS[p]) : `${p < SHARED_COUNT ? "cloth" : "view"} ${p}`;
		const bad = report.mismatches.map((m) => ({ ...m, name: name(m.parameter) }));
		expect(bad.slice(0, 5)).toEqual([]);
		expect(report.residualCount).toBe(SHARED_COUNT + 3 + viewCount * (1 + ROTATION_COUNT + 2 * 19 + 12 + 12));
	});

	test("a rim inside the outline counts a third: hair and coats are outside the body (seed 34)", () => {
		const { problem, x } = randomProblem(34, 1);
		const rims: { residual: number; weight: number }[] = [];
		let count = 0;
		problem.evaluate(x, {
			needsJacobian: false,
			add: (residual, weight) => {
				// After priors of shape and cloth, stature and two quantities, focal and pose priors and 19 landmarks come the 12 rims.
				if (count++ >= SHARED_COUNT + 3 + 1 + ROTATION_COUNT + 2 * 19 && rims.length < 12)
					rims.push({ residual, weight });
			},
		});
		expect(rims).toHaveLength(12);
		expect(new Set(rims.map((r) => r.residual < 0)).size).toBe(2);
		for (const { residual, weight } of rims) expect(weight).toBeCloseTo(residual < 0 ? 0.1 : 0.3, 12);
	});

	test("moving a body away changes no residual of its depth map, whose scale and shift are unknown (seed 35)", () => {
		const depths = (shift_m: number): number[] => {
			const { problem, x } = randomProblem(35, 1);
			x[SHARED_COUNT + TRANSLATION + 2] += shift_m;
			const residuals: number[] = [];
			problem.evaluate(x, { needsJacobian: false, add: (residual) => residuals.push(residual) });
			return residuals.slice(-12);
		};
		const [near, far] = [depths(0), depths(0.3)];
		expect(Math.max(...near.map(Math.abs))).toBeGreaterThan(0.5);
		for (const [i, residual] of near.entries()) expect(far[i]).toBeCloseTo(residual, 9);
	});

	test("a body behind the camera is infeasible, not an error", () => {
		const { problem, x } = randomProblem(33, 1);
		x[SHARED_COUNT + TRANSLATION + 2] = -5;
		expect(problem.evaluate(x, { needsJacobian: false, add: () => undefined })).toBe(false);
	});
});
