import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { ModelDocument } from "../../api/types.js";
import { useFormat } from "../../format/use-format.js";
import { margin_m } from "../../measurements/measurement-groups.js";

/** Stature, weight and how good the body is, at a glance. */
export function BodyFacts({ model }: { readonly model: ModelDocument }) {
	const { t } = useTranslation("model");
	const format = useFormat();
	const { stature } = model.measurements;
	const [low_kg, high_kg] = model.mass_interval90_kg;
	const error_mm = model.quality.expected_pve_mm ?? model.quality.pve_mm;
	return (
		<dl className="grid grid-cols-3 divide-x divide-line rounded-card border border-line bg-surface shadow-card">
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
