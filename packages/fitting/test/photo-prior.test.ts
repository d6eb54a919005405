import { createBodyModel } from "@anny-fitter/body-model";
import { openBodyModelData } from "@anny-fitter/platform";
import { beforeAll, describe, expect, test } from "vitest";
import { createPhotoFitter, type PhotoFitter } from "../src/photo-fitter.js";
import { POPULATIONS, photoPrior } from "../src/prior/photo-prior.js";
import { phenotypeIndex, SHAPE_COUNT } from "../src/shape-parameters.js";

let fitter: PhotoFitter;
beforeAll(async () => {
	const { data } = await openBodyModelData();
	fitter = createPhotoFitter(createBodyModel(data, { allPhenotypes: true, localChanges: true }));
});

describe("prior of photo fits", () => {
	test.each(POPULATIONS)("%s: whitening is the inverse covariance's factor, the determinant its own", (population) => {
		const { covariance, whitening, logDeterminant } = photoPrior(fitter, population, "female", 34, 0.01);
		const n = SHAPE_COUNT;
		let diagonal = 0;
		for (let i = 0; i < n; i++) {
			diagonal -= 2 * Math.log(whitening[i * n + i]);
			for (let j = 0; j <= i; j++) {
				// W C Wᵀ is the identity.
				let sum = 0;
				for (let k = 0; k <= i; k++) {
					for (let l = 0; l <= j; l++) sum += whitening[i * n + k] * covariance[k * n + l] * whitening[j * n + l];
				}
				expect(sum).toBeCloseTo(i === j ? 1 : 0, 7);
			}
		}
		expect(logDeterminant).toBeCloseTo(diagonal, 7);
	});

	test("the age is as sure as it is stated, and moves nothing else", () => {
		const age = phenotypeIndex("age");
		for (const population of POPULATIONS) {
			const { covariance, sigma } = photoPrior(fitter, population, "male", 50, 0.03);
			expect(sigma[age]).toBeCloseTo(0.03, 4);
			for (let i = 0; i < SHAPE_COUNT; i++) if (i !== age) expect(covariance[age * SHAPE_COUNT + i]).toBe(0);
		}
	});

	test("surveyed parameters depend on one another, modelled ones do not", () => {
		const strongest = (population: (typeof POPULATIONS)[number]): number => {
			const { covariance, sigma } = photoPrior(fitter, population, "male", 50, 0.03);
			let most = 0;
			for (let i = 0; i < SHAPE_COUNT; i++) {
				for (let j = 0; j < i; j++) {
					most = Math.max(most, Math.abs(covariance[i * SHAPE_COUNT + j]) / (sigma[i] * sigma[j]));
				}
			}
			return most;
		};
		expect(strongest("modelled")).toBe(0);
		expect(strongest("surveyed")).toBeGreaterThan(0.3);
		expect(strongest("surveyed")).toBeLessThan(1);
	});

	test("without a stated sex both sexes are within two standard deviations", () => {
		for (const population of POPULATIONS) {
			const both = photoPrior(fitter, population, "unspecified", 30, 0.01);
			for (const sex of ["male", "female"] as const) {
				const { mean } = photoPrior(fitter, population, sex, 30, 0.01);
				mean.forEach((m, i) => {
					expect(Math.abs(m - both.mean[i])).toBeLessThanOrEqual(2 * both.sigma[i]);
				});
			}
		}
	});
});
