import { ArrowRight } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useFormat } from "../../format/use-format.js";
import { Button } from "../../ui/button.js";
import { Card } from "../../ui/card.js";
import { ErrorNotice, Notice } from "../../ui/notice.js";
import { ProgressBar } from "../../ui/progress-bar.js";
import { ConsentDialog } from "./consent-dialog.js";
import { useDraft } from "./draft-store.js";
import { StepTitle } from "./step-title.js";
import type { useStartFit } from "./use-start-fit.js";

/** The last step: says what is missing, asks for consent, sends. */
export function StartStep({
	areFactsWrong,
	start,
	onStart,
}: {
	readonly areFactsWrong: boolean;
	readonly start: ReturnType<typeof useStartFit>;
	readonly onStart: () => void;
}) {
	const { t } = useTranslation("capture");
	const { t: common } = useTranslation();
	const { percent } = useFormat();
	const { photos, facts } = useDraft(({ draft }) => draft);
	const { state } = start;
	const isRefusedThere = photos.some(({ concern }) => concern?.isRefused);
	const hint =
		photos.length === 0
			? t("start.noPhotos")
			: isRefusedThere
				? t("start.refusedPhoto")
				: areFactsWrong
					? t("start.wrongFacts")
					: photos.length === 1
						? t("start.onePhoto")
						: facts.stature_m === null
							? t("start.noStature")
							: facts.weight_kg === null
								? t("start.noWeight")
								: t("start.ready");
	return (
		<Card title={<StepTitle number={3}>{t("start.title")}</StepTitle>}>
			<div className="grid gap-4">
				{state.step === "sending" ? (
					<div className="grid gap-3" role="status">
						<p className="flex justify-between gap-4 font-medium">
							{t("start.sending")}
							<span className="numbers text-ink-soft">{percent(state.fraction)}</span>
						</p>
						<ProgressBar label={t("start.sending")} value={state.fraction} />
						<div>
							<Button onClick={start.cancel}>{common("cancel")}</Button>
						</div>
					</div>
				) : (
					<>
						<p id="start-hint" className="text-ink-soft">
							{hint}
						</p>
						<Button
							look="primary"
							className="w-full py-3 text-lg sm:w-auto sm:justify-self-start sm:px-8"
							aria-describedby="start-hint"
							isBusy={state.step === "checking"}
							disabled={photos.length === 0 || isRefusedThere}
							onClick={onStart}
						>
							{t("start.button")}
							<ArrowRight aria-hidden="true" className="size-5" />
						</Button>
					</>
				)}
				{(state.step === "refused" || state.step === "failed") && (
					<div role="status" ref={(element) => element?.scrollIntoView({ block: "nearest" })}>
						{state.step === "refused" ? (
							<Notice title={t("consent.refusedTitle")}>{t("consent.refusedText")}</Notice>
						) : (
							<ErrorNotice error={state.error} onRetry={onStart} />
						)}
					</div>
				)}
			</div>
			<ConsentDialog isOpen={state.step === "asking"} onAgreed={start.agreed} onRefused={start.refused} />
		</Card>
	);
}
