import {
	ADULT_MEASURES,
	ADULT_POPULATION,
	type AdultMeasure,
	GROWTH_AGE_YEARS,
	type Sex,
} from "@anny-fitter/reference";
import { useTranslation } from "react-i18next";
import type { ModelDocument } from "../../api/types.js";
import { useMeasurementName } from "../../measurements/measurement-names.js";
import { estimateOf, type SubjectFacts } from "../../subjects/person-facts.js";
import { Card } from "../../ui/card.js";
import { Notice } from "../../ui/notice.js";
import { GrowthCharts } from "./growth-charts.js";
import { LimitsList } from "./limits-list.js";
import { useReferenceSex } from "./needed-facts.js";
import { PopulationBar } from "./population-bar.js";

/** From this age on bodies are compared with adults, below it with children of their age. */
const ADULT_AGE = 18;
const MAIN: readonly AdultMeasure[] = [
	"stature",
	"mass",
	"chest_girth",
	"waist_girth_omphalion",
	"hip_girth",
	"thigh_girth",
	"inside_leg_height",
];

/**
 * Where a body stands among other people: adults by measurement, children on the growth charts. Nothing as long as it is
 * not known among whom.
 */
export function PercentilesPanel({ model, facts }: { readonly model: ModelDocument; readonly facts: SubjectFacts }) {
	const { t } = useTranslation("meaning");
	const sex = useReferenceSex(model.subject_id, facts);
	const { ageYears } = facts;
	if (sex === null || ageYears === null) return null;
	const isTooYoung = ageYears < GROWTH_AGE_YEARS.from;
	return (
		<Card title={t("percentiles.title")}>
			{isTooYoung && <Notice title={t("percentiles.tooYoung")} />}
			{ageYears >= ADULT_AGE && <AmongAdults model={model} sex={sex} ageYears={ageYears} />}
			{!isTooYoung && ageYears < ADULT_AGE && (
				<GrowthCharts model={model} sex={sex} ageYears={ageYears} isAgeExact={facts.isAgeExact} />
			)}
		</Card>
	);
}

function AmongAdults({
	model,
	sex,
	ageYears,
}: {
	readonly model: ModelDocument;
	readonly sex: Sex;
	readonly ageYears: number;
}) {
	const { t } = useTranslation("meaning");
	const measurementName = useMeasurementName();
	const known = (id: AdultMeasure) => estimateOf(model, id) !== undefined;
	const main = MAIN.filter(known);
	const others = ADULT_MEASURES.filter((id) => !MAIN.includes(id) && known(id));
	const bar = (measure: AdultMeasure) => {
		const estimate = estimateOf(model, measure);
		if (estimate === undefined) return null;
		const name = measure === "mass" ? t("percentiles.mass") : measurementName(measure);
		return (
			<li key={measure}>
				<PopulationBar measure={measure} sex={sex} name={name} estimate={estimate} />
			</li>
		);
	};
	const limits = [t("percentiles.limitAdult"), t("percentiles.limitDefinitions")];
	if (ageYears >= ADULT_POPULATION.ageYears.to + 1) limits.splice(1, 0, t("percentiles.limitOlder"));
	return (
		<>
			<p className="max-w-prose text-ink-soft">
				{sex === "female" ? t("percentiles.leadAdult_female") : t("percentiles.leadAdult_male")}
			</p>
			<ul className="mt-2 divide-y divide-line">{main.map(bar)}</ul>
			{others.length > 0 && (
				<details className="mt-2">
					<summary className="min-h-11 py-2 font-medium">{t("percentiles.more")}</summary>
					<ul className="divide-y divide-line">{others.map(bar)}</ul>
				</details>
			)}
			<LimitsList limits={limits} source={ADULT_POPULATION.source} />
		</>
	);
}
