import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { modelQuery } from "../../api/queries.js";
import type { ModelDocument } from "../../api/types.js";
import { ButtonLink } from "../../ui/button.js";
import { HistoryChart } from "../history/history-chart.js";
import { type Arrangement, ArrangementSwitch } from "./arrangement-switch.js";
import { useBodyLabels } from "./body-labels.js";
import { BodyPicker } from "./body-picker.js";
import { ComparisonView } from "./comparison-view.js";

/** This body beside an earlier one, and the person's history. */
export function CompareTab({
	model,
	otherId,
	onOther,
	arrangement,
	onArrangement,
	selected,
	onSelect,
}: {
	readonly model: ModelDocument;
	readonly otherId: string | null;
	readonly onOther: (model_id: string | null) => void;
	readonly arrangement: Arrangement;
	readonly onArrangement: (arrangement: Arrangement) => void;
	readonly selected: string | null;
	readonly onSelect: (measurement_id: string | null) => void;
}) {
	const { t } = useTranslation("compare");
	const labelsOf = useBodyLabels();
	const { data: other } = useQuery({ ...modelQuery(otherId ?? ""), enabled: otherId !== null });
	return (
		<div className="grid gap-6">
			<div className="grid gap-3">
				<BodyPicker
					legend={t("with")}
					subject_id={model.subject_id}
					value={otherId}
					exclude={model.model_id}
					before={model.created_at}
					onChange={onOther}
				/>
				{other !== undefined && (
					<div className="flex flex-wrap items-center justify-between gap-2">
						<ArrangementSwitch value={arrangement} onChange={onArrangement} />
						<ButtonLink
							look="quiet"
							to="/compare"
							search={{ a: other.model_id, b: model.model_id }}
							className="text-sm"
						>
							{t("openPage")}
						</ButtonLink>
					</div>
				)}
			</div>
			{other !== undefined && (
				<ComparisonView
					a={other.model_id}
					b={model.model_id}
					nameA={labelsOf({ ...other, personName: null }, { ...model, personName: null })[0]}
					nameB={t("thisBody")}
					selected={selected}
					onSelect={onSelect}
				/>
			)}
			<section aria-labelledby="history" className="grid gap-3">
				<h2 id="history">{t("history.title")}</h2>
				<HistoryChart subject_id={model.subject_id} />
			</section>
		</div>
	);
}
