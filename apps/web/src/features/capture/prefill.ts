import type { ModelDocument, SubjectDocument } from "../../api/types.js";
import { ageInYears } from "../../subjects/birth-date.js";
import { type Facts, NO_FACTS } from "./facts.js";

/** Below this age people still grow. */
const GROWN_YEARS = 20;
const DAY_MS = 86_400_000;
/** A child grows half a centimetre in so many days; an adult's weight changes by a kilogram. */
const RECENT_DAYS = 30;

/** What is known of a person, as a start for new facts: what lasts, and what was told within the last month. */
export function knownFacts(
	subject: Pick<SubjectDocument, "date_of_birth" | "gender">,
	last: { readonly stated: ModelDocument["stated"]; readonly created_at: string } | null,
	today: Date,
): Facts {
	const { date_of_birth, gender } = subject;
	const sex = gender === "female" || gender === "male" ? gender : (last?.stated.sex ?? "unspecified");
	const facts: Facts = { ...NO_FACTS, date_of_birth: date_of_birth ?? "", sex };
	if (last === null) return facts;
	const days = (today.getTime() - Date.parse(last.created_at)) / DAY_MS;
	const age = date_of_birth === null ? (last.stated.age_years ?? null) : ageInYears(date_of_birth, today);
	const isRecent = days <= RECENT_DAYS;
	const { stature_source = facts.stature_source, weight_source = facts.weight_source } = last.stated;
	return {
		...facts,
		stature_source,
		weight_source,
		stature_m: isRecent || (age !== null && age >= GROWN_YEARS) ? (last.stated.stature_m ?? null) : null,
		weight_kg: isRecent ? (last.stated.weight_kg ?? null) : null,
		...(date_of_birth === null && age !== null
			? { ageBy: "years" as const, age_years: Math.floor(age + Math.max(0, days) / 365.25) }
			: {}),
	};
}
