import {
	bodyFatEstimates,
	bodyMassIndex,
	bodyRoundness,
	bodyShapeIndex,
	bodySurfaceDuBois,
	bodySurfaceMosteller,
	combineBodyFat,
	cunBae,
	type DerivedId,
	deriveAll,
	growthValue,
	isDerivedValue,
	navyBodyFat,
	type PersonFacts,
	relativeFatMass,
	restingEnergy,
	weltmanBodyFat,
} from "@anny-fitter/reference";
import { describe, expect, it } from "vitest";

const exactly = (value: number) => ({ value, sigma: 0 });

const MAN: PersonFacts = {
	sex: "male",
	ageYears: 40,
	stature_m: { value: 1.78, sigma: 0.01 },
	mass_kg: { value: 79, sigma: 1 },
	waist_m: { value: 0.86, sigma: 0.015 },
	waistAtNavel_m: { value: 0.9, sigma: 0.015 },
	hip_m: { value: 1.0, sigma: 0.012 },
	neck_m: { value: 0.38, sigma: 0.008 },
};

function resultOf(id: DerivedId, facts: PersonFacts) {
	const found = deriveAll(facts).find((derived) => derived.definition.id === id);
	if (found === undefined) throw new Error(`${id} was not derived`);
	return found.result;
}

function derivedValue(id: DerivedId, facts: PersonFacts) {
	const result = resultOf(id, facts);
	if (!isDerivedValue(result)) throw new Error(`${id} has no value: ${JSON.stringify(result)}`);
	return result;
}

/** Figures worked out by others or by hand. */
describe("formulas", () => {
	it("Navy body fat: two published examples", () => {
		expect(navyBodyFat("male", 1.78, 0.85, 0.38)).toBeCloseTo(16.44, 2);
		expect(navyBodyFat("female", 1.65, 0.72, 0.32, 0.98)).toBeCloseTo(27.43, 2);
		expect(navyBodyFat("male", 1.78, 0.35, 0.38)).toBeNull();
	});

	it("Weltman: by hand for a waist of 110 cm at 110 kg", () => {
		// 34.6027 − 12.0659 + 10.8336
		expect(weltmanBodyFat("male", 1.8, 110, 1.1)).toBeCloseTo(33.3704, 4);
		// 12.1847 − 29.1489 + 15.7894 + 51.03301
		expect(weltmanBodyFat("female", 1.65, 110, 1.1)).toBeCloseTo(49.85821, 4);
	});

	it("Du Bois and Mosteller differ little, BRI and ABSI follow a wider waist", () => {
		expect(Math.abs(bodySurfaceDuBois(82, 1.76) / bodySurfaceMosteller(82, 1.76) - 1)).toBeLessThan(0.02);
		expect(bodyRoundness(1, 1.75)).toBeGreaterThan(bodyRoundness(0.9, 1.75));
		expect(bodyShapeIndex(1, 80, 1.75) / bodyShapeIndex(0.8, 80, 1.75)).toBeCloseTo(1.25, 12);
	});

	it("RFM: 1.80 m with a waist of 0.90 m is 24 for a man, 36 for a woman", () => {
		expect(relativeFatMass("male", 1.8, 0.9)).toBeCloseTo(24, 10);
		expect(relativeFatMass("female", 1.8, 0.9)).toBeCloseTo(36, 10);
	});

	it("CUN-BAE: by hand for a BMI of 25 at 40 years", () => {
		// −44.988 + 20.12 + 79.3 − 16.25 − 20 + 5.25
		expect(cunBae("male", 40, 25)).toBeCloseTo(23.432, 3);
		// + 10.689 + 4.525 − 3.125
		expect(cunBae("female", 40, 25)).toBeCloseTo(35.521, 3);
	});

	it("surface: 70 kg and 170 cm are 1.81 (Du Bois) and 1.82 m² (Mosteller)", () => {
		expect(bodySurfaceDuBois(70, 1.7)).toBeCloseTo(1.81, 2);
		expect(bodySurfaceMosteller(70, 1.7)).toBeCloseTo(1.818, 3);
	});

	it("Mifflin: a man of 80 kg, 180 cm, 30 years needs 1780 kcal, a woman 1614", () => {
		expect(restingEnergy("male", 80, 1.8, 30)).toBeCloseTo(1780, 8);
		expect(restingEnergy("female", 80, 1.8, 30)).toBeCloseTo(1614, 8);
	});

	it("BRI: from the eccentricity of the ellipse, and −1.3 for no waist at all", () => {
		const eccentricity = Math.sqrt(1 - (0.9 / Math.PI / 1.8) ** 2);
		expect(bodyRoundness(0.9, 1.8)).toBeCloseTo(364.2 - 365.5 * eccentricity, 10);
		expect(bodyRoundness(0.9, 1.8)).toBeCloseTo(3.35, 1);
		expect(bodyRoundness(1e-9, 1.8)).toBeCloseTo(-1.3, 8);
	});

	it("ABSI: near 0.08 for an average adult", () => {
		expect(bodyShapeIndex(0.9, 75, 1.75)).toBeCloseTo(0.9 / (24.4898 ** (2 / 3) * 1.322876), 6);
		expect(bodyShapeIndex(0.9, 75, 1.75)).toBeCloseTo(0.0807, 3);
	});
});

describe("derived values", () => {
	it("BMI carries the errors of mass and stature and spreads over the classes", () => {
		const bmi = derivedValue("bmi", MAN);
		expect(bmi.value).toBeCloseTo(bodyMassIndex(79, 1.78), 12);
		expect(bmi.sigma).toBeCloseTo(bmi.value * Math.hypot(1 / 79, 0.02 / 1.78), 3);
		const classes = bmi.classes as readonly { code: string; probability: number }[];
		const sum = classes.reduce((total, item) => total + item.probability, 0);
		expect(sum).toBeCloseTo(1, 10);
		// 24.93 ± 0.42: about as likely below 25 as above.
		const normal = classes.find((item) => item.code === "normal")?.probability ?? 0;
		expect(normal).toBeGreaterThan(0.5);
		expect(normal).toBeLessThan(0.65);
	});

	it("a child's class comes from the growth chart", () => {
		const stature_m = exactly(1.4);
		const heavy = growthValue("bmi", "female", 10, 97) * 1.4 ** 2;
		const bmi = derivedValue("bmi", { sex: "female", ageYears: 10, stature_m, mass_kg: exactly(heavy) });
		expect(bmi.classes).toContainEqual(expect.objectContaining({ code: "child_obesity", probability: 1 }));
		const usual = growthValue("bmi", "female", 10, 60) * 1.4 ** 2;
		const other = derivedValue("bmi", { sex: "female", ageYears: 10, stature_m, mass_kg: exactly(usual) });
		expect(other.classes).toContainEqual(expect.objectContaining({ code: "child_healthy", probability: 1 }));
	});

	it("asks for what is missing and never guesses it", () => {
		const { sex: _, ageYears: __, ...body } = MAN;
		expect(derivedValue("bmi", body).classes).toEqual({ missing: ["age"] });
		expect(resultOf("body_fat", body)).toEqual({ missing: expect.arrayContaining(["sex", "age"]) });
		expect(resultOf("waist_to_height", body)).toEqual({ missing: ["age"] });
		expect(derivedValue("waist_to_hip", { ...body, ageYears: 40 }).classes).toEqual({ missing: ["sex"] });
		expect(resultOf("bmi", { sex: "male" })).toEqual({ missing: ["stature", "mass"] });
	});

	it("says for whom it does not hold", () => {
		const child = { ...MAN, ageYears: 9 };
		for (const id of ["body_fat", "waist_to_hip", "waist_to_height", "resting_energy"] as const) {
			expect(resultOf(id, child)).toEqual({ notValidFor: "age" });
		}
		const heavy = { ...MAN, mass_kg: exactly(130) };
		expect(derivedValue("waist_to_height", heavy).classes).toEqual({ notValidFor: "bmi" });
		expect(resultOf("body_roundness", { ...MAN, waistAtNavel_m: exactly(5.8) })).toEqual({ notValidFor: "shape" });
		expect(() => deriveAll({ ...MAN, hip_m: exactly(-1) })).toThrow(RangeError);
	});

	it("body fat is a range as wide as the best formula's error, between the formulas", () => {
		const fat = derivedValue("body_fat", MAN);
		const answers = bodyFatEstimates({
			sex: "male",
			ageYears: 40,
			stature_m: exactly(1.78),
			bmi: exactly(24.9),
			waistAtNavel_m: exactly(0.9),
			naturalWaist_m: exactly(0.86),
			hip_m: exactly(1),
			neck_m: exactly(0.38),
		});
		expect(answers.map((answer) => answer.formula).sort()).toEqual(["cun-bae", "navy", "rfm"]);
		const each = answers.map((answer) => answer.value);
		expect(fat.value).toBeGreaterThan(Math.min(...each));
		expect(fat.value).toBeLessThan(Math.max(...each));
		expect(combineBodyFat(answers).sigma).toBe(5.1);
		expect(fat.high - fat.low).toBeGreaterThan(16);
		expect(fat.classes).toBeNull();
	});

	it("without a usable neck the two other formulas answer", () => {
		const answers = bodyFatEstimates({
			sex: "male",
			ageYears: 40,
			stature_m: exactly(1.78),
			bmi: exactly(24.9),
			waistAtNavel_m: exactly(0.37),
			naturalWaist_m: exactly(0.37),
			hip_m: exactly(1),
			neck_m: exactly(0.38),
		});
		expect(answers.map((answer) => answer.formula).sort()).toEqual(["cun-bae", "rfm"]);
	});
});
