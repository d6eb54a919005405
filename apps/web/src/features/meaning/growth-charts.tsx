import {
	bodyMassIndex,
	type Estimate,
	GROWTH_SOURCE,
	type GrowthMeasure,
	growthPercentile,
	propagate,
	type Sex,
	Z90,
} from "@anny-fitter/reference";
import { useTranslation } from "react-i18next";
import type { ModelDocument } from "../../api/types.js";
import { useFormat } from "../../format/use-format.js";
import { estimateOf } from "../../subjects/person-facts.js";
import { GrowthChart } from "./growth-chart.js";
import { LimitsList } from "./limits-list.js";
import { wholePercentile } from "./whole-percentile.js";

/** A child's place on the charts of height, weight and BMI for age. */
export function GrowthCharts({
	model,
	sex,
	ageYears,
	isAgeExact,
}: {
	readonly model: ModelDocument;
	readonly sex: Sex;
	readonly ageYears: number;
	readonly isAgeExact: boolean;
}) {
	const { t } = useTranslation("meaning");
	const format = useFormat();
	const stature = estimateOf(model, "stature") ?? { value: model.stature_m, sigma: 0 };
	const mass = { value: model.mass_kg, sigma: model.mass_sigma_kg };
	const shown: readonly { measure: GrowthMeasure; estimate: Estimate; show: (value: number) => string }[] = [
		{ measure: "stature", estimate: stature, show: (value) => format.length(value, "stature") },
		{ measure: "weight", estimate: mass, show: format.mass },
		{ measure: "bmi", estimate: propagate([mass, stature], bodyMassIndex), show: (value) => format.number(value) },
	];
	const limits = [t("growth.limit"), t("growth.limitDoctor")];
	if (!isAgeExact) limits.unshift(t("growth.limitAge"));
	return (
		<>
			<p className="max-w-prose text-ink-soft">{sex === "female" ? t("growth.lead_female") : t("growth.lead_male")}</p>
			<div className="@container mt-4">
				<div className="grid gap-6 @xl:grid-cols-2">
					{shown.map(({ measure, estimate, show }) => {
						const percentileOf = (value: number) => {
							return wholePercentile(growthPercentile(measure, sex, ageYears, Math.max(value, 1e-3)));
						};
						const name = t(`growth.${measure}`);
						const rank = percentileOf(estimate.value);
						const low = percentileOf(estimate.value - Z90 * estimate.sigma);
						const high = percentileOf(estimate.value + Z90 * estimate.sigma);
						return (
							<section key={measure}>
								<div className="flex flex-wrap items-baseline justify-between gap-x-4">
									<h3>{name}</h3>
									<p className="numbers font-medium">{show(estimate.value)}</p>
								</div>
								<p className="text-sm text-ink-soft">
									<span className="font-medium text-ink">{t("growth.rank", { value: rank })}</span> ·{" "}
									{t("growth.range", { low, high })}
								</p>
								<GrowthChart
									measure={measure}
									sex={sex}
									ageYears={ageYears}
									estimate={estimate}
									label={t("growth.chartName", {
										name,
										value: show(estimate.value),
										age: format.number(ageYears),
										percentile: rank,
										low,
										high,
									})}
								/>
							</section>
						);
					})}
				</div>
			</div>
			<LimitsList limits={limits} source={GROWTH_SOURCE} />
		</>
	);
}
