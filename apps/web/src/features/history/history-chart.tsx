import { useQueries, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { measurementsQuery, subjectModelsQuery } from "../../api/queries.js";
import { lengthToShown, lengthUnit, massToShown, massUnit } from "../../format/units.js";
import { useFormat } from "../../format/use-format.js";
import { lengthKind } from "../../measurements/length-kind.js";
import { MAIN_MEASUREMENTS } from "../../measurements/measurement-groups.js";
import { useMeasurementName } from "../../measurements/measurement-names.js";
import { useHiddenBodies } from "../../models/delete-body.js";
import { useScheme } from "../../preferences/use-scheme.js";
import { Spinner } from "../../ui/button.js";
import { Field, Select } from "../../ui/field.js";
import { ErrorNotice } from "../../ui/notice.js";
import { type HistoryPoint, historyPoints } from "./history-points.js";

/** More bodies than this cannot be told apart in the chart. */
const MAX_BODIES = 40;

/** A person's weight or a measurement over time with error bars, and the same as a table. */
export function HistoryChart({
	subject_id,
	initial = "waist_girth",
}: {
	readonly subject_id: string;
	/** Measurement that is shown first, or `mass`. */
	readonly initial?: string;
}) {
	const { t } = useTranslation("compare");
	const nameOf = useMeasurementName();
	const [id, setId] = useState(initial);
	const models = useQuery(subjectModelsQuery(subject_id, { limit: MAX_BODIES }));
	const hidden = useHiddenBodies();
	const all = models.data?.models;
	// What a hand has set is no observation of the person.
	const summaries = useMemo(
		() => all?.filter((one) => !hidden.has(one.model_id) && one.based_on_model_id === null) ?? [],
		[all, hidden],
	);
	const hasAdjusted = all?.some((one) => !hidden.has(one.model_id) && one.based_on_model_id !== null) ?? false;
	const measured = useQueries({
		queries: summaries.map(({ model_id }) => measurementsQuery(model_id)),
		combine: (results) => ({
			data: results.map((result) => result.data),
			error: results.find((result) => result.error !== null)?.error ?? null,
			isPending: results.some((result) => result.isPending),
		}),
	});
	const bodies = summaries.flatMap(({ created_at }, i) => {
		const measurements = measured.data[i];
		return measurements === undefined ? [] : [{ created_at, measured: measurements }];
	});
	const points = historyPoints(bodies, id);
	const problem = models.error ?? measured.error;
	if (problem !== null) return <ErrorNotice error={problem} onRetry={() => void models.refetch()} />;
	if (models.isPending || measured.isPending) return <Spinner />;
	if (summaries.length < 2)
		return (
			<p className="text-sm text-ink-soft">
				{t("history.needsTwo")} {hasAdjusted && t("history.noAdjusted")}
			</p>
		);
	return (
		<div className="grid gap-3">
			<Field label={t("history.quantity")}>
				{(control) => (
					<Select {...control} value={id} onChange={(event) => setId(event.target.value)}>
						<option value="mass">{t("weight")}</option>
						{[...MAIN_MEASUREMENTS, ...(MAIN_MEASUREMENTS.includes(id) || id === "mass" ? [] : [id])].map((option) => (
							<option key={option} value={option}>
								{nameOf(option)}
							</option>
						))}
					</Select>
				)}
			</Field>
			<Chart points={points} isMass={id === "mass"} />
			<p className="text-sm text-ink-soft">
				{t("history.bars")} {hasAdjusted && t("history.noAdjusted")}
			</p>
			<details>
				<summary className="py-3 text-sm font-medium">{t("history.asTable")}</summary>
				<HistoryTable points={points} id={id} />
			</details>
		</div>
	);
}

function Chart({ points, isMass }: { readonly points: readonly HistoryPoint[]; readonly isMass: boolean }) {
	const { t } = useTranslation("compare");
	const { units, locale } = useFormat();
	const scheme = useScheme();
	const element = useRef<HTMLDivElement>(null);
	const key = JSON.stringify(points);
	// biome-ignore lint/correctness/useExhaustiveDependencies: drawn anew when the values or the colours change
	useEffect(() => {
		let isGone = false;
		let remove = () => {};
		void import("./draw-history.js").then(({ drawHistory }) => {
			if (isGone || element.current === null) return;
			const toShown = (value: number) => (isMass ? massToShown(value, units) : lengthToShown(value, units));
			remove = drawHistory(element.current, points, toShown, isMass ? massUnit(units) : lengthUnit(units), locale);
		});
		return () => {
			isGone = true;
			remove();
		};
	}, [key, isMass, units, locale, scheme]);
	// What it shows stands in the table beside it.
	return <div ref={element} role="img" aria-label={t("history.chart")} className="min-h-56 min-w-0" />;
}

function HistoryTable({ points, id }: { readonly points: readonly HistoryPoint[]; readonly id: string }) {
	const { t } = useTranslation("compare");
	const { dateTime, mass, length } = useFormat();
	const text = (value: number) => (id === "mass" ? mass(value) : length(value, lengthKind(id)));
	return (
		<table className="w-full border-collapse text-sm">
			<thead>
				<tr className="text-ink-soft">
					<th scope="col" className="py-2 text-start font-normal">
						{t("history.date")}
					</th>
					<th scope="col" className="py-2 text-end font-normal">
						{t("history.value")}
					</th>
					<th scope="col" className="py-2 text-end font-normal">
						{t("history.interval")}
					</th>
				</tr>
			</thead>
			<tbody>
				{points.map((point) => (
					<tr key={point.model_id} className="border-t border-line">
						<th scope="row" className="py-1 text-start font-normal">
							<Link
								to="/models/$modelId"
								params={{ modelId: point.model_id }}
								className="inline-flex min-h-9 items-center"
							>
								{dateTime(new Date(point.time_s * 1000).toISOString())}
							</Link>
						</th>
						<td className="numbers py-1 text-end">{text(point.value)}</td>
						<td className="numbers py-1 text-end text-ink-soft">
							{text(point.low)} – {text(point.high)}
						</td>
					</tr>
				))}
			</tbody>
		</table>
	);
}
