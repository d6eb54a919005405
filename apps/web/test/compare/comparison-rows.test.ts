import { describe, expect, it } from "vitest";
import { comparisonRows, type ModelComparison } from "../../src/features/compare/comparison-rows.js";
import { historyPoints } from "../../src/features/history/history-points.js";

const summary = {
	model_id: "00000000-0000-4000-8000-000000000001",
	subject_id: "00000000-0000-4000-8000-000000000002",
	session_id: null,
	created_at: "2026-01-01T00:00:00.000Z",
	stature_m: 1.7,
	mass_kg: 70,
	photo_count: 1,
	expected_pve_mm: 10,
	flagged_for_review: false,
	review_state: "none",
	based_on_model_id: null,
	name: null,
} as const;
const definition = { version: 1, name: "x", kind: "girth", side: "centre", posture: "", iso8559: null, text: "x" };
const entry = (
	a_m: number,
	b_m: number,
	difference_sigma_m: number,
	verdict: "changed" | "unclear" | "not_shown" = "not_shown",
) => ({
	a_m,
	b_m,
	difference_m: b_m - a_m,
	difference_sigma_m,
	correlation: 0.5,
	probability: 0.9,
	verdict,
	definition,
});
const comparison: ModelComparison = {
	a: summary,
	b: summary,
	is_same_subject: true,
	measurements: {
		stature: entry(1.7, 1.7, 0.003),
		waist_girth: entry(0.8, 0.83, 0.06),
		hip_girth: entry(1, 0.98, 0.004, "changed"),
		head_girth: entry(0.56, 0.56, 0),
	},
	mass: {
		a_kg: 70,
		b_kg: 69,
		difference_kg: -1,
		difference_sigma_kg: 1,
		correlation: 0,
		probability: 0.84,
		verdict: "not_shown",
	},
	not_compared: {},
};

describe("the lines of a comparison", () => {
	it("stand in the catalogue's order after the mass", () => {
		const rows = comparisonRows(comparison, "catalogue");
		expect(rows.map((row) => row.id)).toEqual(["mass", "stature", "waist_girth", "hip_girth", "head_girth"]);
		expect(rows[0]).toMatchObject({ a: 70, b: 69, difference: -1, probability: 0.84, verdict: "not_shown" });
		expect(rows[3]?.margin).toBeCloseTo(0.00658, 4);
		expect(rows[3]?.verdict).toBe("changed");
	});

	it("leave out a mass that is not compared", () => {
		expect(comparisonRows({ ...comparison, mass: null }, "catalogue").map((row) => row.id)).not.toContain("mass");
	});

	it("show what has changed before what stands out more, but may be chance", () => {
		const measurements = {
			...comparison.measurements,
			head_girth: entry(0.56, 0.58, 0.001, "unclear"),
		};
		const rows = comparisonRows({ ...comparison, measurements }, "largest");
		expect(rows.slice(0, 2).map((row) => row.id)).toEqual(["hip_girth", "head_girth"]);
	});

	it("begin with what stands out most from its error, not with the largest number", () => {
		const rows = comparisonRows(comparison, "largest");
		expect(rows.map((row) => row.id)).toEqual(["hip_girth", "mass", "waist_girth", "stature", "head_girth"]);
	});
});

describe("the course of a quantity", () => {
	const body = (model_id: string, created_at: string, waist_m: number | null, mass_kg: number) => ({
		created_at,
		measured: {
			model_id,
			stature_m: 1.7,
			mass_kg,
			mass_sigma_kg: 1,
			mass_interval90_kg: [mass_kg - 1.6, mass_kg + 1.6] as [number, number],
			image_measurements: [],
			measurements:
				waist_m === null
					? {}
					: {
							waist_girth: {
								value_m: waist_m,
								sigma_m: 0.01,
								interval90_m: [waist_m - 0.016, waist_m + 0.016] as [number, number],
								confidence: 0.9,
								sources: ["prior" as const],
								definition,
							},
						},
		},
	});
	const bodies = [
		body("c", "2026-03-01T00:00:00Z", 0.79, 69),
		body("b", "2026-02-01T00:00:00Z", null, 70),
		body("a", "2026-01-01T00:00:00Z", 0.81, 71),
	];

	it("runs from the oldest to the newest and leaves out bodies without it", () => {
		expect(historyPoints(bodies, "waist_girth").map((point) => point.model_id)).toEqual(["a", "c"]);
		expect(historyPoints(bodies, "mass").map((point) => point.value)).toEqual([71, 70, 69]);
	});

	it("carries intervals and times", () => {
		const [first] = historyPoints(bodies, "waist_girth");
		expect(first).toMatchObject({ time_s: Date.parse("2026-01-01T00:00:00Z") / 1000, value: 0.81 });
		expect(first?.low).toBeCloseTo(0.794, 12);
		expect(first?.high).toBeCloseTo(0.826, 12);
	});
});
