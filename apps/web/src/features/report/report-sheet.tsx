import "./report.css";
import { ArrowLeft, Printer } from "lucide-react";
import { type ReactNode, useCallback, useState } from "react";
import { useTranslation } from "react-i18next";
import type { ModelDocument, SubjectDocument } from "../../api/types.js";
import { useAuth } from "../../auth/auth-store.js";
import { useFormat } from "../../format/use-format.js";
import { subjectFactsOf } from "../../subjects/person-facts.js";
import { Button, ButtonLink } from "../../ui/button.js";
import { BodyFacts } from "../results/body-facts.js";
import { ReportDerived } from "./report-derived.js";
import { ReportMeasurements } from "./report-measurements.js";
import { ReportPictures } from "./report-pictures.js";

/** Pictures, measurements, derived values and their limits, as they are printed. */
export function ReportSheet({
	model,
	subject,
}: {
	readonly model: ModelDocument;
	readonly subject: SubjectDocument | undefined;
}) {
	const { t } = useTranslation("report");
	const { date } = useFormat();
	const version = useAuth((state) => state.app?.version);
	const [isReady, setReady] = useState(false);
	const onReady = useCallback(() => setReady(true), []);
	const name = subject?.name ?? t("unnamed");
	const facts = subjectFactsOf(model, subject);
	const isAdjusted = model.based_on_model_id !== undefined;
	const about = [
		model.name ?? null,
		t(isAdjusted ? "adjustedOn" : "measuredOn", { date: date(model.created_at) }),
		facts.sex === null ? null : t(facts.sex),
		facts.ageYears === null ? null : t("age", { count: Math.floor(facts.ageYears) }),
		t("photos", { count: model.views.length }),
	];
	const versions = [...new Set(Object.values(model.measurements).map(({ definition }) => definition.version))];
	return (
		<div className="mx-auto w-full max-w-4xl px-4 py-4 sm:px-6 sm:py-8 print:max-w-none print:p-0">
			<title>{`${t("title")} · anny-fitter`}</title>
			<div className="mb-4 flex flex-wrap justify-between gap-2 print:hidden">
				<ButtonLink
					look="quiet"
					to="/models/$modelId"
					params={{ modelId: model.model_id }}
					icon={<ArrowLeft aria-hidden="true" className="size-5" />}
				>
					{t("back")}
				</ButtonLink>
				<Button
					look="primary"
					isBusy={!isReady}
					icon={<Printer aria-hidden="true" className="size-5" />}
					onClick={() => print()}
				>
					{t("print")}
				</Button>
			</div>
			<article className="report grid gap-6 rounded-card border border-line bg-surface p-4 shadow-card sm:p-10 print:gap-4">
				<header className="grid gap-4">
					<div className="flex items-start justify-between gap-4">
						<div className="min-w-0">
							<p className="text-sm font-medium text-accent">{t("title")}</p>
							<h1 className="wrap-break-word">{name}</h1>
							<p className="text-sm text-ink-soft">{about.filter((part) => part !== null).join(" · ")}</p>
						</div>
						<p className="flex shrink-0 items-center gap-2 text-sm font-semibold">
							<img src="/icon.svg" alt="" className="size-6" />
							anny-fitter
						</p>
					</div>
					<BodyFacts model={model} />
					{isAdjusted && <p className="text-sm print:text-xs">{t("adjustedNote")}</p>}
				</header>
				<ReportPictures model={model} onReady={onReady} />
				<Part title={t("measurements")}>
					<p className="mb-3 text-sm text-ink-soft">
						{t("intervalNote")} {hasStated(model) && `* ${t("statedNote")}`}
					</p>
					<ReportMeasurements model={model} />
				</Part>
				<ReportDerived model={model} subject={subject} />
				<section aria-labelledby="report-limits">
					<h2 id="report-limits" className="mb-2 text-lg">
						{t("limits.title")}
					</h2>
					<p className="max-w-prose text-sm print:max-w-none">{t("limits.text")}</p>
				</section>
				<footer className="border-t border-line pt-3 text-xs text-ink-soft">
					<p>
						{t("definitions", { versions: versions.join(", ") })} · anny-fitter {version} ·{" "}
						{t("bodyModel", { source: model.model_data.source })}
					</p>
					<p className="wrap-break-word">{t("id", { id: model.model_id })}</p>
				</footer>
			</article>
		</div>
	);
}

function Part({ title, children }: { readonly title: string; readonly children: ReactNode }) {
	return (
		<div>
			<h2 className="mb-2 text-lg">{title}</h2>
			{children}
		</div>
	);
}

const hasStated = (model: ModelDocument): boolean =>
	Object.values(model.measurements).some(({ sources }) => sources.includes("stated"));
