import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api } from "../../api/client.js";
import type { SubjectDocument } from "../../api/types.js";
import { keepSubject } from "../../subjects/keep-subject.js";
import { Button } from "../../ui/button.js";
import { Dialog } from "../../ui/dialog.js";
import { ErrorNotice } from "../../ui/notice.js";
import { NameField } from "./subject-form.js";

/** Gives a person another name, or none. */
export function RenameDialog({
	subject,
	onClose,
}: {
	/** Null: closed. */
	readonly subject: SubjectDocument | null;
	readonly onClose: () => void;
}) {
	const { t } = useTranslation("subjects");
	return (
		<Dialog title={t("rename.title")} isOpen={subject !== null} onClose={onClose}>
			{subject !== null && <RenameForm subject={subject} onClose={onClose} />}
		</Dialog>
	);
}

function RenameForm({ subject, onClose }: { readonly subject: SubjectDocument; readonly onClose: () => void }) {
	const { t } = useTranslation("subjects");
	const [name, setName] = useState(subject.name ?? "");
	const rename = useMutation({
		mutationFn: () =>
			answer(
				api.PATCH("/api/v1/subjects/{subject_id}", {
					params: { path: { subject_id: subject.subject_id } },
					body: { name: name.trim() || null },
				}),
			),
		onSuccess: (changed) => {
			keepSubject(changed);
			onClose();
		},
	});
	return (
		<form
			className="grid gap-4"
			onSubmit={(event) => {
				event.preventDefault();
				if (!rename.isPending) rename.mutate();
			}}
		>
			<NameField value={name} onChange={setName} />
			{rename.isError && <ErrorNotice error={rename.error} />}
			<div className="flex flex-wrap justify-end gap-2">
				<Button onClick={onClose}>{t("common:cancel")}</Button>
				<Button type="submit" look="primary" isBusy={rename.isPending}>
					{t("common:save")}
				</Button>
			</div>
		</form>
	);
}
