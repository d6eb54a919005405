import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { subjectsQuery } from "../../api/queries.js";
import { setPreferences, usePreferences } from "../../preferences/preferences-store.js";
import { useSubjectName } from "../../subjects/subject-name.js";
import { Card } from "../../ui/card.js";
import { Field, Select, TextInput } from "../../ui/field.js";
import { Segmented } from "../../ui/segmented.js";
import { changeDraft, useDraft } from "./draft-store.js";
import type { FactProblems } from "./facts.js";
import { FactsFields } from "./facts-fields.js";
import { KeepFacts } from "./keep-facts.js";
import { StepTitle } from "./step-title.js";

/** Who is measured, and what is known about them. */
export function PersonStep({
	problems,
	areAllShown,
	onChoose,
}: {
	readonly problems: FactProblems;
	readonly areAllShown: boolean;
	/** An existing person was chosen, or a new one (null). */
	readonly onChoose: (subject_id: string | null) => void;
}) {
	const { t } = useTranslation("capture");
	const { t: common } = useTranslation();
	const { units } = usePreferences();
	const subjectName = useSubjectName();
	const { data } = useQuery(subjectsQuery({ limit: 100 }));
	const { subject_id, name, sample } = useDraft(({ draft }) => draft);
	const subjects = data?.subjects.filter(({ anonymized }) => !anonymized) ?? [];
	return (
		<Card
			title={<StepTitle number={1}>{t("person.title")}</StepTitle>}
			actions={
				<Segmented
					legend={t("facts.units")}
					isLegendHidden
					value={units}
					options={[
						{ value: "metric", label: "cm · kg" },
						{ value: "imperial", label: "ft · lb" },
					]}
					onChange={(value) => setPreferences({ units: value })}
				/>
			}
		>
			<div className="grid gap-5">
				{subjects.length > 0 && sample === null && (
					<Field label={t("person.who")}>
						{(control) => (
							<Select
								{...control}
								value={subject_id ?? ""}
								onChange={(event) => onChoose(event.target.value === "" ? null : event.target.value)}
							>
								<option value="">{t("person.new")}</option>
								{subject_id !== null && !subjects.some((subject) => subject.subject_id === subject_id) && (
									<option value={subject_id}>{t("person.chosen")}</option>
								)}
								{subjects.map((subject) => (
									<option key={subject.subject_id} value={subject.subject_id}>
										{subjectName(subject)}
									</option>
								))}
							</Select>
						)}
					</Field>
				)}
				{subject_id === null && (
					<Field label={t("person.name")} isOptional optionalText={common("optional")}>
						{(control) => (
							<TextInput
								{...control}
								name="person"
								autoComplete="off"
								maxLength={200}
								value={name}
								onChange={(event) => changeDraft(() => ({ name: event.target.value }))}
							/>
						)}
					</Field>
				)}
				<FactsFields problems={problems} areAllShown={areAllShown} />
				{subject_id !== null && (
					<KeepFacts key={subject_id} subject_id={subject_id} isBirthWrong={problems.date_of_birth !== undefined} />
				)}
			</div>
		</Card>
	);
}
