import { useTranslation } from "react-i18next";
import type { SubjectDocument } from "../api/types.js";
import { useFormat } from "../format/use-format.js";

type Named = Pick<SubjectDocument, "name" | "anonymized" | "created_at">;

/** What a person is called; those without a name by the day they were added. */
export function useSubjectName(): (subject: Named) => string {
	const { t } = useTranslation("subjects");
	const { date } = useFormat();
	return ({ name, anonymized, created_at }) =>
		name ?? t(anonymized ? "anonymousName" : "unnamed", { date: date(created_at) });
}
