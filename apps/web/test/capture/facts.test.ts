import { parseStatedFacts } from "@anny-fitter/contracts";
import { describe, expect, it } from "vitest";
import {
	checkFacts,
	type Facts,
	factFields,
	feetAndInches,
	fromFeetAndInches,
	NO_FACTS,
	parseTyped,
} from "../../src/features/capture/facts.js";
import { SAMPLE_PEOPLE } from "../../src/features/capture/sample-people.js";

const TODAY = new Date(2026, 5, 15);
const facts = (given: Partial<Facts>): Facts => ({ ...NO_FACTS, ...given });

/** Whether the server would take these facts. */
function isTaken(given: Facts): boolean {
	const { measures, ...fields } = factFields(given);
	const stated: Record<string, unknown> = {};
	for (const [name, text] of Object.entries(fields))
		stated[name] = /^[-\d.]+$/.test(text) && name !== "date_of_birth" ? Number(text) : text;
	if (measures !== undefined) stated.measures = JSON.parse(measures);
	try {
		parseStatedFacts(stated, TODAY);
		return true;
	} catch {
		return false;
	}
}

describe("checkFacts", () => {
	it("agrees with the server on every value", () => {
		const cases: Facts[] = [NO_FACTS];
		for (const stature_m of [0.0175, 0.399, 0.4, 1.7, 2.6, 2.61, 17.5]) cases.push(facts({ stature_m }));
		for (const weight_kg of [1.9, 2, 70, 350, 351, 70_000]) cases.push(facts({ weight_kg }));
		for (const age_years of [0, 0.5, 33, 110, 110.5]) cases.push(facts({ ageBy: "years", age_years }));
		for (const date_of_birth of ["2026-06-15", "2026-06-16", "1990-02-30", "1990-02-28", "1915-01-01", "nonsense"]) {
			cases.push(facts({ date_of_birth }));
		}
		for (const value_m of [0.019, 0.02, 0.8, 3, 3.1]) cases.push(facts({ measures: [{ id: "waist_girth", value_m }] }));
		for (const [stature_m, weight_kg] of [
			[2, 15],
			[2, 25],
			[0.5, 60],
			[0.6, 60],
		] as const) {
			cases.push(facts({ stature_m, weight_kg }));
		}
		const disagreements = cases.filter(
			(given) => (Object.keys(checkFacts(given, TODAY)).length === 0) !== isTaken(given),
		);
		expect(disagreements).toEqual([]);
		expect(cases.filter(isTaken).length).toBeGreaterThan(10);
	});

	it("guesses what was meant", () => {
		// 1.75 typed as centimetres, 1750 typed as centimetres, 5.9 typed as centimetres.
		expect(checkFacts(facts({ stature_m: 0.0175 }), TODAY).stature_m?.suggestion).toBeCloseTo(1.75, 9);
		expect(checkFacts(facts({ stature_m: 17.5 }), TODAY).stature_m?.suggestion).toBeCloseTo(1.75, 9);
		expect(checkFacts(facts({ stature_m: 0.059 }), TODAY).stature_m?.suggestion).toBeCloseTo(1.798, 3);
		expect(checkFacts(facts({ weight_kg: 70_000 }), TODAY).weight_kg?.suggestion).toBe(70);
		expect(checkFacts(facts({ weight_kg: 400 }), TODAY).weight_kg?.suggestion).toBeCloseTo(181.4, 1);
	});

	it("points at what is no number, and at the field", () => {
		const problems = checkFacts(
			facts({
				stature_m: Number.NaN,
				measures: [
					{ id: "hip_girth", value_m: 1 },
					{ id: "waist_girth", value_m: 8.2 },
				],
			}),
			TODAY,
		);
		expect(problems.stature_m?.code).toBe("notANumber");
		expect(problems["measures.1"]).toEqual({ code: "range", suggestion: 0.82 });
		expect(Object.keys(problems)).toHaveLength(2);
	});

	it("takes the sample people", () => {
		for (const { facts: sample } of Object.values(SAMPLE_PEOPLE)) {
			expect(checkFacts(sample, TODAY)).toEqual({});
			expect(isTaken(sample)).toBe(true);
		}
	});
});

describe("factFields", () => {
	it("sends only what was told, and one of age and birth", () => {
		expect(factFields(NO_FACTS)).toEqual({});
		expect(
			factFields(facts({ ageBy: "years", age_years: 33, date_of_birth: "1990-01-01", sex: "female", stature_m: 1.75 })),
		).toEqual({ age_years: "33", sex: "female", stature_m: "1.75", stature_source: "measured" });
		expect(
			factFields(
				facts({
					measures: [
						{ id: "waist_girth", value_m: 0.82 },
						{ id: "hip_girth", value_m: null },
					],
				}),
			),
		).toEqual({
			measures: '{"waist_girth":0.82}',
		});
	});
});

describe("typed numbers", () => {
	it("take a comma or a point, and nothing else", () => {
		expect(["172,4", " 172.4 ", "172.", ".5", ""].map(parseTyped)).toEqual([172.4, 172.4, 172, 0.5, null]);
		for (const text of ["1,72,4", "abc", "-3", "1e3", "5'9"]) expect(parseTyped(text)).toBeNaN();
	});
});

describe("feet and inches", () => {
	it("never show twelve inches, and come back", () => {
		expect(feetAndInches(1.8287)).toEqual({ feet: 6, inches: 0 });
		expect(feetAndInches(1.724)).toEqual({ feet: 5, inches: 7.9 });
		for (let length_m = 0.4; length_m < 2.6; length_m += 0.0137) {
			const { feet, inches } = feetAndInches(length_m);
			expect(inches).toBeLessThan(12);
			expect(Math.abs(fromFeetAndInches(feet, inches)! - length_m)).toBeLessThan(0.0013);
		}
		expect(fromFeetAndInches(null, null)).toBeNull();
		expect(fromFeetAndInches(5, null)).toBeCloseTo(1.524, 6);
		expect(fromFeetAndInches(5, Number.NaN)).toBeNaN();
	});
});
