import { ArrowRight } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "../../format/use-format.js";
import { lengthKind } from "../../measurements/length-kind.js";
import { useMeasurementName } from "../../measurements/measurement-names.js";
import { Button } from "../../ui/button.js";
import { classNames } from "../../ui/class-names.js";
import { Notice } from "../../ui/notice.js";
import { Segmented } from "../../ui/segmented.js";
import { type ComparisonOrder, type ComparisonRow, comparisonRows, type ModelComparison } from "./comparison-rows.js";

/** The clearest differences; the rest on request. */
const FEW = 10;

/** What differs between two bodies, with what the errors explain and what is beyond them. */
export function ComparisonTable({
	comparison,
	nameA,
	nameB,
	selected,
	onSelect,
}: {
	readonly comparison: ModelComparison;
	readonly nameA: string;
	readonly nameB: string;
	readonly selected: string | null;
	readonly onSelect: (measurement_id: string | null) => void;
}) {
	const { t } = useTranslation("compare");
	const nameOf = useMeasurementName();
	const [isComplete, setComplete] = useState(false);
	const [order, setOrder] = useState<ComparisonOrder>("largest");
	const rows = comparisonRows(comparison, order);
	const changed = rows.filter((row) => row.verdict === "changed").length;
	const notable = rows.filter((row) => row.verdict !== "not_shown").length;
	const shown = order === "catalogue" || isComplete ? rows : rows.slice(0, Math.max(FEW, notable));
	const left = Object.entries(comparison.not_compared);
	const isOtherBodyData = left.some(([, reason]) => reason === "other_body_data");
	if (rows.length === 0 || isOtherBodyData) return <Notice title={t("otherBodyData")} />;
	return (
		<div className="grid gap-3">
			<p className="font-medium">{changed === 0 ? t("nothingChanged") : t("changedCount", { count: changed })}</p>
			<p className="max-w-prose text-sm text-ink-soft">{t("errorMeaning")}</p>
			<Segmented
				legend={t("order.label")}
				isLegendHidden
				value={order}
				options={[
					{ value: "largest", label: t("order.largest") },
					{ value: "catalogue", label: t("order.catalogue") },
				]}
				onChange={setOrder}
			/>
			<table className="w-full border-collapse">
				<caption className="sr-only">{t("caption", { a: nameA, b: nameB })}</caption>
				<thead>
					<tr className="text-sm text-ink-soft">
						<th scope="col" className="py-2 ps-3 text-start font-normal">
							{t("measurement")}
						</th>
						<th scope="col" className="hidden py-2 pe-3 text-end font-normal sm:table-cell">
							{nameA}
						</th>
						<th scope="col" className="hidden py-2 pe-3 text-end font-normal sm:table-cell">
							{nameB}
						</th>
						<th scope="col" className="py-2 pe-3 text-end font-normal">
							{t("difference")}
						</th>
					</tr>
				</thead>
				<tbody>
					{shown.map((row) => (
						<Row
							key={row.id}
							row={row}
							isSelected={row.id === selected}
							onToggle={() => onSelect(row.id === selected ? null : row.id)}
						/>
					))}
				</tbody>
			</table>
			{left.length > 0 && (
				<p className="text-sm text-ink-soft">
					{t("notCompared", { names: left.map(([id]) => nameOf(id)).join(", ") })}
				</p>
			)}
			{shown.length < rows.length && (
				<Button className="justify-self-center text-sm" onClick={() => setComplete(true)}>
					{t("showAll", { count: rows.length })}
				</Button>
			)}
		</div>
	);
}

function Row({
	row: { id, a, b, difference, margin, probability, verdict },
	isSelected,
	onToggle,
}: {
	readonly row: ComparisonRow;
	readonly isSelected: boolean;
	readonly onToggle: () => void;
}) {
	const { t } = useTranslation("compare");
	const format = useFormat();
	const nameOf = useMeasurementName();
	const isMass = id === "mass";
	const text = (value: number) => (isMass ? format.mass(value) : format.length(value, lengthKind(id)));
	const name = isMass ? t("weight") : nameOf(id);
	const sureness = (share: number) => (share > 0.995 ? `> ${format.percent(0.99)}` : format.percent(share));
	return (
		<tr
			className={classNames(
				"border-t border-line align-top",
				isSelected ? "bg-accent-soft" : !isMass && "hover:bg-sunken",
			)}
		>
			<th scope="row" className="py-1 ps-3 text-start font-normal">
				{isMass ? (
					<span className="me-2 inline-flex min-h-10 items-center">{name}</span>
				) : (
					<button type="button" aria-pressed={isSelected} className="me-2 min-h-10 text-start" onClick={onToggle}>
						{name}
					</button>
				)}
				<span
					className={classNames(
						"me-2 inline-block text-xs font-medium",
						verdict === "changed"
							? "rounded bg-accent-soft px-1.5 text-accent"
							: verdict === "unclear"
								? "rounded border border-line-strong px-1.5 text-ink"
								: "text-ink-soft",
					)}
				>
					{t(`verdict.${verdict}`)}
					{verdict !== "not_shown" && `, ${sureness(probability)}`}
				</span>
				<span className="numbers flex items-center gap-1 pb-1 text-sm text-ink-soft sm:hidden">
					{text(a)}
					<ArrowRight aria-label={t("to")} className="size-3.5" />
					{text(b)}
				</span>
			</th>
			<td className="numbers hidden py-3 pe-3 text-end whitespace-nowrap text-ink-soft sm:table-cell">{text(a)}</td>
			<td className="numbers hidden py-3 pe-3 text-end whitespace-nowrap sm:table-cell">{text(b)}</td>
			<td className="numbers py-3 ps-2 pe-3 text-end whitespace-nowrap">
				<span className={verdict === "changed" ? "font-semibold" : "text-ink-soft"}>
					{isMass ? format.massDifference(difference) : format.difference(difference)}
				</span>
				<span className="block text-sm text-ink-soft sm:ms-2 sm:inline-block sm:w-20">
					± {isMass ? format.mass(margin) : format.length(margin)}
				</span>
			</td>
		</tr>
	);
}
