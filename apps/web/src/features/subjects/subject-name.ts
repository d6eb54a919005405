import { useTranslation } from "react-i18next";
import type { SubjectDocument } from "../../api/types.js";
import { useFormat } from "../../format/use-format.js";

type Named = Pick<SubjectDocument, "name" | "anonymized" | "created_at">;

/** What a person is called; those without a name by the day they were added. */
export function useSubjectName(): (subject: Named) => string {
	const { t } = useTranslation("subjects");
	const { date } = useFormat();
	return ({ name, anonymized, created_at }) =>
		name ?? t(anonymized ? "anonymousName" : "unnamed", { date: date(created_at) });
}

/** At most two letters that stand for a name. */
export function initialsOf(name: string | null): string {
	if (name === null) return "–";
	const words = name.split(/\s+/).filter((word) => /^\p{L}/u.test(word));
	const chosen = words.length > 1 ? [words[0], words.at(-1)] : words;
	return chosen.map((word) => [...(word ?? "")][0]?.toLocaleUpperCase()).join("") || "–";
}
