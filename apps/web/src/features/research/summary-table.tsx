import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { ResearchMeasurement } from "../../api/types.js";
import { useFormat } from "../../format/use-format.js";
import { Table } from "../../ui/table.js";
import { useQuantityName } from "./quantity-names.js";
import { summarize } from "./summarize.js";

/** How many, mean and spread of each measurement by sex, of what is loaded. */
export function SummaryTable({
	rows,
	isPartial,
}: {
	readonly rows: readonly ResearchMeasurement[];
	readonly isPartial: boolean;
}) {
	const { t } = useTranslation("research");
	const format = useFormat();
	const nameOf = useQuantityName();
	const groups = useMemo(() => summarize(rows), [rows]);
	const write = (value: number, unit: ResearchMeasurement["unit"]) =>
		unit === "meters" ? format.length(value) : format.mass(value);
	return (
		<section aria-labelledby="summary-heading" className="grid grid-cols-1 gap-3">
			<h2 id="summary-heading">{t("summary.title")}</h2>
			<p className="max-w-prose text-sm text-ink-soft">
				{t("summary.how")} {isPartial && t("summary.partial", { rows: format.number(rows.length, 0) })}
			</p>
			<Table label={t("summary.title")} className="numbers" containerClassName="max-h-96 overflow-y-auto">
				<thead className="sticky top-0">
					<tr>
						<th scope="col">{t("columns.measurement")}</th>
						<th scope="col">{t("columns.gender")}</th>
						<th scope="col" className="text-end!">
							{t("columns.people")}
						</th>
						<th scope="col" className="text-end!">
							{t("columns.mean")}
						</th>
						<th scope="col" className="text-end!">
							{t("columns.deviation")}
						</th>
					</tr>
				</thead>
				<tbody>
					{groups.map((group) => (
						<tr key={`${group.measurement_type} ${group.gender} ${group.extracted_from}`}>
							<th scope="row">{nameOf(group.measurement_type, group.extracted_from)}</th>
							<td>{t(`genders.${group.gender ?? "none"}`)}</td>
							<td className="text-end whitespace-nowrap">{format.number(group.people, 0)}</td>
							<td className="text-end whitespace-nowrap">{write(group.mean, group.unit)}</td>
							<td className="text-end whitespace-nowrap">
								{group.standard_deviation === null ? "–" : write(group.standard_deviation, group.unit)}
							</td>
						</tr>
					))}
				</tbody>
			</Table>
		</section>
	);
}
