import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { subjectQuery } from "../../api/queries.js";
import type { ModelDocument } from "../../api/types.js";
import { subjectFactsOf } from "../../subjects/person-facts.js";
import { Button } from "../../ui/button.js";
import { DerivedPanel } from "../meaning/derived-panel.js";
import { NeededFacts } from "../meaning/needed-facts.js";
import { PercentilesPanel } from "../meaning/percentiles-panel.js";
import { SizesPanel } from "../meaning/sizes-panel.js";
import { MissingFacts } from "./missing-facts.js";

/** What the measurements mean for this person: population, derived values, sizes. */
export function MeaningTab({ model }: { readonly model: ModelDocument }) {
	const { t } = useTranslation("model");
	const { data: subject } = useQuery(subjectQuery(model.subject_id));
	const [isAdding, setAdding] = useState(false);
	const facts = subjectFactsOf(model, subject);
	const panel = { model, facts };
	return (
		<div className="grid gap-4">
			{subject !== undefined && isAdding && <MissingFacts subject={subject} onDone={() => setAdding(false)} />}
			{subject !== undefined && !isAdding && facts.ageYears !== null && (
				<div className="flex flex-wrap items-center justify-between gap-2 rounded-lg bg-sunken py-1 ps-4 pe-1">
					<p className="text-sm text-ink-soft">
						{t("facts.used", {
							sex: t(`facts.${facts.sex ?? "unknown"}`),
							age: t("facts.age", { count: Math.floor(facts.ageYears) }),
						})}
					</p>
					<Button look="quiet" className="text-sm" onClick={() => setAdding(true)}>
						{t(facts.sex === null ? "facts.add" : "facts.change")}
					</Button>
				</div>
			)}
			{!isAdding && <NeededFacts {...panel} onAddFacts={subject && (() => setAdding(true))} />}
			<SizesPanel {...panel} />
			<PercentilesPanel {...panel} />
			<DerivedPanel {...panel} />
		</div>
	);
}
