import { describe, expect, test } from "vitest";
import type { ResearchMeasurement } from "../../src/api/types.js";
import { summarize } from "../../src/features/research/summarize.js";

const row = (person: string, value: number, change: Partial<ResearchMeasurement> = {}): ResearchMeasurement => ({
	research_subject_id: person,
	research_model_id: `${person}-${value}`,
	gender: "female",
	birth_year: 1990,
	measured_year: 2026,
	measurement_type: "waist_girth",
	value,
	unit: "meters",
	sigma: 0.01,
	interval90_low: value - 0.02,
	interval90_high: value + 0.02,
	confidence: 0.9,
	extracted_from: "model",
	...change,
});

describe("a summary of research measurements", () => {
	test("counts each person once", () => {
		const [group] = summarize([row("a", 0.7), row("a", 0.72), row("b", 0.81), row("c", 0.9)]);
		// Means of the people: 0.71, 0.81, 0.9.
		expect(group).toMatchObject({ people: 3, measurements: 4 });
		expect(group?.mean).toBeCloseTo(0.80667, 5);
		expect(group?.standard_deviation).toBeCloseTo(0.09504, 5);
	});

	test("keeps measurements and sexes apart", () => {
		const groups = summarize([
			row("a", 0.7),
			row("b", 0.9, { gender: "male" }),
			row("c", 0.8, { gender: null }),
			row("a", 61, { measurement_type: "mass", unit: "kilograms" }),
		]);
		expect(groups.map(({ measurement_type, gender }) => `${measurement_type} ${gender}`)).toEqual([
			"mass female",
			"waist_girth female",
			"waist_girth male",
			"waist_girth null",
		]);
	});

	test("keeps what photos show apart from bodies", () => {
		const groups = summarize([row("a", 0.9, { extracted_from: "image" }), row("a", 0.7), row("b", 0.8)]);
		expect(groups.map(({ extracted_from, people }) => [extracted_from, people])).toEqual([
			["model", 2],
			["image", 1],
		]);
		expect(groups[0]?.mean).toBeCloseTo(0.75, 9);
	});

	test("has no spread of a single person, however many bodies", () => {
		const [group] = summarize([row("a", 0.7), row("a", 0.8)]);
		expect(group?.standard_deviation).toBeNull();
	});

	test("of nothing is nothing", () => {
		expect(summarize([])).toEqual([]);
	});
});
