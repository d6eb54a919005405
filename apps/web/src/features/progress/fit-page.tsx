import { useNavigate, useParams } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../api/client.js";
import { queryClient } from "../../api/queries.js";
import { focusHeading } from "../../app/page-announcer.js";
import { useFormat } from "../../format/use-format.js";
import { usePhotos } from "../../photos/photo-store.js";
import { Button, ButtonLink, Spinner } from "../../ui/button.js";
import { Card, EmptyState, Page } from "../../ui/card.js";
import { ErrorNotice, Notice } from "../../ui/notice.js";
import { ProgressBar } from "../../ui/progress-bar.js";
import { startDraft, useDraft } from "../capture/draft-store.js";
import { FitFailure } from "./fit-failure.js";
import { StageList } from "./stage-list.js";
import { type FitProgress, useFitProgress } from "./use-fit-progress.js";
import { isFinal } from "./watch-session.js";

/** A fit on its way to a body. */
export function FitPage() {
	const { sessionId } = useParams({ from: "/personal/fits/$sessionId" });
	return <Fit key={sessionId} session_id={sessionId} />;
}

function Fit({ session_id }: { readonly session_id: string }) {
	const { t } = useTranslation("progress");
	const { percent } = useFormat();
	const navigate = useNavigate();
	const photoCount = usePhotos(({ bySession }) => bySession[session_id]?.length ?? 2);
	const progress = useFitProgress(session_id, photoCount);
	const { session, problem, fraction } = progress;
	const modelId = session?.status === "completed" ? session.model_id : null;
	useEffect(() => {
		if (modelId === null) return;
		if (useDraft.getState().session_id === session_id) startDraft();
		void queryClient.invalidateQueries({ queryKey: ["subjects"] });
		void navigate({ to: "/models/$modelId", params: { modelId }, replace: true });
	}, [modelId, session_id, navigate]);
	const hasEnded = problem !== null || (session !== null && isFinal(session) && modelId === null);
	// What had the focus, such as the button to cancel, is gone.
	useEffect(() => (hasEnded ? focusHeading(() => {}) : undefined), [hasEnded]);
	const isRunning = session?.status === "queued" || session?.status === "active";
	const shown = percent(fraction);
	useEffect(() => {
		if (isRunning) document.title = `${shown} · ${t("title")} · anny-fitter`;
	}, [isRunning, shown, t]);

	if (problem !== null) {
		return (
			<Page title={t("gone.title")}>
				<ErrorNotice error={problem} />
				<div className="mt-4">
					<ButtonLink to="/measure">{t("failure.again")}</ButtonLink>
				</div>
			</Page>
		);
	}
	if (session?.status === "failed" && session.error !== null) {
		return (
			<Page title={t("failure.title")}>
				<FitFailure session={session} error={session.error} />
			</Page>
		);
	}
	if (session?.status === "cancelled" || session?.status === "expired" || session?.status === "failed") {
		return <Ended status={session.status} subject_id={session.subject_id} session_id={session_id} />;
	}
	return (
		<Page title={t("title")} lead={t("lead")}>
			<Running progress={progress} session_id={session_id} />
		</Page>
	);
}

function Running({ progress, session_id }: { readonly progress: FitProgress; readonly session_id: string }) {
	const { t } = useTranslation("progress");
	const { t: common } = useTranslation();
	const { percent } = useFormat();
	const { session, stage, isConnected, fraction, left_ms, expected, taken_ms } = progress;
	const [isCancelling, setCancelling] = useState(false);
	const [error, setError] = useState<unknown>(null);
	const cancel = async () => {
		setCancelling(true);
		setError(null);
		try {
			await api.DELETE("/api/v1/sessions/{session_id}", { params: { path: { session_id } } });
		} catch (reason) {
			setError(reason);
			setCancelling(false);
		}
	};
	const left_s = Math.ceil(left_ms / 1000);
	return (
		<Card>
			<div className="grid gap-6">
				<div className="grid gap-2">
					<p className="flex items-baseline justify-between gap-4">
						<span className="numbers text-3xl font-semibold">{percent(fraction)}</span>
						<span className="numbers text-ink-soft">
							{stage === null
								? ""
								: left_s < 60
									? t("left", { count: left_s })
									: t("leftMinutes", { count: Math.ceil(left_s / 60) })}
						</span>
					</p>
					<ProgressBar label={t("title")} value={session === null ? null : fraction} />
				</div>
				{!isConnected && (
					<Notice kind="warn" title={t("reconnecting.title")}>
						<p>{t("reconnecting.text")}</p>
					</Notice>
				)}
				{stage === null ? (
					<p className="flex items-center gap-3 text-ink-soft">
						<Spinner />
						{session?.status === "completed" ? t("done") : common("loading")}
					</p>
				) : (
					<StageList stage={stage} taken_ms={taken_ms} expected={expected} />
				)}
				<p role="status" className="sr-only">
					{session?.status === "completed" ? t("done") : stage === null ? "" : t(`stages.${stage}`)}
				</p>
				{error !== null && <ErrorNotice error={error} />}
				<div>
					<Button isBusy={isCancelling} disabled={session === null} onClick={() => void cancel()}>
						{t("cancel")}
					</Button>
				</div>
			</div>
		</Card>
	);
}

/** A fit that ended without a body and without a failure of its own. */
function Ended({
	status,
	subject_id,
	session_id,
}: {
	readonly status: "cancelled" | "expired" | "failed";
	readonly subject_id: string | null;
	readonly session_id: string;
}) {
	const { t } = useTranslation("progress");
	const isDraftHere = useDraft((state) => state.session_id === session_id);
	const sample = useDraft(({ draft }) => draft.sample);
	const search = isDraftHere
		? { ...(sample === null ? {} : { sample }) }
		: subject_id === null
			? {}
			: { subject: subject_id };
	return (
		<Page title={t(`ended.${status}.title`)}>
			<EmptyState
				title={t(`ended.${status}.text`)}
				action={
					<ButtonLink look="primary" to="/measure" search={search}>
						{t("failure.again")}
					</ButtonLink>
				}
			>
				{isDraftHere ? t("failure.allKept") : undefined}
			</EmptyState>
		</Page>
	);
}
