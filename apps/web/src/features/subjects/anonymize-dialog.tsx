import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { answer, api } from "../../api/client.js";
import { queryClient } from "../../api/queries.js";
import { keepSubject } from "../../subjects/keep-subject.js";
import { Button } from "../../ui/button.js";
import { Dialog } from "../../ui/dialog.js";
import { ErrorNotice, Notice } from "../../ui/notice.js";
import { toast } from "../../ui/toasts.js";

/** Says what anonymising removes and what stays, then does it. */
export function AnonymizeDialog({
	ids,
	onClose,
	onDone,
}: {
	/** The people; null: closed. */
	readonly ids: readonly string[] | null;
	readonly onClose: () => void;
	readonly onDone?: () => void;
}) {
	const { t } = useTranslation("subjects");
	const anonymize = useMutation({
		mutationFn: async () => {
			for (const subject_id of ids ?? []) {
				keepSubject(
					await answer(api.POST("/api/v1/subjects/{subject_id}/anonymize", { params: { path: { subject_id } } })),
				);
			}
		},
		onSuccess: () => {
			toast(t("anonymize.done"));
			close();
			onDone?.();
		},
		// Results lose the date of birth and the photos' names, too.
		onSettled: () => queryClient.invalidateQueries({ queryKey: ["models"] }),
	});
	const close = () => {
		anonymize.reset();
		onClose();
	};
	return (
		<Dialog
			title={t("anonymize.title", { count: ids?.length ?? 0 })}
			isOpen={ids !== null}
			onClose={close}
			footer={
				<>
					<Button onClick={close}>{t("common:cancel")}</Button>
					<Button look="danger" isBusy={anonymize.isPending} onClick={() => anonymize.mutate()}>
						{t("anonymize.confirm")}
					</Button>
				</>
			}
		>
			<p>{t("anonymize.purpose")}</p>
			<List heading={t("anonymize.removed")} entries={["name", "birthday", "photoNames", "request"]} group="removes" />
			<List heading={t("anonymize.kept")} entries={["bodies", "year", "gender"]} group="keeps" />
			<Notice kind="warn">
				<p>{t("anonymize.final")}</p>
			</Notice>
			{anonymize.isError && <ErrorNotice error={anonymize.error} />}
		</Dialog>
	);
}

function List({
	heading,
	group,
	entries,
}: {
	readonly heading: string;
	readonly group: "removes" | "keeps";
	readonly entries: readonly string[];
}) {
	const { t } = useTranslation("subjects");
	return (
		<div>
			<h3>{heading}</h3>
			<ul className="mt-1 list-disc ps-5 text-ink-soft">
				{entries.map((entry) => (
					<li key={entry}>{t(`anonymize.${group}.${entry}`)}</li>
				))}
			</ul>
		</div>
	);
}
