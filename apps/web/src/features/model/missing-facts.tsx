import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import type { SubjectDocument } from "../../api/types.js";
import { BirthDateInput, type Gender, GenderSelect, useBirthDate } from "../../subjects/subject-form.js";
import { useSubjectChange } from "../../subjects/use-subject-change.js";
import { Button } from "../../ui/button.js";
import { Card } from "../../ui/card.js";
import { Field } from "../../ui/field.js";
import { ErrorNotice } from "../../ui/notice.js";

/** Date of birth and sex of a person, to be added where they are missing. */
export function MissingFacts({ subject, onDone }: { readonly subject: SubjectDocument; readonly onDone: () => void }) {
	const { t } = useTranslation("model");
	const { t: common } = useTranslation();
	const birth = useBirthDate(subject.date_of_birth ?? "");
	const [gender, setGender] = useState<Gender | "">(subject.gender ?? "");
	const change = useSubjectChange(subject.subject_id, onDone);
	const submit = (event: FormEvent) => {
		event.preventDefault();
		if (!birth.isValid || change.isPending) return;
		change.mutate({ date_of_birth: birth.value || null, gender: gender || null });
	};
	return (
		<Card title={t("facts.title")}>
			<form onSubmit={submit} className="grid gap-4">
				<p className="text-sm text-ink-soft">{t("facts.why")}</p>
				<div className="grid gap-4 sm:grid-cols-2">
					<Field label={t("facts.birth")} error={birth.error}>
						{(control) => <BirthDateInput {...control} autoFocus value={birth.value} onChange={birth.setValue} />}
					</Field>
					<Field label={t("facts.sex")}>
						{(control) => <GenderSelect {...control} value={gender} onChange={setGender} />}
					</Field>
				</div>
				{change.isError && <ErrorNotice error={change.error} />}
				<div className="flex justify-end gap-2">
					<Button onClick={onDone}>{common("cancel")}</Button>
					<Button type="submit" look="primary" isBusy={change.isPending}>
						{common("save")}
					</Button>
				</div>
			</form>
		</Card>
	);
}
