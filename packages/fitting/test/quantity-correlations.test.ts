import { createBodyModel } from "@anny-fitter/body-model";
import { choleskyFactor, createRandom } from "@anny-fitter/math";
import { openBodyModelData } from "@anny-fitter/platform";
import { expect, test } from "vitest";
import { BODY_QUANTITIES, evaluateQuantities, takeBodyTangent } from "../src/body-tangent.js";
import { fitPhotos } from "../src/fit-photos.js";
import { createPhotoFitter } from "../src/photo-fitter.js";
import { quantityCorrelations } from "../src/quantity-correlations.js";
import { namedShape, SHAPE_COUNT } from "../src/shape-parameters.js";

const NAMES = ["chest_girth", "waist_girth", "hip_girth", "stature", "mass"];
/** Bodies are drawn this much closer than the covariance says, where they change in proportion. */
const CLOSER = 0.2;
const DRAWN = 200;

test("errors of measurements go together as those of bodies drawn from the covariance do", async () => {
	const { data } = await openBodyModelData({});
	const fitter = createPhotoFitter(createBodyModel(data, { allPhenotypes: true, localChanges: true }));
	const stated = { stature_m: null, mass_kg: 70, age_years: 33, sex: "female", measures_m: {} } as const;
	const { shape, covariance } = fitPhotos(fitter, [], stated);
	const tangent = takeBodyTangent(fitter, namedShape(shape));
	const correlations = quantityCorrelations(tangent, covariance, NAMES);

	const root = covariance.slice();
	for (let p = 0; p < SHAPE_COUNT; p++) root[p * SHAPE_COUNT + p] += 1e-9;
	expect(choleskyFactor(root, SHAPE_COUNT)).toBe(true);
	const random = createRandom(5);
	const chosen = NAMES.map((name) => BODY_QUANTITIES.indexOf(name));
	const drawn = Array.from({ length: DRAWN }, () => {
		const z = Float64Array.from({ length: SHAPE_COUNT }, () => random.normal());
		const x = shape.slice(0, SHAPE_COUNT);
		for (let p = 0; p < SHAPE_COUNT; p++) {
			for (let q = 0; q <= p; q++) x[p] += CLOSER * root[p * SHAPE_COUNT + q] * z[q];
		}
		const values = new Float64Array(NAMES.length);
		evaluateQuantities(values, fitter, namedShape(x), chosen);
		return values;
	});
	const mean = NAMES.map((_, i) => drawn.reduce((sum, values) => sum + values[i], 0) / DRAWN);
	const product = (i: number, j: number): number =>
		drawn.reduce((sum, values) => sum + (values[i] - mean[i]) * (values[j] - mean[j]), 0);
	for (let i = 0; i < NAMES.length; i++) {
		for (let j = 0; j < NAMES.length; j++) {
			const sampled = product(i, j) / Math.sqrt(product(i, i) * product(j, j));
			// A correlation of so many is off by at most (1 − ρ²) / √n, three times that here, and some curvature.
			const expected = correlations[i * NAMES.length + j];
			const within = 0.03 + (3 * (1 - expected ** 2)) / Math.sqrt(DRAWN);
			expect(Math.abs(sampled - expected), `${NAMES[i]}, ${NAMES[j]}`).toBeLessThan(within);
		}
	}
	expect(correlations[1], "chest and waist").toBeGreaterThan(0.2);
	expect(() => quantityCorrelations(tangent, covariance, ["nose"])).toThrow(RangeError);
}, 60_000);
