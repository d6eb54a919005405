import { type Estimate, propagate, type Sex } from "./estimate.js";

/** What body-fat formulas are told: metres and kg/m². */
export interface BodyFatInputs {
	readonly sex: Sex;
	readonly ageYears: number;
	readonly stature_m: Estimate;
	readonly bmi: Estimate;
	readonly waistAtNavel_m: Estimate;
	/** Needed for women by one formula. */
	readonly naturalWaist_m: Estimate;
	readonly hip_m: Estimate;
	readonly neck_m: Estimate;
}

/** One formula's answer in per cent of body mass. */
export interface BodyFatEstimate extends Estimate {
	readonly formula: "navy" | "rfm" | "cun-bae";
}

/**
 * Body fat by the U.S. Navy's girths (Hodgdon J A, Beckett M B, 1984). Null where the girths leave the formula's range.
 *
 * @returns per cent of body mass
 */
export function navyBodyFat(sex: Sex, stature_m: number, waist_m: number, neck_m: number, hip_m = 0): number | null {
	const girth_cm = 100 * (sex === "male" ? waist_m - neck_m : waist_m + hip_m - neck_m);
	if (girth_cm <= 0) return null;
	const height = Math.log10(100 * stature_m);
	const density =
		sex === "male"
			? 1.0324 - 0.19077 * Math.log10(girth_cm) + 0.15456 * height
			: 1.29579 - 0.35004 * Math.log10(girth_cm) + 0.221 * height;
	return 495 / density - 450;
}

/** Relative fat mass (Woolcott O O, Bergman R N, Scientific Reports 8, 2018), per cent of body mass. */
export function relativeFatMass(sex: Sex, stature_m: number, waist_m: number): number {
	return 64 - (20 * stature_m) / waist_m + (sex === "female" ? 12 : 0);
}

/** CUN-BAE (Gómez-Ambrosi J et al., Diabetes Care 35, 2012), per cent of body mass. */
export function cunBae(sex: Sex, ageYears: number, bmi: number): number {
	const s = sex === "female" ? 1 : 0;
	return (
		-44.988 +
		0.503 * ageYears +
		10.689 * s +
		3.172 * bmi -
		0.026 * bmi ** 2 +
		0.181 * bmi * s -
		0.02 * bmi * ageYears -
		0.005 * bmi ** 2 * s +
		0.00021 * bmi ** 2 * ageYears
	);
}

/**
 * Body fat of obese adults by waist and mass, and of women by stature, too (Weltman A et al., Hum Biol 59, 1987 for men, Am J
 * Clin Nutr 48, 1988 for women). Made on people with a BMI of about 30 and more: elsewhere it says little.
 *
 * @returns per cent of body mass
 */
export function weltmanBodyFat(sex: Sex, stature_m: number, mass_kg: number, waist_m: number): number {
	const waist_cm = 100 * waist_m;
	return sex === "male"
		? 0.31457 * waist_cm - 0.10969 * mass_kg + 10.8336
		: 0.11077 * waist_cm - 17.666 * stature_m + 0.14354 * mass_kg + 51.03301;
}

/**
 * Errors of the formulas against measured body fat, in percentage points: 1.25 times the mean absolute errors that they
 * show on 252 men (Johnson 1996, weighed under water) and 184 women (Slack 1997). Wider than the authors' own figures.
 */
const FORMULA_SIGMA = {
	navy: { male: 5.1, female: 5.2 },
	rfm: { male: 8.0, female: 7.6 },
	"cun-bae": { male: 7.7, female: 6.8 },
} as const;

/** What the formulas say, each with the error of its inputs and its own. */
export function bodyFatEstimates(inputs: BodyFatInputs): BodyFatEstimate[] {
	const { sex, ageYears, stature_m, bmi, waistAtNavel_m, naturalWaist_m, hip_m, neck_m } = inputs;
	const answer = (formula: BodyFatEstimate["formula"], { value, sigma }: Estimate) => ({ formula, value, sigma });
	const answers = [
		answer(
			"rfm",
			propagate([stature_m, waistAtNavel_m], (h, w) => relativeFatMass(sex, h, w), FORMULA_SIGMA.rfm[sex]),
		),
		answer(
			"cun-bae",
			propagate([bmi], (b) => cunBae(sex, ageYears, b), FORMULA_SIGMA["cun-bae"][sex]),
		),
	];
	// Men are taped at the navel, women where the waist is slimmest.
	const girths = sex === "male" ? [stature_m, waistAtNavel_m, neck_m] : [stature_m, naturalWaist_m, neck_m, hip_m];
	const navy = (...[h, w, n, hip]: number[]) => navyBodyFat(sex, h, w, n, hip) ?? Number.NaN;
	const byNavy = propagate(girths, navy, FORMULA_SIGMA.navy[sex]);
	if (Number.isFinite(byNavy.value) && Number.isFinite(byNavy.sigma)) answers.unshift(answer("navy", byNavy));
	return answers;
}

/**
 * One value from several formulas: their mean, the better ones counting more. Its error is not smaller than that of the
 * best formula, because all of them look at the same body from the outside and err together.
 */
export function combineBodyFat(answers: readonly BodyFatEstimate[]): Estimate {
	let sum = 0;
	let weights = 0;
	for (const { value, sigma } of answers) {
		sum += value / sigma ** 2;
		weights += 1 / sigma ** 2;
	}
	return { value: sum / weights, sigma: Math.min(...answers.map((answer) => answer.sigma)) };
}
