import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { ModelDocument } from "../../api/types.js";
import { useFormat } from "../../format/use-format.js";
import { margin_m } from "../../measurements/measurement-groups.js";

/** Stature, weight and how good the body is, at a glance; below them its volume and surface area where they are known. */
export function BodyFacts({ model }: { readonly model: ModelDocument }) {
	const { t } = useTranslation("model");
	const format = useFormat();
	const { stature } = model.measurements;
	const [low_kg, high_kg] = model.mass_interval90_kg;
	const error_mm = model.quality.expected_pve_mm ?? model.quality.pve_mm;
	return (
		<div className="rounded-card border border-line bg-surface shadow-card">
			<dl className="grid grid-cols-3 divide-x divide-line">
				<Fact name={t("stature")} value={format.length(model.stature_m, "stature")}>
					{stature !== undefined && format.margin(margin_m(stature))}
				</Fact>
				<Fact name={t("weight")} value={format.mass(model.mass_kg)}>
					{`± ${format.mass((high_kg - low_kg) / 2)}`}
				</Fact>
				{error_mm !== undefined && (
					<Fact name={t("accuracy")} value={format.margin(error_mm / 1000)}>
						{t(model.quality.pve_mm === undefined ? "accuracyMeaning" : "distanceMeaning")}
						{/* Nothing is known of what a hand has made of it. */}
						{model.based_on_model_id !== undefined && ` ${t("accuracyOfBase")}`}
					</Fact>
				)}
			</dl>
			<BulkFacts model={model} />
			<PerceptionLine model={model} />
		</div>
	);
}

/** Volume and surface area; results of older versions have neither. */
function BulkFacts({ model }: { readonly model: ModelDocument }) {
	const { t } = useTranslation("model");
	const { volume, area } = useFormat();
	const { volume_m3, volume_interval90_m3, surface_area_m2, surface_area_interval90_m2 } = model;
	if (volume_m3 === undefined && surface_area_m2 === undefined) return null;
	return (
		<dl className="grid grid-cols-2 divide-x divide-line border-t border-line">
			{volume_m3 !== undefined && (
				<BulkFact name={t("volume")} value={volume_m3} interval={volume_interval90_m3} show={volume} />
			)}
			{surface_area_m2 !== undefined && (
				<BulkFact name={t("surfaceArea")} value={surface_area_m2} interval={surface_area_interval90_m2} show={area} />
			)}
		</dl>
	);
}

/** What looked at the photos; results of older versions and those without photos do not say. */
function PerceptionLine({ model: { perception } }: { readonly model: ModelDocument }) {
	const { t } = useTranslation("model");
	if (perception === undefined) return null;
	const { segmentation, depth } = perception;
	const text =
		depth === "unavailable"
			? t("perceptionWithoutDepth", { segmentation })
			: t("perceptionWithDepth", { segmentation, depth });
	return <p className="border-t border-line px-3 py-2 text-xs text-ink-soft sm:px-4">{text}</p>;
}

/** A fact on one line, on two on phones. */
function BulkFact({
	name,
	value,
	interval,
	show,
}: {
	readonly name: string;
	readonly value: number;
	readonly interval: readonly [number, number] | undefined;
	readonly show: (value: number) => string;
}) {
	return (
		<div className="flex min-w-0 flex-col px-3 py-2 sm:flex-row sm:flex-wrap sm:items-baseline sm:gap-x-2 sm:px-4">
			<dt className="text-sm text-ink-soft">{name}</dt>
			<dd className="numbers whitespace-nowrap">
				<span className="text-sm font-semibold">{show(value)}</span>
				{interval !== undefined && (
					<span className="text-xs text-ink-soft">{` ± ${show((interval[1] - interval[0]) / 2)}`}</span>
				)}
			</dd>
		</div>
	);
}

function Fact({
	name,
	value,
	children,
}: {
	readonly name: string;
	readonly value: string;
	readonly children: ReactNode;
}) {
	return (
		<div className="min-w-0 px-3 py-2.5 sm:px-4 sm:py-3">
			<dt className="text-sm text-ink-soft">{name}</dt>
			<dd>
				<span className="numbers block text-base font-semibold tracking-tight whitespace-nowrap sm:text-xl">
					{value}
				</span>
				<span className="numbers block text-xs text-ink-soft">{children}</span>
			</dd>
		</div>
	);
}
