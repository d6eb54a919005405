import { useState } from "react";
import { useTranslation } from "react-i18next";
import { massFromShown, massToShown, massUnit } from "../../format/units.js";
import { useFormat } from "../../format/use-format.js";
import { usePreferences } from "../../preferences/preferences-store.js";
import { classNames } from "../../ui/class-names.js";
import { Field, TextInput } from "../../ui/field.js";
import { Segmented } from "../../ui/segmented.js";
import { changeDraft, useDraft } from "./draft-store.js";
import { type FactProblems, type Facts, latestBirth } from "./facts.js";
import { HandMeasures } from "./hand-measures.js";
import { NumberInput, type Scale } from "./number-input.js";
import { ProblemText } from "./problem-text.js";
import { StatureInput } from "./stature-input.js";

const YEARS: Scale = { unit: "", digits: 1, toShown: (years) => years, fromShown: (years) => years };

/** What is known about the person. Everything may be left out. */
export function FactsFields({
	problems,
	areAllShown,
}: {
	readonly problems: FactProblems;
	/** Whether problems show in fields that nobody has left yet. */
	readonly areAllShown: boolean;
}) {
	const { t } = useTranslation("capture");
	const { units } = usePreferences();
	const { length, mass } = useFormat();
	const facts = useDraft(({ draft }) => draft.facts);
	const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
	const leave = (field: string) => () => setLeft((fields) => new Set(fields).add(field));
	const change = (next: Partial<Facts>) => changeDraft((draft) => ({ facts: { ...draft.facts, ...next } }));
	const errorOf = (field: string, show: (value: number) => string, use: (value: number) => void) => {
		const problem = areAllShown || left.has(field) ? problems[field] : undefined;
		return problem && <ProblemText field={field} problem={problem} show={show} use={use} />;
	};
	const kilograms: Scale = {
		unit: massUnit(units),
		digits: 1,
		toShown: (kg) => massToShown(kg, units),
		fromShown: (shown) => massFromShown(shown, units),
	};
	return (
		<div className="grid gap-5">
			<Segmented
				legend={t("facts.sex")}
				value={facts.sex}
				options={(["female", "male", "unspecified"] as const).map((value) => ({ value, label: t(`facts.${value}`) }))}
				onChange={(sex) => change({ sex })}
			/>
			<div
				className={classNames(
					"grid items-start gap-x-4 gap-y-5",
					units === "metric" ? "grid-cols-2" : "sm:grid-cols-2",
				)}
			>
				<Field
					label={t("facts.stature")}
					error={errorOf(
						"stature_m",
						(value) => length(value, "stature"),
						(stature_m) => change({ stature_m }),
					)}
				>
					{(control) => (
						<StatureInput
							{...control}
							units={units}
							value_m={facts.stature_m}
							onChange={(stature_m) => change({ stature_m })}
							onBlur={leave("stature_m")}
						/>
					)}
				</Field>
				<Field label={t("facts.weight")} error={errorOf("weight_kg", mass, (weight_kg) => change({ weight_kg }))}>
					{(control) => (
						<NumberInput
							{...control}
							name="weight"
							value={facts.weight_kg}
							scale={kilograms}
							onChange={(weight_kg) => change({ weight_kg })}
							onBlur={leave("weight_kg")}
						/>
					)}
				</Field>
			</div>
			<p className="text-sm text-ink-soft">{t("facts.worth")}</p>
			{(facts.stature_m !== null || facts.weight_kg !== null) && (
				<div className="grid items-end gap-4 sm:grid-cols-2">
					{facts.stature_m !== null && (
						<Segmented
							legend={t("facts.statureSource")}
							value={facts.stature_source}
							options={[
								{ value: "measured", label: t("facts.statureMeasured") },
								{ value: "estimated", label: t("facts.estimated") },
							]}
							onChange={(stature_source) => change({ stature_source })}
						/>
					)}
					{facts.weight_kg !== null && (
						<Segmented
							legend={t("facts.weightSource")}
							value={facts.weight_source}
							options={[
								{ value: "measured", label: t("facts.weightMeasured") },
								{ value: "estimated", label: t("facts.estimated") },
							]}
							onChange={(weight_source) => change({ weight_source })}
						/>
					)}
				</div>
			)}
			<div className="grid items-end gap-x-4 gap-y-2 sm:grid-cols-[auto_1fr]">
				<Segmented
					legend={t("facts.age")}
					value={facts.ageBy}
					options={[
						{ value: "birth", label: t("facts.byBirth") },
						{ value: "years", label: t("facts.byYears") },
					]}
					onChange={(ageBy) => change({ ageBy })}
				/>
				{facts.ageBy === "birth" ? (
					<Field
						label={<span className="sr-only">{t("facts.birth")}</span>}
						error={errorOf("date_of_birth", String, () => {})}
					>
						{(control) => (
							<TextInput
								{...control}
								type="date"
								name="birth"
								min="1900-01-01"
								max={latestBirth()}
								autoComplete="off"
								value={facts.date_of_birth}
								onChange={(event) => change({ date_of_birth: event.target.value })}
								onBlur={leave("date_of_birth")}
							/>
						)}
					</Field>
				) : (
					<Field
						label={<span className="sr-only">{t("facts.years")}</span>}
						error={errorOf("age_years", String, () => {})}
					>
						{(control) => (
							<NumberInput
								{...control}
								name="age"
								value={facts.age_years}
								scale={{ ...YEARS, unit: t("facts.yearsUnit") }}
								onChange={(age_years) => change({ age_years })}
								onBlur={leave("age_years")}
							/>
						)}
					</Field>
				)}
			</div>
			<HandMeasures problems={problems} />
		</div>
	);
}
