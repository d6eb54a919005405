import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { lazy, type ReactNode, Suspense, useCallback, useState } from "react";
import { useTranslation } from "react-i18next";
import { modelQuery } from "../../api/queries.js";
import type { ModelDocument } from "../../api/types.js";
import { Spinner } from "../../ui/button.js";
import { classNames } from "../../ui/class-names.js";
import { Tabs } from "../../ui/tabs.js";
import { UnsavedChanges } from "../adjust/unsaved-changes.js";
import { useAdjusting } from "../adjust/use-adjusting.js";
import type { Arrangement } from "../compare/arrangement-switch.js";
import { useBodyLabels } from "../compare/body-labels.js";
import { BodyFacts } from "../results/body-facts.js";
import { MeasurementsPanel } from "../results/measurements-panel.js";
import { BodyPane } from "../viewer/body-pane.js";
import { ModelHeader } from "./model-header.js";
import { QualitySummary } from "./quality-summary.js";

const MeaningTab = lazy(() => import("./meaning-tab.js").then((module) => ({ default: module.MeaningTab })));
const AdjustPanel = lazy(() => import("../adjust/adjust-panel.js").then((module) => ({ default: module.AdjustPanel })));
const CompareTab = lazy(() => import("../compare/compare-tab.js").then((module) => ({ default: module.CompareTab })));
const ExportTab = lazy(() => import("./export-tab.js").then((module) => ({ default: module.ExportTab })));

const TABS = ["measurements", "meaning", "adjust", "compare", "export"] as const;
type TabId = (typeof TABS)[number];
/** Tabs in which one looks at the body while using them: on a phone it stays in sight. */
const BODY_TABS: readonly TabId[] = ["measurements", "adjust", "compare"];

/** The body on one side, what can be known and done on the other. */
export function ModelView({ model }: { readonly model: ModelDocument }) {
	const { t } = useTranslation("model");
	const labelsOf = useBodyLabels();
	const search = useSearch({ from: "/personal/models/$modelId" });
	const navigate = useNavigate({ from: "/models/$modelId" });
	const tab = TABS.find((id) => id === search.tab) ?? "measurements";
	const selected =
		search.measurement !== undefined && search.measurement in model.measurements ? search.measurement : null;
	const onSelect = useCallback(
		(id: string | null) =>
			void navigate({
				search: ({ measurement: _, ...rest }) => (id === null ? rest : { ...rest, measurement: id }),
				replace: true,
				resetScroll: false,
			}),
		[navigate],
	);
	const adjusting = useAdjusting(model);
	const [otherId, setOther] = useState<string | null>(null);
	const [arrangement, setArrangement] = useState<Arrangement>("side-by-side");
	const { data: other } = useQuery({ ...modelQuery(otherId ?? ""), enabled: otherId !== null });
	const isComparing = tab === "compare" && other !== undefined;
	const panels: Record<TabId, ReactNode> = {
		measurements: <MeasurementsPanel model={model} selected={selected} onSelect={onSelect} />,
		meaning: <MeaningTab model={model} />,
		adjust: <AdjustPanel model={model} adjusting={adjusting} onSelect={onSelect} />,
		compare: (
			<CompareTab
				{...{ model, otherId, arrangement, selected, onSelect }}
				onOther={setOther}
				onArrangement={setArrangement}
			/>
		),
		export: <ExportTab model={model} />,
	};
	return (
		<div className="mx-auto w-full max-w-7xl px-4 py-4 sm:px-6 lg:py-6">
			<UnsavedChanges isChanged={adjusting.isChanged} />
			<ModelHeader model={model} />
			<div className="lg:grid lg:grid-cols-[minmax(0,1fr)_minmax(0,34rem)] lg:grid-rows-[auto_1fr] lg:items-start lg:gap-x-6 lg:gap-y-4">
				<div className="mb-3 grid gap-3 lg:col-start-2 lg:row-start-1 lg:mb-0">
					<BodyFacts model={model} />
					<QualitySummary model={model} />
				</div>
				<div
					className={classNames(
						"z-20 -mx-4 mb-4 h-[42dvh] min-h-64 bg-paper sm:-mx-6 lg:sticky lg:top-20 lg:z-0 lg:col-start-1 lg:row-span-2 lg:row-start-1 lg:mx-0 lg:mb-0 lg:h-[calc(100dvh-11rem)]",
						BODY_TABS.includes(tab) && "sticky top-14 max-lg:landscape:static",
					)}
				>
					<section
						aria-label={t("bodyRegion")}
						className="h-full overflow-hidden border-y border-line bg-surface lg:rounded-card lg:border lg:shadow-card"
					>
						<BodyPane
							model={model}
							shape={tab === "adjust" ? adjusting.shape : null}
							other={
								isComparing
									? { model: other, name: labelsOf({ ...other, personName: null }, { ...model, personName: null })[0] }
									: null
							}
							arrangement={arrangement}
							selected={selected}
							onSelect={onSelect}
							className="h-full"
						/>
					</section>
				</div>
				{/* What has the focus must not end up below the body that stays in sight. */}
				<div className="min-w-0 lg:col-start-2 lg:row-start-2 [&_:is(a,button,input,select,summary)]:scroll-mt-32 max-lg:[&_:is(a,button,input,select,summary)]:scroll-mt-[calc(42dvh+8rem)]">
					<Tabs<TabId>
						label={t("tabs.label")}
						value={tab}
						onChange={(id) =>
							void navigate({
								search: ({ tab: _, ...rest }) => (id === "measurements" ? rest : { ...rest, tab: id }),
								replace: true,
								resetScroll: false,
							})
						}
						tabs={TABS.map((id) => ({
							id,
							label: t(`tabs.${id}`),
							content: <Suspense fallback={<Spinner />}>{panels[id]}</Suspense>,
						}))}
					/>
				</div>
			</div>
		</div>
	);
}
