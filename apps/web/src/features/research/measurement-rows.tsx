import { ChevronLeft, ChevronRight } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { ResearchMeasurement } from "../../api/types.js";
import { useFormat } from "../../format/use-format.js";
import { Button } from "../../ui/button.js";
import { Table } from "../../ui/table.js";
import { useQuantityName } from "./quantity-names.js";

const ROWS_PER_PAGE = 50;

/** The measurements themselves, a page at a time; the last page fetches more while there is more. */
export function MeasurementRows({
	rows,
	hasMore,
	isLoading,
	onMore,
}: {
	readonly rows: readonly ResearchMeasurement[];
	readonly hasMore: boolean;
	readonly isLoading: boolean;
	readonly onMore: () => Promise<unknown>;
}) {
	const { t } = useTranslation("research");
	const format = useFormat();
	const nameOf = useQuantityName();
	const [start, setStart] = useState(0);
	const shown = rows.slice(start, start + ROWS_PER_PAGE);
	const next = start + ROWS_PER_PAGE;
	const write = (value: number, unit: ResearchMeasurement["unit"]) =>
		unit === "meters" ? format.length(value) : format.mass(value);
	const forward = async () => {
		if (next >= rows.length) await onMore();
		setStart(next);
	};
	return (
		<section aria-labelledby="rows-heading" className="grid grid-cols-1 gap-3">
			<h2 id="rows-heading">{t("rows.title")}</h2>
			<Table label={t("rows.title")} className="numbers whitespace-nowrap">
				<thead>
					<tr>
						<th scope="col">{t("columns.person")}</th>
						<th scope="col">{t("columns.body")}</th>
						<th scope="col">{t("columns.measurement")}</th>
						<th scope="col" className="text-end!">
							{t("columns.value")}
						</th>
						<th scope="col" className="text-end!">
							{t("columns.interval")}
						</th>
						<th scope="col">{t("columns.gender")}</th>
						<th scope="col" className="text-end!">
							{t("columns.born")}
						</th>
						<th scope="col" className="text-end!">
							{t("columns.measured")}
						</th>
					</tr>
				</thead>
				<tbody>
					{shown.map((row) => (
						<tr key={`${row.research_model_id} ${row.measurement_type} ${row.extracted_from}`}>
							<td className="font-mono text-xs" title={row.research_subject_id}>
								{row.research_subject_id.slice(0, 8)}
							</td>
							<td className="font-mono text-xs" title={row.research_model_id}>
								{row.research_model_id.slice(0, 8)}
							</td>
							<th scope="row">{nameOf(row.measurement_type, row.extracted_from)}</th>
							<td className="text-end">{write(row.value, row.unit)}</td>
							<td className="text-end text-ink-soft">
								{row.interval90_low === null || row.interval90_high === null
									? "–"
									: `${write(row.interval90_low, row.unit)} – ${write(row.interval90_high, row.unit)}`}
							</td>
							<td>{t(`genders.${row.gender ?? "none"}`)}</td>
							<td className="text-end">{row.birth_year ?? "–"}</td>
							<td className="text-end">{row.measured_year}</td>
						</tr>
					))}
				</tbody>
			</Table>
			<div className="flex flex-wrap items-center justify-between gap-3">
				<p role="status" className="numbers text-sm text-ink-soft">
					{t(hasMore ? "rows.ofMore" : "rows.of", {
						from: format.number(start + 1, 0),
						to: format.number(start + shown.length, 0),
						total: format.number(rows.length, 0),
					})}
				</p>
				<div className="flex gap-2">
					<Button
						disabled={start === 0}
						icon={<ChevronLeft aria-hidden="true" className="size-5" />}
						onClick={() => setStart(Math.max(0, start - ROWS_PER_PAGE))}
					>
						{t("rows.previous")}
					</Button>
					<Button disabled={next >= rows.length && !hasMore} isBusy={isLoading} onClick={() => void forward()}>
						{t("rows.next")}
						<ChevronRight aria-hidden="true" className="size-5" />
					</Button>
				</div>
			</div>
		</section>
	);
}
