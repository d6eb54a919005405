import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Pencil } from "lucide-react";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api } from "../../api/client.js";
import type { SubjectDocument } from "../../api/types.js";
import { Button, IconButton } from "../../ui/button.js";
import { Dialog } from "../../ui/dialog.js";
import { Field, TextInput } from "../../ui/field.js";
import { ErrorNotice } from "../../ui/notice.js";

/** Changes what is known of a person, and tells every page that shows it. */
export function useSubjectChange(subject_id: string, onDone: () => void) {
	const client = useQueryClient();
	return useMutation({
		mutationFn: (change: Partial<Pick<SubjectDocument, "name" | "date_of_birth" | "gender">>) =>
			answer(api.PATCH("/api/v1/subjects/{subject_id}", { params: { path: { subject_id } }, body: change })),
		onSuccess: async (subject) => {
			client.setQueryData(["subjects", subject_id], subject);
			await client.invalidateQueries({ queryKey: ["subjects", "list"] });
			onDone();
		},
	});
}

/** A pencil beside the name. */
export function RenamePerson({ subject }: { readonly subject: SubjectDocument }) {
	const { t } = useTranslation("model");
	const { t: common } = useTranslation();
	const [isOpen, setOpen] = useState(false);
	const [name, setName] = useState("");
	const change = useSubjectChange(subject.subject_id, () => setOpen(false));
	const submit = (event: FormEvent) => {
		event.preventDefault();
		change.mutate({ name: name.trim() === "" ? null : name.trim() });
	};
	return (
		<>
			<IconButton
				label={t("rename.label")}
				onClick={() => {
					setName(subject.name ?? "");
					change.reset();
					setOpen(true);
				}}
			>
				<Pencil aria-hidden="true" className="size-4" />
			</IconButton>
			<Dialog title={t("rename.title")} isOpen={isOpen} onClose={() => setOpen(false)}>
				<form onSubmit={submit} className="grid gap-4">
					<Field label={t("rename.name")} hint={t("rename.hint")}>
						{(control) => (
							<TextInput
								{...control}
								autoFocus
								autoComplete="off"
								maxLength={255}
								value={name}
								onChange={(event) => setName(event.target.value)}
							/>
						)}
					</Field>
					{change.isError && <ErrorNotice error={change.error} />}
					<div className="flex justify-end gap-2">
						<Button onClick={() => setOpen(false)}>{common("cancel")}</Button>
						<Button type="submit" look="primary" isBusy={change.isPending}>
							{common("save")}
						</Button>
					</div>
				</form>
			</Dialog>
		</>
	);
}
