import { useSearch } from "@tanstack/react-router";
import { ArrowRight } from "lucide-react";
import { useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "../../ui/button.js";
import { Page } from "../../ui/card.js";
import { ErrorNotice } from "../../ui/notice.js";
import { choosePerson, chooseSample } from "./choose-person.js";
import { startDraft, useDraft } from "./draft-store.js";
import { checkFacts } from "./facts.js";
import { PersonStep } from "./person-step.js";
import { PhotosStep } from "./photos-step.js";
import { isSampleName } from "./sample-people.js";
import { StartStep } from "./start-step.js";
import { useStartFit } from "./use-start-fit.js";

/** Everything that a fit needs, on one page: who, photos, consent, start. */
export function MeasurePage() {
	const { t } = useTranslation("capture");
	const { subject, sample } = useSearch({ from: "/personal/measure" });
	const [error, setError] = useState<unknown>(null);
	const { draft } = useDraft();
	const problems = useMemo(() => checkFacts(draft.facts, new Date()), [draft.facts]);
	const [areAllShown, setAllShown] = useState(false);
	const areFactsWrong = Object.keys(problems).length > 0;
	const start = useStartFit();
	const [isLoading, setLoading] = useState(false);

	useEffect(() => {
		const controller = new AbortController();
		const fail = (reason: unknown) => {
			if (!controller.signal.aborted) setError(reason);
		};
		const { draft: present, session_id } = useDraft.getState();
		setError(null);
		if (isSampleName(sample)) {
			if (present.sample !== sample || present.photos.length === 0) {
				setLoading(true);
				void chooseSample(sample, controller.signal)
					.catch(fail)
					.finally(() => setLoading(false));
			}
		} else if (present.sample !== null && session_id === null) startDraft();
		if (subject !== undefined && present.subject_id !== subject) choosePerson(subject).catch(fail);
		return () => controller.abort();
	}, [subject, sample]);

	const begin = () => {
		setAllShown(true);
		if (!areFactsWrong) void start.start();
		else requestAnimationFrame(() => document.querySelector<HTMLElement>("main [aria-invalid]")?.focus());
	};
	const isBusy = start.state.step === "sending" || start.state.step === "checking";
	return (
		<Page title={t("title")} lead={t("lead")} isWide>
			{error !== null && (
				<div className="mb-6">
					<ErrorNotice error={error} />
				</div>
			)}
			{draft.sample !== null && (
				<div className="mb-6 flex flex-wrap items-center justify-between gap-3 rounded-card border border-accent/40 bg-accent-soft px-4 py-3 sm:px-6">
					<p className="max-w-prose">{t("sample.text", { person: t(`sample.${draft.sample}`) })}</p>
					<Button
						look="primary"
						className="max-sm:w-full"
						isBusy={isBusy || isLoading}
						disabled={draft.photos.length === 0}
						onClick={begin}
					>
						{t("sample.start")}
						<ArrowRight aria-hidden="true" className="size-5" />
					</Button>
				</div>
			)}
			<div className="grid items-start gap-6 lg:grid-cols-[minmax(0,5fr)_minmax(0,6fr)]">
				<PersonStep
					problems={problems}
					areAllShown={areAllShown}
					onChoose={(subject_id) => {
						setError(null);
						setAllShown(false);
						choosePerson(subject_id).catch(setError);
					}}
				/>
				<div className="grid gap-6">
					<PhotosStep />
					<StartStep areFactsWrong={areFactsWrong && areAllShown} start={start} onStart={begin} />
				</div>
			</div>
		</Page>
	);
}
