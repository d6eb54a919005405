import { Search } from "lucide-react";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { ModelDocument } from "../../api/types.js";
import { groupMeasurements, MAIN_MEASUREMENTS } from "../../measurements/measurement-groups.js";
import { useMeasurementName } from "../../measurements/measurement-names.js";
import { setPreferences, usePreferences } from "../../preferences/preferences-store.js";
import { Button } from "../../ui/button.js";
import { EmptyState } from "../../ui/card.js";
import { TextInput } from "../../ui/field.js";
import { Segmented } from "../../ui/segmented.js";
import { MeasurementTable } from "./measurement-table.js";
import { PhotoMeasurements } from "./photo-measurements.js";

/** All measurements of a body, to look through, search and show on it. */
export function MeasurementsPanel({
	model,
	selected,
	onSelect,
}: {
	readonly model: ModelDocument;
	readonly selected: string | null;
	readonly onSelect: (measurement_id: string | null) => void;
}) {
	const { t } = useTranslation("results");
	const units = usePreferences((state) => state.units);
	const nameOf = useMeasurementName();
	const [chosen, setWhich] = useState<"main" | "all">("main");
	const [search, setSearch] = useState("");
	// A tape picked on the body is in the list, wherever it belongs.
	const which = selected !== null && !MAIN_MEASUREMENTS.includes(selected) ? "all" : chosen;
	const groups = useMemo(
		() => groupMeasurements(model.measurements, nameOf, { which, search }),
		[model, nameOf, which, search],
	);
	const count = Object.keys(model.measurements).length;
	return (
		<div>
			<div className="flex flex-wrap items-center gap-2">
				<Segmented
					legend={t("show")}
					isLegendHidden
					value={which}
					options={[
						{ value: "main", label: t("main") },
						{ value: "all", label: t("all", { count }) },
					]}
					onChange={(value) => {
						setWhich(value);
						if (value === "main" && selected !== null && !MAIN_MEASUREMENTS.includes(selected)) onSelect(null);
					}}
				/>
				<Segmented
					legend={t("units")}
					isLegendHidden
					value={units}
					options={[
						{ value: "metric", label: "cm" },
						{ value: "imperial", label: "in" },
					]}
					onChange={(value) => setPreferences({ units: value })}
				/>
				<div className="relative min-w-40 flex-1">
					<Search
						aria-hidden="true"
						className="pointer-events-none absolute start-3 top-1/2 size-4 -translate-y-1/2 text-ink-soft"
					/>
					<TextInput
						type="search"
						aria-label={t("search")}
						placeholder={t("search")}
						className="ps-9"
						value={search}
						onChange={(event) => setSearch(event.target.value)}
					/>
				</div>
			</div>
			<p className="mt-3 text-sm text-ink-soft">{t("lead")}</p>
			<p role="status" className="sr-only">
				{search === "" ? "" : t("found", { count: groups.reduce((sum, { rows }) => sum + rows.length, 0) })}
			</p>
			<div className="mt-2">
				{groups.length > 0 ? (
					<MeasurementTable groups={groups} selected={selected} onSelect={onSelect} />
				) : (
					<EmptyState
						title={t("nothingFound", { search })}
						action={<Button onClick={() => setSearch("")}>{t("showAgain")}</Button>}
					/>
				)}
			</div>
			<PhotoMeasurements model={model} />
		</div>
	);
}
