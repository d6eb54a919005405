import {
	type BandProbability,
	type DerivedDefinition,
	type DerivedValue,
	deriveAll,
	isDerivedValue,
	type Withheld,
} from "@anny-fitter/reference";
import { useTranslation } from "react-i18next";
import type { ModelDocument } from "../../api/types.js";
import { personFactsOf, type SubjectFacts } from "../../subjects/person-facts.js";
import { Card } from "../../ui/card.js";
import { LimitsList } from "./limits-list.js";
import { useReferenceSex } from "./needed-facts.js";
import { ProbabilityBar } from "./probability-bar.js";
import { useDerivedFormat } from "./use-derived-format.js";

/** BMI, waist ratios, body fat and others: value, interval, classes as probabilities, limits. */
export function DerivedPanel({ model, facts }: { readonly model: ModelDocument; readonly facts: SubjectFacts }) {
	const { t } = useTranslation("meaning");
	const sex = useReferenceSex(model.subject_id, facts);
	const withheldText = useWithheldText();
	const derived = deriveAll(personFactsOf(model, { sex, ageYears: facts.ageYears }));
	const withheld = derived.flatMap(({ definition, result }) =>
		isDerivedValue(result) ? [] : { id: definition.id, text: withheldText(result, "value") },
	);
	return (
		<Card title={t("derived.title")}>
			<p className="max-w-prose text-ink-soft">{t("derived.lead")}</p>
			<ul className="mt-2 divide-y divide-line">
				{derived.map(({ definition, result }) =>
					isDerivedValue(result) ? <DerivedItem key={definition.id} definition={definition} result={result} /> : null,
				)}
			</ul>
			{withheld.length > 0 && (
				<dl className="grid gap-x-6 gap-y-1 border-t border-line pt-4 sm:grid-cols-[max-content_1fr]">
					{withheld.map(({ id, text }) => (
						<div key={id} className="contents">
							<dt className="font-medium">{t(`derived.name.${id}`)}</dt>
							<dd className="mb-2 text-ink-soft sm:mb-0">{text}</dd>
						</div>
					))}
				</dl>
			)}
			<LimitsList limits={[t("derived.notDiagnosis"), t("derived.limit.covariances_ignored")]} />
		</Card>
	);
}

function DerivedItem({
	definition,
	result,
}: {
	readonly definition: DerivedDefinition;
	readonly result: DerivedValue;
}) {
	const { t } = useTranslation("meaning");
	const format = useDerivedFormat();
	const withheldText = useWithheldText();
	// What holds for all of them stands once below the list.
	const limits = definition.limits.filter((limit) => limit !== "covariances_ignored");
	return (
		<li className="py-4">
			<div className="flex flex-wrap items-baseline justify-between gap-x-4">
				<h3>{t(`derived.name.${definition.id}`)}</h3>
				<p className="numbers text-lg font-medium">{format.headline(definition.id, result)}</p>
			</div>
			<div className="flex flex-wrap justify-between gap-x-4 text-sm text-ink-soft">
				<p>{t(`derived.about.${definition.id}`)}</p>
				{definition.id !== "body_fat" && (
					<p className="numbers">
						{t("interval", {
							low: format.number(definition.id, result.low),
							high: format.number(definition.id, result.high),
						})}
					</p>
				)}
			</div>
			{result.classes !== null && (
				<Classes classes={result.classes} withheldText={(why) => withheldText(why, "class")} />
			)}
			<p className="mt-2 text-sm text-ink-soft">
				{limits.map((limit) => t(`derived.limit.${limit}`)).join(" ")} {t("source", { source: definition.source })}.
			</p>
		</li>
	);
}

/** Classes that are likelier than this are told. */
const TOLD = 0.03;

function Classes({
	classes,
	withheldText,
}: {
	readonly classes: readonly BandProbability[] | Withheld;
	readonly withheldText: (why: Withheld) => string;
}) {
	const { t } = useTranslation("meaning");
	const { share } = useDerivedFormat();
	if (!("length" in classes)) return <p className="mt-2 text-sm">{withheldText(classes)}</p>;
	const told = classes.filter((item) => item.probability >= TOLD);
	const best = Math.max(...told.map((item) => item.probability));
	return (
		<ul className="mt-2 grid gap-1.5">
			{told.map((item) => (
				<li key={item.code} className="grid gap-x-4 gap-y-1 sm:grid-cols-[1fr_12rem] sm:items-center">
					<span className={item.probability === best ? "font-medium" : "text-ink-soft"}>
						{t("derived.classLikely", { name: t(`derived.class.${item.code}`), share: share(item.probability) })}
					</span>
					<ProbabilityBar share={item.probability} isStrong={item.probability === best} />
				</li>
			))}
		</ul>
	);
}

/** Why a value or its classes are not given, in words. */
function useWithheldText() {
	const { t, i18n } = useTranslation("meaning");
	return (why: Withheld, of: "value" | "class"): string => {
		if ("missing" in why) {
			const names = why.missing.map((fact) => t(`derived.fact.${fact}`));
			const list = new Intl.ListFormat(i18n.language, { type: "conjunction" }).format(names);
			return t("derived.withheld.missing", { facts: list });
		}
		if (why.notValidFor === "age" && of === "class") return t("derived.withheld.ageClass");
		return t(`derived.withheld.${why.notValidFor}`);
	};
}
