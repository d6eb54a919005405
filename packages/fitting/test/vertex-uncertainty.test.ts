import { createBodyModel, evaluateShape } from "@anny-fitter/body-model";
import { createRandom } from "@anny-fitter/math";
import { openBodyModelData } from "@anny-fitter/platform";
import { beforeAll, expect, test } from "vitest";
import { type BodyTangent, changedShape, takeBodyTangent } from "../src/body-tangent.js";
import { fitPhotos, type PhotoFit } from "../src/fit-photos.js";
import { createPhotoFitter, type PhotoFitter } from "../src/photo-fitter.js";
import { namedShape, SHAPE_COUNT } from "../src/shape-parameters.js";
import { estimateMeasurements, expectedVertexError_mm } from "../src/uncertainty.js";
import { errorInflation, vertexDeviations } from "../src/vertex-uncertainty.js";

const STATED = { stature_m: 1.7, mass_kg: 68, age_years: 35, sex: "female", measures_m: {} } as const;

let fitter: PhotoFitter;
let fit: PhotoFit;
let tangent: BodyTangent;
let deviations: Float32Array;
beforeAll(async () => {
	const { data } = await openBodyModelData();
	fitter = createPhotoFitter(createBodyModel(data, { allPhenotypes: true, localChanges: true }));
	fit = fitPhotos(fitter, [], STATED);
	tangent = takeBodyTangent(fitter, namedShape(fit.shape));
	deviations = new Float32Array(fitter.model.vertexCount);
	vertexDeviations(deviations, fitter.model, fit.shape, fit.covariance);
});

test("is what central differences give, at vertices drawn at random (seed 12)", () => {
	const random = createRandom(12);
	const { model } = fitter;
	const count = model.vertexCount;
	const chosen = Array.from({ length: 40 }, () => Math.min(count - 1, Math.floor(random.uniform() * count)));
	chosen.push(0, count - 1);
	const gradients = chosen.map(() => new Float64Array(3 * SHAPE_COUNT));
	const base = namedShape(fit.shape);
	const H = 1e-4;
	for (let p = 0; p < SHAPE_COUNT; p++) {
		for (const side of [1, -1]) {
			const point = fit.shape.slice();
			point[p] += side * H;
			evaluateShape(fitter.shape, model, changedShape(base, fit.shape, point));
			for (const [i, v] of chosen.entries()) {
				for (let axis = 0; axis < 3; axis++) {
					gradients[i][axis * SHAPE_COUNT + p] += (side * fitter.shape.vertices[3 * v + axis]) / (2 * H);
				}
			}
		}
	}
	for (const [i, v] of chosen.entries()) {
		let variance = 0;
		for (let axis = 0; axis < 3; axis++) {
			const g = gradients[i].subarray(axis * SHAPE_COUNT, (axis + 1) * SHAPE_COUNT);
			for (let p = 0; p < SHAPE_COUNT; p++) {
				for (let q = 0; q < SHAPE_COUNT; q++) variance += g[p] * fit.covariance[p * SHAPE_COUNT + q] * g[q];
			}
		}
		expect(Math.abs(deviations[v] - Math.sqrt(variance)), `vertex ${v}`).toBeLessThan(
			1e-4 + 0.02 * Math.sqrt(variance),
		);
	}
});

test("agrees with the expected error of the whole surface", () => {
	// Mean length of an isotropic Gaussian vector of that root mean square.
	const mean = deviations.reduce((sum, value) => sum + value, 0) / deviations.length;
	const expected_m = expectedVertexError_mm(fitter, fit) / 1000;
	expect(Math.abs(mean * Math.sqrt(8 / (3 * Math.PI)) - expected_m)).toBeLessThan(0.05 * expected_m);
});

test("the factor brings the covariance's girths to the reported ones and never makes them smaller", () => {
	const reported = Object.fromEntries(estimateMeasurements(fitter, fit, STATED));
	const factor = errorInflation(tangent, fit.covariance, reported);
	expect(factor).toBeGreaterThanOrEqual(1);
	const times = (n: number) =>
		Object.fromEntries(Object.entries(reported).map(([id, { sigma_m }]) => [id, { sigma_m: n * sigma_m }]));
	const tenfold = errorInflation(tangent, fit.covariance, times(10));
	expect(tenfold).toBeGreaterThan(2);
	expect(errorInflation(tangent, fit.covariance, times(100))).toBeCloseTo(10 * tenfold, 6);
	expect(errorInflation(tangent, fit.covariance, {})).toBe(1);
	expect(errorInflation(tangent, fit.covariance, { hip_girth: { sigma_m: 1e-9 } })).toBe(1);
	const scaled = new Float32Array(deviations.length);
	vertexDeviations(scaled, fitter.model, fit.shape, fit.covariance, 3);
	for (let v = 0; v < scaled.length; v += 997) expect(scaled[v]).toBeCloseTo(3 * deviations[v], 5);
});

test("a covariance that is none is refused; one that is nearly one is not", () => {
	const out = new Float32Array(fitter.model.vertexCount);
	const nearly = fit.covariance.map((value) => Number(value.toPrecision(3)));
	vertexDeviations(out, fitter.model, fit.shape, nearly);
	expect(out.every(Number.isFinite)).toBe(true);
	const none = fit.covariance.map((value) => -value);
	expect(() => vertexDeviations(out, fitter.model, fit.shape, none)).toThrow(RangeError);
});
