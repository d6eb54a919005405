import type { Estimate, PersonFacts, Sex } from "@anny-fitter/reference";
import type { ModelDocument, SubjectDocument } from "../api/types.js";

/** What the meaning of measurements depends on, as far as it is known. */
export interface SubjectFacts {
	readonly sex: Sex | null;
	/** At the time of the photos. */
	readonly ageYears: number | null;
	/** Whether the age follows from a date of birth, else it was stated in years. */
	readonly isAgeExact: boolean;
}

const YEAR_MS = 365.2425 * 86_400_000;

/**
 * Sex and age at the time of a model: as stated with its photos, else as kept with the person.
 *
 * @param subject null or undefined if it is not known (yet)
 */
export function subjectFactsOf(model: ModelDocument, subject: SubjectDocument | null | undefined): SubjectFacts {
	const sexes = [model.stated.sex, subject?.gender];
	const sex = sexes.find((known): known is Sex => known === "female" || known === "male") ?? null;
	const birth = model.stated.date_of_birth ?? subject?.date_of_birth ?? null;
	if (birth !== null) {
		const ageYears = (Date.parse(model.created_at) - Date.parse(birth)) / YEAR_MS;
		if (ageYears >= 0) return { sex, ageYears, isAgeExact: true };
	}
	return { sex, ageYears: model.stated.age_years ?? null, isAgeExact: false };
}

/** A measurement of a model in metres, `mass` in kilograms; undefined if the model does not have it. */
export function estimateOf(model: ModelDocument, id: string): Estimate | undefined {
	if (id === "mass") return { value: model.mass_kg, sigma: model.mass_sigma_kg };
	const measured = model.measurements[id];
	return measured === undefined || measured.value_m <= 0
		? undefined
		: { value: measured.value_m, sigma: measured.sigma_m };
}

/** What the formulas of derived values need to know. */
export function personFactsOf(model: ModelDocument, facts: Pick<SubjectFacts, "sex" | "ageYears">): PersonFacts {
	return {
		sex: facts.sex ?? undefined,
		ageYears: facts.ageYears ?? undefined,
		stature_m: estimateOf(model, "stature"),
		mass_kg: estimateOf(model, "mass"),
		waist_m: estimateOf(model, "waist_girth"),
		waistAtNavel_m: estimateOf(model, "waist_girth_omphalion"),
		hip_m: estimateOf(model, "hip_girth"),
		neck_m: estimateOf(model, "neck_girth"),
	};
}
