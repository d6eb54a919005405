import type { Sex } from "@anny-fitter/reference";
import { useTranslation } from "react-i18next";
import { create } from "zustand";
import type { ModelDocument } from "../../api/types.js";
import type { SubjectFacts } from "../../subjects/person-facts.js";
import { Button } from "../../ui/button.js";
import { Notice } from "../../ui/notice.js";
import { Segmented } from "../../ui/segmented.js";

/** Tables chosen in this visit for people whose sex is not known, by subject. */
const useChosenTables = create<Readonly<Record<string, Sex>>>()(() => ({}));

/** The sex whose tables are used: the person's, else the one chosen here; null until there is one. */
export function useReferenceSex(subject_id: string, facts: SubjectFacts): Sex | null {
	const chosen = useChosenTables((tables) => tables[subject_id]);
	return facts.sex ?? chosen ?? null;
}

/** Asks once for what all panels of a body's meaning need and nobody has said. */
export function NeededFacts({
	model,
	facts,
	onAddFacts,
}: {
	readonly model: Pick<ModelDocument, "subject_id">;
	readonly facts: SubjectFacts;
	/** Opens the form for what is missing. */
	readonly onAddFacts?: (() => void) | undefined;
}) {
	return (
		<>
			{facts.ageYears === null && <AskAge onAddFacts={onAddFacts} />}
			{facts.sex === null && <AskSex subject_id={model.subject_id} />}
		</>
	);
}

/** Asks which tables to use; shown as long as the person's sex is not known, so that the choice can be changed. */
function AskSex({ subject_id }: { readonly subject_id: string }) {
	const { t } = useTranslation("meaning");
	const chosen = useChosenTables((tables) => tables[subject_id]);
	return (
		<Notice title={t("askSex.title")}>
			<p className="text-ink-soft">{t("askSex.text")}</p>
			<Segmented<Sex | "none">
				legend={t("askSex.legend")}
				isLegendHidden
				className="mt-2"
				value={chosen ?? "none"}
				options={[
					{ value: "female", label: t("askSex.female") },
					{ value: "male", label: t("askSex.male") },
				]}
				onChange={(sex) => {
					if (sex !== "none") useChosenTables.setState({ [subject_id]: sex });
				}}
			/>
		</Notice>
	);
}

/** Asks for the age. */
function AskAge({ onAddFacts }: { readonly onAddFacts: (() => void) | undefined }) {
	const { t } = useTranslation("meaning");
	return (
		<Notice title={t("askAge.title")}>
			<p className="text-ink-soft">{t("askAge.text")}</p>
			{onAddFacts !== undefined && (
				<div className="mt-2">
					<Button onClick={onAddFacts}>{t("askAge.add")}</Button>
				</div>
			)}
		</Notice>
	);
}
