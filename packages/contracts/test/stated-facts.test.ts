import { AppError, parseStatedFacts, statedAgeYears } from "@anny-fitter/contracts";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

const TODAY = new Date(2025, 5, 15);

function refusal(raw: unknown): AppError {
	try {
		parseStatedFacts(raw, TODAY);
	} catch (error) {
		expect(error).toBeInstanceOf(AppError);
		return error as AppError;
	}
	throw new Error("not refused");
}

describe("parseStatedFacts", () => {
	it("keeps what was stated and leaves out what was not", () => {
		const facts = parseStatedFacts(
			{ stature_m: 1.75, weight_kg: 70, age_years: null, sex: "female", measures: { waist_girth: 0.82 } },
			TODAY,
		);
		expect(facts).toEqual({ stature_m: 1.75, weight_kg: 70, sex: "female", measures: { waist_girth: 0.82 } });
		expect("age_years" in facts).toBe(false);
		expect(parseStatedFacts({}, TODAY)).toEqual({});
	});

	it.each<[string, unknown, string, string]>([
		["17 cm", { stature_m: 0.17 }, "17 cm", "Did you mean 170 cm (1.70 m)?"],
		["1750 cm", { stature_m: 17.5 }, "1750 cm", "Did you mean 175 cm (1.75 m)?"],
		["metres typed as centimetres", { stature_m: 0.0175 }, "1.75 cm", "Did you mean 175 cm (1.75 m)?"],
		["centimetres typed as metres", { stature_m: 175 }, "17500 cm", "Did you mean 175 cm (1.75 m)?"],
		["feet typed as centimetres", { stature_m: 0.059 }, "5.9 cm", "Did you mean 179.8 cm (1.80 m)?"],
		["no stature at all", { stature_m: -1 }, "-100 cm", "State the stature in centimetres, such as 175."],
		["grams", { weight_kg: 70500 }, "70500 kg", "Did you mean 70.5 kg (70500 g)?"],
		["pounds", { weight_kg: 400 }, "400 kg", "Did you mean 181.4 kg (400 lb)?"],
		["no weight at all", { weight_kg: 0 }, "0 kg", "State the weight in kilograms, such as 70."],
		["an age beyond any", { age_years: 111 }, "111 years", "State the age in years; half a year is 0.5."],
		["a year of birth as age", { age_years: 1985 }, "1985 years", "State the age in years, or the date of birth"],
		["a date that is none", { date_of_birth: "1990-02-30" }, "no day 1990-02-30", "YYYY-MM-DD"],
		["a date in another order", { date_of_birth: "23.04.1990" }, '"23.04.1990" is not a date', "YYYY-MM-DD"],
		["a future date of birth", { date_of_birth: "2025-06-16" }, "in the future", "YYYY-MM-DD"],
		["a date of birth long ago", { date_of_birth: "1890-01-01" }, "more than 110 years ago", "YYYY-MM-DD"],
		["an unknown sex", { sex: "m" }, '"m" is not one of', "Use male, female or unspecified."],
		["a misspelt fact", { statur_m: 1.7 }, '"statur_m"', 'Did you mean "stature_m"?'],
		["a girth in centimetres as metres", { measures: { waist_girth: 82 } }, "8200 cm", "Did you mean 82 cm (0.82 m)?"],
		["text for a number", { weight_kg: "70" }, 'weight_kg must be a number, but it is "70".', "Correct"],
		["not a number", { stature_m: Number.NaN }, "stature_m must be a number", "Correct"],
		["not an object", [1.75], "must be an object", "Correct"],
	])("refuses %s with a cause and a remedy", (_, raw, cause, remedy) => {
		const error = refusal(raw);
		expect(error.code).toBe("invalid_argument");
		expect(error.exitCode).toBe(2);
		expect(error.message).toContain(cause);
		expect(error.message).toMatch(/^[^\n]+\.$/);
		expect(error.remedy).toContain(remedy);
	});

	it("keeps how stature and weight are known, beside them only", () => {
		const sources = { stature_source: "estimated", weight_source: "measured" };
		expect(parseStatedFacts({ weight_kg: 70, ...sources }, TODAY)).toEqual({
			weight_kg: 70,
			weight_source: "measured",
		});
		expect(parseStatedFacts({ stature_m: 1.7, ...sources }, TODAY)).toEqual({
			stature_m: 1.7,
			stature_source: "estimated",
		});
		expect(parseStatedFacts(sources, TODAY)).toEqual({});
		const error = refusal({ weight_kg: 70, weight_source: "scale" });
		expect(error.message).toBe('"scale" is not one of measured, estimated.');
		expect(error.details).toEqual({ field: "weight_source" });
	});

	it("keeps standard deviations of what is stated, and refuses impossible ones", () => {
		const facts = { stature_m: 1.7, weight_kg: 70, measures: { hip_girth: 0.96 } };
		const sigmas = { stature: 0.01, mass: 1, hip_girth: 0.005 };
		expect(parseStatedFacts({ ...facts, sigmas }, TODAY)).toEqual({ ...facts, sigmas });
		expect(parseStatedFacts({ ...facts, sigmas: {} }, TODAY)).toEqual(facts);
		expect(parseStatedFacts({ measures: { stature: 1.7 }, sigmas: { stature: 0.01 } }, TODAY)).toEqual({
			stature_m: 1.7,
			sigmas: { stature: 0.01 },
		});
		for (const wrong of [{ waist_girth: 0.01 }, { mass: 0 }, { mass: 71 }, { mass: "1" }, { toString: 1 }, [1]]) {
			expect(refusal({ ...facts, sigmas: wrong }).code, JSON.stringify(wrong)).toBe("invalid_argument");
		}
	});

	it("takes a measured stature for the stature, and refuses two that differ", () => {
		expect(parseStatedFacts({ measures: { stature: 1.72 } }, TODAY)).toEqual({ stature_m: 1.72 });
		expect(parseStatedFacts({ stature_m: 1.73, measures: { stature: 1.72, waist_girth: 0.8 } }, TODAY)).toEqual({
			stature_m: 1.73,
			measures: { waist_girth: 0.8 },
		});
		const error = refusal({ stature_m: 1.7, measures: { stature: 1.2 } });
		expect(error.message).toContain("120 cm (1.2 m) contradicts the stated 170 cm (1.7 m)");
		expect(error.remedy).toContain("one of the two");
		expect(refusal({ measures: { stature: 0.2 } }).message).toContain("20 cm");
	});

	it("refuses an age that contradicts the date of birth, and lets a birthday's difference pass", () => {
		const error = refusal({ age_years: 40, date_of_birth: "1990-04-23" });
		expect(error.message).toBe("An age of 40 years contradicts the date of birth 1990-04-23, which makes 35.1 years.");
		for (const age_years of [34.2, 35, 36]) {
			expect(parseStatedFacts({ age_years, date_of_birth: "1990-04-23" }, TODAY).age_years).toBe(age_years);
		}
		refusal({ age_years: 36.2, date_of_birth: "1990-04-23" });
	});

	it("refuses a weight that cannot belong to the stature", () => {
		expect(refusal({ stature_m: 1.75, weight_kg: 7 }).message).toBe(
			"A weight of 7 kg cannot belong to a stature of 175 cm.",
		);
	});

	it("accepts newborns, giants and the very heavy", () => {
		for (const facts of [
			{ stature_m: 0.45, weight_kg: 2.1, age_years: 0 },
			{ stature_m: 2.51, weight_kg: 140 },
			{ stature_m: 1.7, weight_kg: 350 },
			{ date_of_birth: "2025-06-15" },
			{ date_of_birth: "2024-02-29" },
		]) {
			expect(parseStatedFacts(facts, TODAY)).toEqual(facts);
		}
	});

	it("either returns the facts or throws an AppError, whatever it is given (seed 7)", () => {
		fc.assert(
			fc.property(
				fc.record(
					{
						stature_m: fc.oneof(fc.double(), fc.string()),
						weight_kg: fc.oneof(fc.double(), fc.constant(null)),
						age_years: fc.oneof(fc.double(), fc.boolean()),
						date_of_birth: fc.oneof(
							fc.string(),
							fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
						),
						sex: fc.anything(),
						measures: fc.anything(),
					},
					{ requiredKeys: [] },
				),
				(raw) => {
					try {
						parseStatedFacts(raw, TODAY);
					} catch (error) {
						expect(error).toBeInstanceOf(AppError);
					}
				},
			),
			{ seed: 7 },
		);
	});
});

describe("statedAgeYears", () => {
	it("prefers the date of birth, counts calendar days and is null without either", () => {
		expect(statedAgeYears({ date_of_birth: "2015-06-15", age_years: 9 }, TODAY)).toBeCloseTo(10, 2);
		expect(statedAgeYears({ date_of_birth: "2025-06-15" }, new Date(2025, 5, 15, 23, 59))).toBe(0);
		expect(statedAgeYears({ age_years: 9 }, TODAY)).toBe(9);
		expect(statedAgeYears({}, TODAY)).toBeNull();
	});
});
