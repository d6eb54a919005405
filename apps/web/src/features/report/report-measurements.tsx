import { useTranslation } from "react-i18next";
import type { ModelDocument } from "../../api/types.js";
import { useFormat } from "../../format/use-format.js";
import { lengthKind } from "../../measurements/length-kind.js";
import {
	type GroupId,
	groupMeasurements,
	type MeasurementGroup,
	margin_m,
	originOf,
} from "../../measurements/measurement-groups.js";
import { useMeasurementName } from "../../measurements/measurement-names.js";

/** Two columns of about the same height. */
const COLUMNS: readonly (readonly GroupId[])[] = [
	["girths", "lengths"],
	["heights", "breadths"],
];

/** All measurements with their intervals, in two columns. */
export function ReportMeasurements({ model }: { readonly model: ModelDocument }) {
	const { t } = useTranslation("report");
	const { t: results } = useTranslation("results");
	const { length, margin } = useFormat();
	const nameOf = useMeasurementName();
	const groups = groupMeasurements(model.measurements, nameOf, { which: "all" });
	const table = (group: MeasurementGroup) => (
		<table key={group.id} className="mb-4 w-full border-collapse text-sm print:mb-3">
			<caption className="pb-1 text-start font-medium">{results(`group.${group.id}`)}</caption>
			<thead className="sr-only">
				<tr>
					<th scope="col">{results("name")}</th>
					<th scope="col">{results("value")}</th>
					<th scope="col">{results("margin")}</th>
				</tr>
			</thead>
			<tbody>
				{group.rows.map(({ id, name, estimate }) => (
					<tr key={id} className="break-inside-avoid border-t border-line">
						<th scope="row" className="py-1 print:py-0.5 pe-2 text-start font-normal">
							{name}
							{originOf(estimate.sources) === "stated" && (
								<sup title={t("statedNote")} className="ms-0.5 text-ink-soft">
									*
								</sup>
							)}
						</th>
						<td className="numbers py-1 print:py-0.5 text-end whitespace-nowrap">
							{length(estimate.value_m, lengthKind(id))}
						</td>
						<td className="numbers w-20 py-1 print:py-0.5 text-end whitespace-nowrap text-ink-soft">
							{margin(margin_m(estimate))}
						</td>
					</tr>
				))}
			</tbody>
		</table>
	);
	return (
		<div className="grid items-start gap-x-8 sm:grid-cols-2 print:grid-cols-2">
			{COLUMNS.map((ids) => (
				<div key={ids.join()}>{groups.filter(({ id }) => ids.includes(id)).map(table)}</div>
			))}
		</div>
	);
}
