import { KG_PER_POUND } from "../../format/units.js";
import { isPossibleBirth, localDate } from "../../subjects/birth-date.js";

export type Sex = "female" | "male" | "unspecified";

/** How a stature or weight is known: measured lately, or from memory. */
export type StatedSource = "measured" | "estimated";

/** A length taken with a tape. */
export interface HandMeasure {
	/** Id of the catalogue. */
	readonly id: string;
	/** Null while nothing is typed. */
	readonly value_m: number | null;
}

/** What is told about the person, in SI units. Null is not told; NaN is typed but no number. */
export interface Facts {
	readonly stature_m: number | null;
	readonly stature_source: StatedSource;
	readonly weight_kg: number | null;
	readonly weight_source: StatedSource;
	/** Which of the two is told. */
	readonly ageBy: "birth" | "years";
	/** YYYY-MM-DD, or empty. */
	readonly date_of_birth: string;
	readonly age_years: number | null;
	/** `unspecified` is not told. */
	readonly sex: Sex;
	readonly measures: readonly HandMeasure[];
}

/** Nothing told. */
export const NO_FACTS: Facts = {
	stature_m: null,
	stature_source: "measured",
	weight_kg: null,
	weight_source: "measured",
	ageBy: "birth",
	date_of_birth: "",
	age_years: null,
	sex: "unspecified",
	measures: [],
};

/** What is wrong with a fact, and what may have been meant, in the fact's unit. */
export interface FactProblem {
	readonly code: "notANumber" | "range" | "impossibleBirth" | "contradiction";
	readonly suggestion: number | null;
}

/** By field; measures as `measures.<position>`. */
export type FactProblems = Readonly<Partial<Record<string, FactProblem>>>;

/** What the server takes; the same limits as there. */
const STATURE_M = { low: 0.4, high: 2.6 };
const WEIGHT_KG = { low: 2, high: 350 };
const AGE_YEARS = { low: 0, high: 110 };
const MEASURE_M = { low: 0.02, high: 3 };
const BODY_MASS_INDEX = { low: 5, high: 200 };
const M_PER_FOOT = 0.3048;

/** Finds what the server would refuse. */
export function checkFacts(facts: Facts, today: Date): FactProblems {
	const problems: Partial<Record<string, FactProblem>> = {};
	const check = (field: string, value: number | null, range: Range, guesses: (value: number) => readonly number[]) => {
		if (value === null) return;
		if (Number.isNaN(value)) problems[field] = { code: "notANumber", suggestion: null };
		else if (!isWithin(value, range)) {
			const suggestion = guesses(value).find((guess) => isWithin(guess, range)) ?? null;
			problems[field] = { code: "range", suggestion };
		}
	};
	// Metres typed as centimetres, millimetres, feet typed as centimetres, a digit too many.
	check("stature_m", facts.stature_m, STATURE_M, (value) => [value * 100, value / 10, 100 * value * M_PER_FOOT]);
	check("weight_kg", facts.weight_kg, WEIGHT_KG, (value) => [value / 1000, value * KG_PER_POUND]);
	if (facts.ageBy === "years") check("age_years", facts.age_years, AGE_YEARS, () => []);
	else if (facts.date_of_birth !== "" && !isPossibleBirth(facts.date_of_birth, today)) {
		problems.date_of_birth = { code: "impossibleBirth", suggestion: null };
	}
	for (const [position, { value_m }] of facts.measures.entries()) {
		check(`measures.${position}`, value_m, MEASURE_M, (value) => [value / 10, value * 100]);
	}
	const { stature_m, weight_kg } = facts;
	if (
		stature_m !== null &&
		weight_kg !== null &&
		problems.stature_m === undefined &&
		problems.weight_kg === undefined
	) {
		if (!isWithin(weight_kg / stature_m ** 2, BODY_MASS_INDEX)) {
			problems.weight_kg = { code: "contradiction", suggestion: null };
		}
	}
	return problems;
}

/** The text fields of POST /fit for what was told. */
export function factFields(facts: Facts): Record<string, string> {
	const fields: Record<string, string> = {};
	if (facts.stature_m !== null) {
		fields.stature_m = decimal(facts.stature_m, 5);
		fields.stature_source = facts.stature_source;
	}
	if (facts.weight_kg !== null) {
		fields.weight_kg = decimal(facts.weight_kg, 3);
		fields.weight_source = facts.weight_source;
	}
	if (facts.ageBy === "birth" && facts.date_of_birth !== "") fields.date_of_birth = facts.date_of_birth;
	if (facts.ageBy === "years" && facts.age_years !== null) fields.age_years = decimal(facts.age_years, 3);
	if (facts.sex !== "unspecified") fields.sex = facts.sex;
	const measures = facts.measures.filter(({ value_m }) => value_m !== null);
	if (measures.length > 0) {
		fields.measures = JSON.stringify(Object.fromEntries(measures.map(({ id, value_m }) => [id, value_m])));
	}
	return fields;
}

/**
 * Reads what someone typed, with a comma or a point.
 *
 * @returns null for nothing, NaN for what is no number
 */
export function parseTyped(text: string): number | null {
	const trimmed = text.trim().replace(",", ".");
	if (trimmed === "") return null;
	return /^\d*\.?\d+$|^\d+\.$/.test(trimmed) ? Number(trimmed) : Number.NaN;
}

/** Feet and inches of a length, inches to the tenth; never 12 inches. */
export function feetAndInches(length_m: number): { readonly feet: number; readonly inches: number } {
	const tenths = Math.round((length_m / M_PER_FOOT) * 120);
	return { feet: Math.floor(tenths / 120), inches: (tenths % 120) / 10 };
}

/** The inverse; null when neither is given. */
export function fromFeetAndInches(feet: number | null, inches: number | null): number | null {
	if (feet === null && inches === null) return null;
	return ((feet ?? 0) + (inches ?? 0) / 12) * M_PER_FOOT;
}

/** Latest date of birth that can be chosen. */
export const latestBirth = (): string => localDate(new Date());

type Range = { readonly low: number; readonly high: number };

function isWithin(value: number, { low, high }: Range): boolean {
	return value >= low && value <= high;
}

/** Never in exponents, which the server's form does take, but people do not read. */
function decimal(value: number, digits: number): string {
	return String(Number(value.toFixed(digits)));
}
