import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import type { SubjectDocument } from "../api/types.js";
import { Field, Select, TextInput } from "../ui/field.js";
import { isPossibleBirth, localDate } from "./birth-date.js";

export const GENDERS = ["female", "male", "other", "unspecified"] as const;
/** As people are asked; the tables know female and male only. */
export type Gender = NonNullable<SubjectDocument["gender"]>;
type Control = { id: string; "aria-describedby": string | undefined; "aria-invalid": true | undefined };

/** A date of birth: empty, or a day on which a living person may have been born. */
export function useBirthDate(initial: string) {
	const { t } = useTranslation("subjects");
	const [value, setValue] = useState(initial);
	const isValid = value === "" || isPossibleBirth(value, new Date());
	return { value, setValue, isValid, error: isValid ? undefined : t("birthImpossible") };
}

/** The field of a date of birth; see {@link useBirthDate}. */
export function BirthDateInput({
	value,
	onChange,
	...control
}: Control & { readonly value: string; readonly autoFocus?: boolean; readonly onChange: (value: string) => void }) {
	return (
		<TextInput
			{...control}
			type="date"
			min="1900-01-01"
			max={localDate(new Date())}
			autoComplete="off"
			value={value}
			onChange={(event) => onChange(event.target.value)}
		/>
	);
}

/** The choice of a sex, which need not be stated. */
export function GenderSelect({
	value,
	onChange,
	...control
}: Control & { readonly value: Gender | ""; readonly onChange: (value: Gender | "") => void }) {
	const { t } = useTranslation("subjects");
	return (
		<Select {...control} value={value} onChange={(event) => onChange(event.target.value as Gender | "")}>
			<option value="">{t("notStated")}</option>
			{GENDERS.map((gender) => (
				<option key={gender} value={gender}>
					{t(`genders.${gender}`)}
				</option>
			))}
		</Select>
	);
}

/** The field of a name, which need not be one. */
export function NameField({
	value,
	onChange,
	hint,
}: {
	readonly value: string;
	readonly onChange: (value: string) => void;
	readonly hint?: ReactNode;
}) {
	const { t } = useTranslation("subjects");
	return (
		<Field label={t("name")} isOptional optionalText={t("common:optional")} hint={hint}>
			{(control) => (
				<TextInput
					{...control}
					autoFocus
					maxLength={255}
					autoComplete="off"
					value={value}
					onChange={(event) => onChange(event.target.value)}
				/>
			)}
		</Field>
	);
}
