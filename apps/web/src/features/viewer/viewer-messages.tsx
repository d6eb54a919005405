import { useTranslation } from "react-i18next";
import { Button, Spinner } from "../../ui/button.js";
import { classNames } from "../../ui/class-names.js";
import { ErrorNotice, Notice } from "../../ui/notice.js";
import type { BodyClientState } from "./use-body-client.js";
import type { ShownBody } from "./use-shown-body.js";

/** What is under way or has failed, over the picture. */
export function ViewerMessages({
	body,
	worker,
	isLost,
	onRestart,
}: {
	readonly body: ShownBody;
	readonly worker: BodyClientState;
	readonly isLost: boolean;
	readonly onRestart: () => void;
}) {
	const { t } = useTranslation("viewer");
	if (isLost) {
		return (
			<Middle>
				<Notice kind="warn" title={t("lost.title")}>
					<p>{t("lost.text")}</p>
					<div className="mt-2">
						<Button onClick={onRestart}>{t("lost.restart")}</Button>
					</div>
				</Notice>
			</Middle>
		);
	}
	if (body.surface === null && (body.error ?? worker.error) !== null) {
		return (
			<Middle>
				<ErrorNotice error={body.error ?? worker.error} onRetry={worker.retry} />
			</Middle>
		);
	}
	if ((worker.error ?? body.error) !== null) {
		return (
			<div className="pointer-events-auto absolute inset-x-0 top-16 z-10 mx-auto w-fit max-w-[calc(100%-1.5rem)]">
				<Notice kind="warn" title={t("worker.title")}>
					<p className="text-sm">{t("worker.text")}</p>
					<div className="mt-2">
						<Button onClick={worker.retry}>{t("worker.retry")}</Button>
					</div>
				</Notice>
			</div>
		);
	}
	if (worker.client !== null && body.geometry !== null) return null;
	const value = worker.client === null ? worker.progress : null;
	return (
		<>
			<div
				role="progressbar"
				aria-label={t("worker.loading")}
				aria-valuemin={0}
				aria-valuemax={100}
				aria-valuenow={value === null ? undefined : Math.round(100 * value)}
				className="absolute inset-x-0 top-0 z-10 h-1 bg-sunken"
			>
				<div
					className={value === null ? "h-full w-full animate-pulse bg-accent" : "h-full bg-accent transition-[width]"}
					style={value === null ? undefined : { width: `${100 * value}%` }}
				/>
			</div>
			{(body.surface === null || value !== null) && (
				<p
					aria-hidden="true"
					className={classNames(
						"pointer-events-none absolute inset-x-0 z-10 mx-auto flex w-fit items-center gap-2 text-sm text-ink-soft",
						body.surface === null ? "top-1/2 -translate-y-1/2" : "top-15 rounded-full bg-surface/80 px-3 py-0.5",
					)}
				>
					<Spinner />
					{body.surface === null ? t("worker.drawing") : t("worker.loading")}
				</p>
			)}
		</>
	);
}

function Middle({ children }: { readonly children: React.ReactNode }) {
	return (
		<div className="absolute inset-0 z-10 grid place-items-center bg-surface/70 p-4">
			<div className="max-w-md">{children}</div>
		</div>
	);
}
