import { deriveAll, isDerivedValue } from "@anny-fitter/reference";
import { useTranslation } from "react-i18next";
import type { ModelDocument, SubjectDocument } from "../../api/types.js";
import { personFactsOf, subjectFactsOf } from "../../subjects/person-facts.js";
import { useReferenceSex } from "../meaning/needed-facts.js";
import { useDerivedFormat } from "../meaning/use-derived-format.js";

/** Derived values that can be given for this person, with their intervals. */
export function ReportDerived({
	model,
	subject,
}: {
	readonly model: ModelDocument;
	readonly subject: SubjectDocument | undefined;
}) {
	const { t } = useTranslation("report");
	const { t: meaning } = useTranslation("meaning");
	const format = useDerivedFormat();
	const facts = subjectFactsOf(model, subject);
	const sex = useReferenceSex(model.subject_id, facts);
	const derived = deriveAll(personFactsOf(model, { sex, ageYears: facts.ageYears }));
	const given = derived.flatMap(({ definition, result }) => (isDerivedValue(result) ? [{ definition, result }] : []));
	if (given.length === 0) return null;
	return (
		<section aria-labelledby="report-derived">
			<h2 id="report-derived" className="mb-2 text-lg">
				{t("derived")}
			</h2>
			<table className="w-full border-collapse text-sm">
				<thead>
					<tr className="text-ink-soft">
						<th scope="col" className="py-1 text-start font-normal">
							{t("quantity")}
						</th>
						<th scope="col" className="py-1 text-end font-normal">
							{t("value")}
						</th>
						<th scope="col" className="py-1 text-end font-normal">
							{t("interval")}
						</th>
					</tr>
				</thead>
				<tbody>
					{given.map(({ definition, result }) => (
						<tr key={definition.id} className="border-t border-line">
							<th scope="row" className="py-1 text-start font-normal">
								{meaning(`derived.name.${definition.id}`)}
							</th>
							<td className="numbers py-1 text-end">{format.headline(definition.id, result)}</td>
							<td className="numbers py-1 text-end text-ink-soft">
								{format.number(definition.id, result.low)} – {format.number(definition.id, result.high)}
							</td>
						</tr>
					))}
				</tbody>
			</table>
			<p className="mt-2 text-sm text-ink-soft">{meaning("derived.notDiagnosis")}</p>
		</section>
	);
}
