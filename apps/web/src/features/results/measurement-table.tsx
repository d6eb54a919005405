import { ChevronDown } from "lucide-react";
import { Fragment } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "../../format/use-format.js";
import { lengthKind } from "../../measurements/length-kind.js";
import {
	type MeasurementGroup,
	type MeasurementRow,
	margin_m,
	originOf,
} from "../../measurements/measurement-groups.js";
import { classNames } from "../../ui/class-names.js";
import { ConfidenceBar } from "./confidence-bar.js";
import { MeasurementDetails } from "./measurement-details.js";

/** Measurements in groups. The selected row is open; its tape is what the viewer shows. */
export function MeasurementTable({
	groups,
	selected,
	onSelect,
}: {
	readonly groups: readonly MeasurementGroup[];
	readonly selected: string | null;
	readonly onSelect: (measurement_id: string | null) => void;
}) {
	const { t } = useTranslation("results");
	return (
		<table className="w-full border-collapse">
			<caption className="sr-only">{t("caption")}</caption>
			<thead className="sr-only sm:not-sr-only sm:table-header-group">
				<tr className="text-sm text-ink-soft">
					<th scope="col" className="py-2 ps-3 text-start font-normal">
						{t("name")}
					</th>
					<th scope="col" className="py-2 pe-2 text-end font-normal">
						{t("value")}
					</th>
					<th scope="col" className="py-2 pe-4 text-end font-normal">
						{t("margin")}
					</th>
					<th scope="col" className="py-2 pe-3 text-start font-normal">
						{t("confidence")}
					</th>
					<th scope="col" className="py-2 pe-3 text-start font-normal">
						{t("from")}
					</th>
				</tr>
			</thead>
			{groups.map((group, i) => (
				<tbody key={group.id}>
					<tr>
						<th
							scope="rowgroup"
							colSpan={5}
							className={classNames("px-3 pb-1 text-start text-sm font-medium text-ink-soft", i > 0 && "pt-5")}
						>
							{t(`group.${group.id}`)}
						</th>
					</tr>
					{group.rows.map((row) => (
						<Row
							key={row.id}
							row={row}
							isSelected={row.id === selected}
							onToggle={() => onSelect(row.id === selected ? null : row.id)}
						/>
					))}
				</tbody>
			))}
		</table>
	);
}

function Row({
	row: { id, name, estimate },
	isSelected,
	onToggle,
}: {
	readonly row: MeasurementRow;
	readonly isSelected: boolean;
	readonly onToggle: () => void;
}) {
	const { t } = useTranslation("results");
	const { length, margin } = useFormat();
	const detailsId = `measurement-${id}`;
	const look = isSelected ? "bg-accent-soft" : "hover:bg-sunken";
	return (
		<Fragment>
			{/* The whole row reacts to the pointer; the keyboard has the button. */}
			<tr className={classNames("cursor-pointer border-t border-line", look)} onClick={onToggle}>
				<th scope="row" className="p-0 text-start font-normal">
					<button
						type="button"
						aria-expanded={isSelected}
						aria-controls={isSelected ? detailsId : undefined}
						className="flex min-h-12 w-full items-center gap-2 py-2 ps-3 pe-2 text-start sm:min-h-11"
						onClick={(event) => {
							event.stopPropagation();
							onToggle();
						}}
					>
						<ChevronDown
							aria-hidden="true"
							className={classNames(
								"size-4 shrink-0 text-ink-soft transition-transform",
								isSelected ? "rotate-0" : "-rotate-90",
							)}
						/>
						<span className={isSelected ? "font-medium" : undefined}>{name}</span>
					</button>
				</th>
				<td className="numbers py-2 pe-3 text-end font-medium whitespace-nowrap sm:pe-2">
					{length(estimate.value_m, lengthKind(id))}
					<span className="block text-sm font-normal text-ink-soft sm:hidden">{margin(margin_m(estimate))}</span>
				</td>
				<td className="numbers hidden py-2 pe-4 text-end whitespace-nowrap text-ink-soft sm:table-cell">
					{margin(margin_m(estimate))}
				</td>
				<td className="hidden py-2 pe-3 sm:table-cell">
					<ConfidenceBar confidence={estimate.confidence} />
				</td>
				<td className="hidden py-2 pe-3 text-sm text-ink-soft sm:table-cell">
					{t(`origin.${originOf(estimate.sources)}`)}
				</td>
			</tr>
			{isSelected && (
				<tr id={detailsId} className="bg-accent-soft/50">
					<td colSpan={5} className="p-0">
						<div className="flex gap-4 px-3 pt-3 sm:hidden">
							<ConfidenceBar confidence={estimate.confidence} />
							<span className="text-sm text-ink-soft">{t(`origin.${originOf(estimate.sources)}`)}</span>
						</div>
						<MeasurementDetails id={id} estimate={estimate} />
					</td>
				</tr>
			)}
		</Fragment>
	);
}
