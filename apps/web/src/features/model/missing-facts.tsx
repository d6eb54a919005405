import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import type { SubjectDocument } from "../../api/types.js";
import { Button } from "../../ui/button.js";
import { Card } from "../../ui/card.js";
import { Field, Select, TextInput } from "../../ui/field.js";
import { ErrorNotice } from "../../ui/notice.js";
import { useSubjectChange } from "./rename-person.js";

/** Date of birth and sex of a person, to be added where they are missing. */
export function MissingFacts({ subject, onDone }: { readonly subject: SubjectDocument; readonly onDone: () => void }) {
	const { t } = useTranslation("model");
	const { t: common } = useTranslation();
	const [date_of_birth, setBirth] = useState(subject.date_of_birth ?? "");
	const [gender, setGender] = useState<string>(subject.gender ?? "");
	const change = useSubjectChange(subject.subject_id, onDone);
	const submit = (event: FormEvent) => {
		event.preventDefault();
		change.mutate({
			date_of_birth: date_of_birth === "" ? null : date_of_birth,
			gender: gender === "" ? null : (gender as NonNullable<SubjectDocument["gender"]>),
		});
	};
	return (
		<Card title={t("facts.title")}>
			<form onSubmit={submit} className="grid gap-4">
				<p className="text-sm text-ink-soft">{t("facts.why")}</p>
				<div className="grid gap-4 sm:grid-cols-2">
					<Field label={t("facts.birth")}>
						{(control) => (
							<TextInput
								{...control}
								type="date"
								autoFocus
								min="1900-01-01"
								max={new Date().toISOString().slice(0, 10)}
								value={date_of_birth}
								onChange={(event) => setBirth(event.target.value)}
							/>
						)}
					</Field>
					<Field label={t("facts.sex")}>
						{(control) => (
							<Select {...control} value={gender} onChange={(event) => setGender(event.target.value)}>
								<option value="">{t("facts.unknown")}</option>
								<option value="female">{t("facts.female")}</option>
								<option value="male">{t("facts.male")}</option>
								<option value="other">{t("facts.other")}</option>
								<option value="unspecified">{t("facts.unspecified")}</option>
							</Select>
						)}
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
