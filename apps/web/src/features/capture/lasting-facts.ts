import type { SubjectDocument } from "../../api/types.js";
import type { Facts } from "./facts.js";

/** Facts that do not change from one body to the next. */
export interface LastingFacts {
	readonly date_of_birth?: string;
	readonly gender?: "female" | "male";
}

/** What was told that the person's own record lacks or has otherwise; empty when nothing is new. */
export function newLastingFacts(
	facts: Pick<Facts, "ageBy" | "date_of_birth" | "sex">,
	subject: Pick<SubjectDocument, "date_of_birth" | "gender">,
): LastingFacts {
	const isBirthNew =
		facts.ageBy === "birth" && facts.date_of_birth !== "" && facts.date_of_birth !== subject.date_of_birth;
	// Who calls their gender another one states a sex for the body only.
	const isSexNew = facts.sex !== "unspecified" && facts.sex !== subject.gender && subject.gender !== "other";
	return {
		...(isBirthNew ? { date_of_birth: facts.date_of_birth } : {}),
		...(isSexNew ? { gender: facts.sex as "female" | "male" } : {}),
	};
}
