import { annyAgeFromYears } from "@anny-fitter/body-model";
import { describe, expect, test } from "vitest";
import { ADULT_YEARS, adulthoodAt, type ChildShape, childShape, cubicWeights } from "../src/prior/child-prior.js";
import { CHILD_KNOT_YEARS, CHILD_PARAMETERS, CHILD_TABLE } from "../src/prior/child-table.js";
import { SHAPE_PARAMETER_NAMES } from "../src/shape-covariance.js";
import { phenotypeIndex, SHAPE_COUNT, SHAPE_PARAMETERS } from "../src/shape-parameters.js";

const AGE = phenotypeIndex("age");
const ages = Array.from({ length: 121 }, (_, i) => i / 5);

function forEachShape(check: (shape: ChildShape, years: number, femaleness: number) => void): void {
	for (const femaleness of [0, 0.5, 1])
		for (const years of ages) check(childShape(femaleness, years), years, femaleness);
}

describe("shape of a child", () => {
	test("lies within the bounds of every fit, with spreads that are positive and hold the shared part", () => {
		forEachShape(({ mean, sigma, fatness }, years, femaleness) => {
			expect(mean).toHaveLength(SHAPE_COUNT);
			const wrong = SHAPE_PARAMETERS.flatMap((parameter, i) => {
				const lowest = parameter.kind === "phenotype" ? 0 : -1;
				const isFine = mean[i] >= lowest && mean[i] <= 1 && sigma[i] > 0 && sigma[i] < 0.5 && fatness[i] < sigma[i];
				return isFine && fatness[i] >= 0 ? [] : [SHAPE_PARAMETER_NAMES[i]];
			});
			expect(wrong, `${years} years, femaleness ${femaleness}`).toEqual([]);
			expect(mean[AGE]).toBe(annyAgeFromYears(years));
		});
	});

	test("every row of the table is a parameter of the fit, as long as there are ages", () => {
		const labels = SHAPE_PARAMETER_NAMES.map((name) => name.slice(name.indexOf(":") + 1));
		for (const name of CHILD_PARAMETERS) expect(labels).toContain(name);
		expect(new Set(CHILD_PARAMETERS).size).toBe(CHILD_PARAMETERS.length);
		for (const { mean, sigma, fatness } of [CHILD_TABLE.male, CHILD_TABLE.female]) {
			expect(mean).toHaveLength(CHILD_PARAMETERS.length);
			expect(sigma).toHaveLength(CHILD_PARAMETERS.length);
			for (const row of [...mean, ...sigma, fatness]) expect(row).toHaveLength(CHILD_KNOT_YEARS.length);
		}
	});

	test("changes by at most 0.3 a year from two years on, 2.5 before, and its slope has no steps", () => {
		const step = 1e-3;
		const worst = { infant: 0, child: 0, kink: 0 };
		for (const femaleness of [0, 1]) {
			for (let years = 0.05; years < 24; years += 0.05) {
				const [a, b, c] = [-step, 0, step].map((d) => childShape(femaleness, years + d).mean);
				for (let i = 0; i < SHAPE_COUNT; i++) {
					if (i === AGE) continue;
					const [before, after] = [(b[i] - a[i]) / step, (c[i] - b[i]) / step];
					if (years < 2) worst.infant = Math.max(worst.infant, Math.abs(after));
					else worst.child = Math.max(worst.child, Math.abs(after));
					worst.kink = Math.max(worst.kink, Math.abs(after - before));
				}
			}
		}
		expect(worst.infant).toBeLessThan(2.5);
		expect(worst.child).toBeLessThan(0.3);
		// Breast size begins and ends to grow with a kink of 0.02 a year at most.
		expect(worst.kink).toBeLessThan(0.03);
	});

	test("is mixed for an unknown sex, and stays as it is after 20 years but for the age", () => {
		for (const years of [0.3, 2, 11.7, 20]) {
			const [boy, girl, child] = [0, 1, 0.5].map((f) => childShape(f, years).mean);
			for (let i = 0; i < SHAPE_COUNT; i++) expect(child[i]).toBeCloseTo((boy[i] + girl[i]) / 2, 12);
		}
		const [at20, at40] = [20, 40].map((years) => childShape(1, years).mean);
		for (let i = 0; i < SHAPE_COUNT; i++) if (i !== AGE) expect(at40[i]).toBe(at20[i]);
		expect(childShape(0, -1)).toEqual(childShape(0, 0));
	});
});

test("the cubic goes through the table and follows straight lines and, inside, parabolas exactly", () => {
	const at = (years: number, f: (x: number) => number): number => {
		const { row, weights } = cubicWeights(years);
		return weights.reduce((sum, w, k) => (w === 0 ? sum : sum + w * f(CHILD_KNOT_YEARS[row + k - 1])), 0);
	};
	for (const knot of CHILD_KNOT_YEARS) expect(at(knot, (x) => Math.sin(3 * x))).toBeCloseTo(Math.sin(3 * knot), 12);
	for (let years = 0.3; years < 18.9; years += 0.123) {
		expect(at(years, (x) => 2 - 0.3 * x)).toBeCloseTo(2 - 0.3 * years, 10);
		expect(at(years, (x) => 1 + x * x)).toBeCloseTo(1 + years * years, 8);
	}
});

test("adulthood rises from 20 to 26 years without kinks", () => {
	expect([0, 19, ADULT_YEARS.from, 23, ADULT_YEARS.to, 60].map(adulthoodAt)).toEqual([0, 0, 0, 0.5, 1, 1]);
	for (let years = 18; years < 28; years += 0.01) {
		const slope = (adulthoodAt(years + 1e-4) - adulthoodAt(years)) / 1e-4;
		expect(slope).toBeGreaterThanOrEqual(0);
		expect(slope).toBeLessThan(0.26);
	}
	expect((adulthoodAt(20.001) - adulthoodAt(20)) / 0.001).toBeLessThan(1e-3);
});
