import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { subjectModelsQuery, subjectsQuery } from "../../api/queries.js";
import { useFormat } from "../../format/use-format.js";
import { useHiddenBodies } from "../../models/delete-body.js";
import { Field, Select } from "../../ui/field.js";
import { ErrorNotice } from "../../ui/notice.js";

const ALL = { limit: 100 };

/** Chooses a person and one of their bodies; the newest is chosen first. */
export function BodyPicker({
	legend,
	subject_id,
	value,
	exclude,
	before,
	onChange,
}: {
	readonly legend: string;
	/** Whose bodies are offered first; null: the first person's. */
	readonly subject_id: string | null;
	readonly value: string | null;
	/** A body that is not offered. */
	readonly exclude: string | null;
	/** ISO 8601: bodies that are older are chosen first. */
	readonly before?: string;
	readonly onChange: (model_id: string | null) => void;
}) {
	const { t } = useTranslation("compare");
	const { dateTime, mass } = useFormat();
	const [chosen, setPerson] = useState<string | null>(null);
	const people = useQuery(subjectsQuery(ALL));
	const person = chosen ?? subject_id ?? people.data?.subjects[0]?.subject_id ?? null;
	const bodies = useQuery({ ...subjectModelsQuery(person ?? "", ALL), enabled: person !== null });
	const hidden = useHiddenBodies();
	const offered = bodies.data?.models.filter(({ model_id }) => model_id !== exclude && !hidden.has(model_id));
	const isOffered = offered?.some(({ model_id }) => model_id === value) ?? false;
	const earlier = offered?.find(({ created_at }) => before === undefined || created_at < before);
	const first = (earlier ?? offered?.[0])?.model_id ?? null;
	useEffect(() => {
		if (offered !== undefined && !isOffered && value !== first) onChange(first);
	}, [offered, isOffered, value, first, onChange]);
	const problem = people.error ?? bodies.error;
	if (problem !== null) return <ErrorNotice error={problem} onRetry={() => void people.refetch()} />;
	return (
		<fieldset className="grid gap-3 sm:grid-cols-2">
			<legend className="sr-only">{legend}</legend>
			<Field label={t("person")}>
				{(control) => (
					<Select
						{...control}
						value={person ?? ""}
						onChange={(event) => {
							setPerson(event.target.value);
							onChange(null);
						}}
					>
						{people.data?.subjects.map((subject) => (
							<option key={subject.subject_id} value={subject.subject_id}>
								{subject.name ?? t("unnamed", { date: dateTime(subject.created_at) })}
							</option>
						))}
					</Select>
				)}
			</Field>
			<Field label={t("body")}>
				{(control) => (
					<Select
						{...control}
						value={isOffered ? (value ?? "") : ""}
						disabled={offered === undefined || offered.length === 0}
						onChange={(event) => onChange(event.target.value)}
					>
						{offered?.length === 0 && <option value="">{t("noOther")}</option>}
						{offered?.map((model) => (
							<option key={model.model_id} value={model.model_id}>
								{model.name !== null && `${model.name} · `}
								{dateTime(model.created_at)} · {mass(model.mass_kg)}
							</option>
						))}
					</Select>
				)}
			</Field>
		</fieldset>
	);
}
