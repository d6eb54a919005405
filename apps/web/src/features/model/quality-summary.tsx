import { ChevronDown, CircleCheck, Info, Lightbulb, TriangleAlert } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { ModelDocument } from "../../api/types.js";
import { useFormat } from "../../format/use-format.js";
import { type QualityNote, qualityNotes } from "./quality-notes.js";

/** What stands out about a result and what would make it better; closed until asked for, open when it needs a look. */
export function QualitySummary({ model }: { readonly model: ModelDocument }) {
	const { t } = useTranslation("model");
	const notes = qualityNotes(model);
	const isAdjusted = model.quality.flags.some(({ code }) => code === "adjusted_by_hand");
	const adjusted = isAdjusted && (
		<p className="flex items-start gap-2 text-sm text-ink-soft">
			<Info aria-hidden="true" className="mt-0.5 size-4 shrink-0" />
			{t("flag.adjusted_by_hand.advice")}
		</p>
	);
	if (adjusted && notes.length === 0) return adjusted;
	const isDoubtful = model.quality.flagged_for_review;
	if (notes.length === 0) {
		return (
			<p className="flex items-center gap-2 text-sm text-ink-soft">
				<CircleCheck aria-hidden="true" className="size-4 shrink-0 text-good" />
				{t("quality.good")}
			</p>
		);
	}
	const Icon = isDoubtful ? TriangleAlert : Lightbulb;
	return (
		<div className="grid gap-3">
			{adjusted}
			<details open={isDoubtful} className="group rounded-lg border border-line bg-surface">
				<summary className="flex min-h-11 items-center gap-2 px-3 py-2 text-sm font-medium">
					<Icon aria-hidden="true" className={`size-4 shrink-0 ${isDoubtful ? "text-warn" : "text-accent"}`} />
					<span className="flex-1">
						{isDoubtful ? t("quality.doubtful") : t("quality.better", { count: notes.length })}
					</span>
					<ChevronDown aria-hidden="true" className="size-4 shrink-0 text-ink-soft group-open:rotate-180" />
				</summary>
				<ul className="grid gap-3 border-t border-line p-3 text-sm">
					{notes.map((note) => (
						<Note key={note.code} note={note} />
					))}
				</ul>
			</details>
		</div>
	);
}

function Note({ note }: { readonly note: QualityNote }) {
	const { code, variant, waistMargin_m } = note;
	const { t, i18n } = useTranslation("model");
	const format = useFormat();
	if (!i18n.exists(`model:flag.${code}.what`)) {
		return (
			<li lang="en" className="max-w-prose">
				<p className="font-medium">{note.message}</p>
				{note.advice !== null && <p className="text-ink-soft">{note.advice}</p>}
			</li>
		);
	}
	const advice = `flag.${code}.${variant === null ? "advice" : variant}`;
	return (
		<li className="max-w-prose">
			<p className="font-medium">{t(`flag.${code}.what`)}</p>
			{waistMargin_m !== null && (
				<p className="text-ink-soft">{t("flag.loose_clothing.waist", { margin: format.margin(waistMargin_m) })}</p>
			)}
			{i18n.exists(`model:${advice}`) && <p className="text-ink-soft">{t(advice)}</p>}
		</li>
	);
}
