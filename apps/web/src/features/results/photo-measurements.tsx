import { Z90 } from "@anny-fitter/math";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { ModelDocument } from "../../api/types.js";
import { useFormat } from "../../format/use-format.js";
import { lengthKind } from "../../measurements/length-kind.js";
import { useMeasurementName } from "../../measurements/measurement-names.js";
import { Segmented } from "../../ui/segmented.js";

type ImageMeasurement = NonNullable<ModelDocument["image_measurements"]>[number];

/** What the photos themselves show, beside the body's values; nothing for results without. */
export function PhotoMeasurements({ model }: { readonly model: ModelDocument }) {
	const { t } = useTranslation("results");
	const [which, setWhich] = useState<"main" | "all">("main");
	const seen = model.image_measurements ?? [];
	if (seen.length === 0) return null;
	const main = seen.filter(isMain);
	const shown = which === "all" || main.length === 0 ? seen : main;
	return (
		<section aria-labelledby="photo-measurements" className="mt-8 border-t border-line pt-5">
			<h3 id="photo-measurements">{t("seen.title")}</h3>
			<p className="mt-1 mb-3 max-w-prose text-sm text-ink-soft">{t("seen.lead")}</p>
			{main.length > 0 && main.length < seen.length && (
				<Segmented
					legend={t("seen.show")}
					isLegendHidden
					value={which}
					options={[
						{ value: "main", label: t("seen.girthsOnly") },
						{ value: "all", label: t("seen.all", { count: seen.length }) },
					]}
					onChange={setWhich}
				/>
			)}
			<table className="mt-2 w-full border-collapse">
				<caption className="sr-only">{t("seen.caption")}</caption>
				<thead>
					<tr className="text-sm text-ink-soft">
						<th scope="col" className="py-2 ps-3 text-start font-normal">
							{t("name")}
						</th>
						<th scope="col" className="py-2 pe-3 text-end font-normal">
							{t("seen.seen")}
						</th>
						<th scope="col" className="py-2 pe-3 text-end font-normal">
							{t("seen.body")}
						</th>
					</tr>
				</thead>
				<tbody>
					{shown.map((measurement) => (
						<Row key={measurement.id} measurement={measurement} body_m={model.measurements[measurement.id]?.value_m} />
					))}
				</tbody>
			</table>
		</section>
	);
}

function Row({
	measurement: { id, value_m, sigma_m, views, over_clothing },
	body_m,
}: {
	readonly measurement: ImageMeasurement;
	readonly body_m: number | undefined;
}) {
	const { t, i18n } = useTranslation("results");
	const { length, margin } = useFormat();
	const nameOf = useMeasurementName();
	const agreeing = views.filter((view) => view.inlier).length;
	const photos =
		agreeing === views.length
			? t("seen.photos", { count: views.length })
			: t("seen.disagree", { count: agreeing, all: views.length });
	const notes = over_clothing ? [photos, t("seen.overClothes")] : [photos];
	return (
		<tr className="border-t border-line">
			<th scope="row" className="py-2 ps-3 pe-2 text-start font-normal hyphens-auto wrap-anywhere">
				{i18n.exists(`results:seen.names.${id}`) ? t(`seen.names.${id}`) : nameOf(id)}
				<span className="block text-sm text-ink-soft">{notes.join(" · ")}</span>
			</th>
			<td className="numbers py-2 pe-3 text-end font-medium whitespace-nowrap">
				{length(value_m, lengthKind(id))}
				<span className="block text-sm font-normal text-ink-soft">{margin(Z90 * sigma_m)}</span>
			</td>
			<td className="numbers py-2 pe-3 text-end whitespace-nowrap text-ink-soft">
				{body_m === undefined ? "–" : length(body_m, lengthKind(id))}
			</td>
		</tr>
	);
}

function isMain({ id }: ImageMeasurement): boolean {
	return id === "stature" || id.endsWith("_girth") || id === "waist_girth_omphalion";
}
