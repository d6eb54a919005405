import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { SubjectDocument } from "../api/types.js";
import { Button } from "../ui/button.js";
import { Dialog } from "../ui/dialog.js";
import { ErrorNotice } from "../ui/notice.js";
import { NameField } from "./subject-form.js";
import { useSubjectChange } from "./use-subject-change.js";

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
	const rename = useSubjectChange(subject.subject_id, onClose);
	return (
		<form
			className="grid gap-4"
			onSubmit={(event) => {
				event.preventDefault();
				if (!rename.isPending) rename.mutate({ name: name.trim() || null });
			}}
		>
			<NameField value={name} onChange={setName} hint={t("rename.hint")} />
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
