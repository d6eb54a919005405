import {
	adviseSizes,
	type CombinedSize,
	type Sex,
	type SizeDimension,
	type SizeFacts,
	type SizeGroup,
} from "@anny-fitter/reference";
import { useTranslation } from "react-i18next";
import type { ModelDocument } from "../../api/types.js";
import { estimateOf, type SubjectFacts } from "../../subjects/person-facts.js";
import { Card } from "../../ui/card.js";
import { LimitsList } from "./limits-list.js";
import { useReferenceSex } from "./needed-facts.js";
import { SizeSystemItem } from "./size-system-item.js";
import { useDerivedFormat } from "./use-derived-format.js";
import { useSizeCorrelation } from "./use-size-correlation.js";

/** Below this age clothes go by height. */
const ADULT_SIZES_AGE = 15;
const DIMENSIONS: readonly SizeDimension[] = [
	"stature",
	"chest_girth",
	"waist_girth",
	"hip_girth",
	"neck_girth",
	"inside_leg_height",
];

/** Clothing sizes as probabilities; nothing as long as it is not known whose sizes. */
export function SizesPanel({ model, facts }: { readonly model: ModelDocument; readonly facts: SubjectFacts }) {
	const { t } = useTranslation("meaning");
	const sex = useReferenceSex(model.subject_id, facts);
	const group = sizeGroup(sex, facts.ageYears);
	if (group === null) return null;
	return (
		<Card title={t("sizes.title")}>
			<Sizes model={model} group={group} />
		</Card>
	);
}

function sizeGroup(sex: Sex | null, ageYears: number | null): SizeGroup | null {
	if (ageYears === null) return null;
	if (ageYears < ADULT_SIZES_AGE) return "children";
	if (sex === null) return null;
	return sex === "female" ? "women" : "men";
}

function Sizes({ model, group }: { readonly model: ModelDocument; readonly group: SizeGroup }) {
	const { t } = useTranslation("meaning");
	const known = Object.fromEntries(DIMENSIONS.map((id) => [id, estimateOf(model, id)])) as SizeFacts;
	const report = adviseSizes(group, known, useSizeCorrelation(model, DIMENSIONS));
	const limits = [t("sizes.limitBrand"), t("sizes.limitSource")];
	if (group !== "children") limits.push(t("sizes.limitLeg"));
	if (group === "men") limits.push(t("sizes.limitNeck"));
	if (report.combined !== null) limits.push(t(report.combined.isJoint ? "sizes.limitJoint" : "sizes.limitIndependent"));
	return (
		<>
			<p className="max-w-prose text-ink-soft">{t(`sizes.lead_${group}`)}</p>
			<ul className="mt-2 divide-y divide-line">
				{report.advice.map((advice) => (
					<SizeSystemItem key={advice.system} advice={advice} group={group} />
				))}
				{report.combined !== null && group !== "children" && <Combined combined={report.combined} group={group} />}
			</ul>
			<LimitsList limits={limits} source={t("sizes.standard")} />
		</>
	);
}

function Combined({ combined, group }: { readonly combined: CombinedSize; readonly group: "women" | "men" }) {
	const { t } = useTranslation("meaning");
	const { share } = useDerivedFormat();
	const probability = share(combined.probability);
	return (
		<li className="py-4">
			<div className="flex flex-wrap items-baseline justify-between gap-x-4">
				<h3>{t(`sizes.combinedTitle_${group}`)}</h3>
				<p className="numbers text-lg font-medium">{combined.codes.join(" – ")}</p>
			</div>
			<p className="text-sm text-ink-soft">
				{combined.spread === 0
					? t("sizes.combinedOne", { share: probability })
					: t("sizes.combinedSpread", { count: combined.spread, share: probability })}
			</p>
		</li>
	);
}
