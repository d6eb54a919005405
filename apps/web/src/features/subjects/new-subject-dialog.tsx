import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api } from "../../api/client.js";
import { keepSubject } from "../../subjects/keep-subject.js";
import { BirthDateInput, type Gender, GenderSelect, NameField, useBirthDate } from "../../subjects/subject-form.js";
import { Button } from "../../ui/button.js";
import { Dialog } from "../../ui/dialog.js";
import { Field } from "../../ui/field.js";
import { ErrorNotice } from "../../ui/notice.js";

/** Asks who is to be measured, and opens the new person's page. */
export function NewSubjectDialog({ isOpen, onClose }: { readonly isOpen: boolean; readonly onClose: () => void }) {
	const { t } = useTranslation("subjects");
	return (
		<Dialog title={t("new.title")} isOpen={isOpen} onClose={onClose}>
			<NewSubjectForm onClose={onClose} />
		</Dialog>
	);
}

function NewSubjectForm({ onClose }: { readonly onClose: () => void }) {
	const { t } = useTranslation("subjects");
	const id = useId();
	const navigate = useNavigate();
	const [name, setName] = useState("");
	const birth = useBirthDate("");
	const [gender, setGender] = useState<Gender | "">("");
	const create = useMutation({
		mutationFn: () =>
			answer(
				api.POST("/api/v1/subjects", {
					body: { name: name.trim() || null, date_of_birth: birth.value || null, gender: gender || null },
				}),
			),
		onSuccess: (subject) => {
			keepSubject(subject);
			onClose();
			void navigate({ to: "/subjects/$subjectId", params: { subjectId: subject.subject_id } });
		},
	});
	return (
		<form
			id={id}
			className="grid gap-4"
			onSubmit={(event) => {
				event.preventDefault();
				if (birth.isValid && !create.isPending) create.mutate();
			}}
		>
			<NameField value={name} onChange={setName} hint={t("new.nameHint")} />
			<Field
				label={t("birth")}
				isOptional
				optionalText={t("common:optional")}
				hint={t("new.birthHint")}
				error={birth.error}
			>
				{(control) => <BirthDateInput {...control} value={birth.value} onChange={birth.setValue} />}
			</Field>
			<Field label={t("gender")} isOptional optionalText={t("common:optional")} hint={t("new.genderHint")}>
				{(control) => <GenderSelect {...control} value={gender} onChange={setGender} />}
			</Field>
			{create.isError && <ErrorNotice error={create.error} />}
			<div className="flex flex-wrap justify-end gap-2">
				<Button onClick={onClose}>{t("common:cancel")}</Button>
				<Button type="submit" look="primary" isBusy={create.isPending}>
					{t("new.create")}
				</Button>
			</div>
		</form>
	);
}
