import { useQuery } from "@tanstack/react-query";
import { Check, UserRoundPen } from "lucide-react";
import { useTranslation } from "react-i18next";
import { subjectQuery } from "../../api/queries.js";
import { useSubjectName } from "../../subjects/subject-name.js";
import { useSubjectChange } from "../../subjects/use-subject-change.js";
import { Button } from "../../ui/button.js";
import { ErrorNotice } from "../../ui/notice.js";
import { useDraft } from "./draft-store.js";
import { newLastingFacts } from "./lasting-facts.js";

/** Offers to keep with the person what was told anew about them and will still be true next time. */
export function KeepFacts({
	subject_id,
	isBirthWrong,
}: {
	readonly subject_id: string;
	readonly isBirthWrong: boolean;
}) {
	const { t } = useTranslation("capture");
	const nameOf = useSubjectName();
	const facts = useDraft(({ draft }) => draft.facts);
	const { data: subject } = useQuery(subjectQuery(subject_id));
	const { mutate, isPending, isSuccess, error } = useSubjectChange(subject_id);
	if (subject === undefined) return null;
	const news = newLastingFacts(facts, subject);
	const name = nameOf(subject);
	const what = news.date_of_birth === undefined ? "sex" : news.gender === undefined ? "birth" : "both";
	const isNews = Object.keys(news).length > 0 && !(isBirthWrong && news.date_of_birth !== undefined);
	return (
		<div role="status" className="grid gap-2 empty:hidden">
			{isNews && (
				<div className="flex flex-wrap items-center justify-between gap-2 rounded-lg bg-sunken px-3 py-2">
					<p className="text-sm">{t(`keep.${what}`, { name })}</p>
					<Button
						isBusy={isPending}
						icon={<UserRoundPen aria-hidden="true" className="size-4.5" />}
						onClick={() => mutate(news)}
					>
						{t("keep.button")}
					</Button>
				</div>
			)}
			{!isNews && isSuccess && (
				<p className="flex items-center gap-2 text-sm text-ink-soft">
					<Check aria-hidden="true" className="size-4 text-good" />
					{t("keep.done", { name })}
				</p>
			)}
			{error !== null && <ErrorNotice error={error} />}
		</div>
	);
}
