import { annyAgeFromYears } from "@anny-fitter/body-model";
import { describe, expect, test } from "vitest";
import { namedShape, phenotypeIndex, SHAPE_COUNT, SHAPE_PARAMETERS, shapePrior } from "../src/shape-parameters.js";

describe("shape prior", () => {
	test.each(["male", "female", "unspecified"] as const)("%s: means lie inside the bounds at every age", (sex) => {
		for (const years of [0.1, 2, 8, 13, 15, 18, 40, 80, 105]) {
			const prior = shapePrior(sex, annyAgeFromYears(years), 0.01);
			for (let i = 0; i < SHAPE_COUNT; i++) {
				expect(prior.mean[i], `${years} years, parameter ${i}`).toBeGreaterThanOrEqual(prior.lower[i]);
				expect(prior.mean[i], `${years} years, parameter ${i}`).toBeLessThanOrEqual(prior.upper[i]);
				expect(prior.sigma[i]).toBeGreaterThan(0);
			}
		}
	});

	test("changes smoothly while a child grows up", () => {
		let before = shapePrior("female", annyAgeFromYears(10), 0.01);
		for (let years = 10.1; years < 25; years += 0.1) {
			const now = shapePrior("female", annyAgeFromYears(years), 0.01);
			for (let i = 0; i < SHAPE_COUNT; i++) expect(Math.abs(now.mean[i] - before.mean[i])).toBeLessThan(0.02);
			before = now;
		}
	});

	test("an unstated sex lies between the two", () => {
		const age = annyAgeFromYears(30);
		const [man, woman, either] = (["male", "female", "unspecified"] as const).map((sex) => shapePrior(sex, age, 0.01));
		for (let i = 0; i < SHAPE_COUNT; i++) expect(either.mean[i]).toBeCloseTo((man.mean[i] + woman.mean[i]) / 2, 10);
		expect(either.sigma[phenotypeIndex("gender")]).toBeGreaterThan(man.sigma[phenotypeIndex("gender")]);
	});
});

test("a shape vector names every parameter, tied sides alike", () => {
	const { phenotypes, localChanges } = namedShape(Float64Array.from({ length: SHAPE_COUNT }, (_, i) => i / 100));
	expect(Object.keys(phenotypes)).toHaveLength(11);
	expect(localChanges["l-upperleg-fat-incr"]).toBe(localChanges["r-upperleg-fat-incr"]);
	const labels = SHAPE_PARAMETERS.flatMap((p) => (p.kind === "local" ? p.labels : []));
	expect(new Set(labels).size).toBe(labels.length);
	expect(Object.keys(localChanges)).toHaveLength(labels.length);
});
