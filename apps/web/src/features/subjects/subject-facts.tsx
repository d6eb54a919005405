import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { SubjectDocument } from "../../api/types.js";
import { useFormat } from "../../format/use-format.js";
import { ageInYears } from "../../subjects/birth-date.js";
import { BirthDateInput, type Gender, GenderSelect, useBirthDate } from "../../subjects/subject-form.js";
import { type SubjectChange, useSubjectChange } from "../../subjects/use-subject-change.js";
import { Card } from "../../ui/card.js";
import { TextInput } from "../../ui/field.js";
import { Notice, useProblemText } from "../../ui/notice.js";
import { EditableFact } from "./editable-fact.js";

/** Who a person is: name, date of birth and sex, each changed where it stands. */
export function SubjectFacts({ subject }: { readonly subject: SubjectDocument }) {
	const { t } = useTranslation("subjects");
	const format = useFormat();
	const problemText = useProblemText();
	const [name, setName] = useState("");
	const birth = useBirthDate("");
	const [gender, setGender] = useState<Gender | "">("");
	const change = useSubjectChange(subject.subject_id);
	const failure = change.isError ? problemText(change.error) : null;
	const errorOf = (field: keyof SubjectChange) =>
		failure !== null && change.variables !== undefined && field in change.variables
			? `${failure.detail} ${failure.remedy}`
			: undefined;
	const isBusy = change.isPending;
	const missing = <span className="text-ink-soft">{t("notStated")}</span>;
	const control = (label: string) => ({
		id: `subject-${label}`,
		"aria-label": t(label),
		"aria-describedby": undefined,
		"aria-invalid": undefined,
	});
	return (
		<Card title={t("facts")}>
			{subject.anonymized && (
				<div className="mb-2">
					<Notice>
						<p>{t("isAnonymized")}</p>
					</Notice>
				</div>
			)}
			<dl>
				{!subject.anonymized && (
					<EditableFact
						label={t("name")}
						shown={subject.name ?? missing}
						isBusy={isBusy}
						error={errorOf("name")}
						onBegin={() => setName(subject.name ?? "")}
						onSave={() => change.mutateAsync({ name: name.trim() || null })}
					>
						<TextInput
							{...control("name")}
							maxLength={255}
							autoComplete="off"
							value={name}
							onChange={(event) => setName(event.target.value)}
						/>
					</EditableFact>
				)}
				<EditableFact
					label={subject.anonymized ? t("birthYear") : t("birth")}
					shown={subject.date_of_birth === null ? missing : <Birth subject={subject} date={format.calendarDate} />}
					isFixed={subject.anonymized}
					isBusy={isBusy}
					isValid={birth.isValid}
					error={birth.error ?? errorOf("date_of_birth")}
					onBegin={() => birth.setValue(subject.date_of_birth ?? "")}
					onSave={() => change.mutateAsync({ date_of_birth: birth.value || null })}
				>
					<BirthDateInput {...control("birth")} value={birth.value} onChange={birth.setValue} />
				</EditableFact>
				<EditableFact
					label={t("gender")}
					shown={subject.gender === null ? missing : t(`genders.${subject.gender}`)}
					isBusy={isBusy}
					error={errorOf("gender")}
					onBegin={() => setGender(subject.gender ?? "")}
					onSave={() => change.mutateAsync({ gender: gender || null })}
				>
					<GenderSelect {...control("gender")} value={gender} onChange={setGender} />
				</EditableFact>
			</dl>
		</Card>
	);
}

function Birth({ subject, date }: { readonly subject: SubjectDocument; readonly date: (iso: string) => string }) {
	const { t } = useTranslation("subjects");
	if (subject.date_of_birth === null) return null;
	if (subject.anonymized) return <span className="numbers">{subject.date_of_birth.slice(0, 4)}</span>;
	return (
		<span className="numbers">
			{date(subject.date_of_birth)}{" "}
			<span className="whitespace-nowrap text-ink-soft">
				({t("age", { count: ageInYears(subject.date_of_birth, new Date()) })})
			</span>
		</span>
	);
}
