import { CircleAlert, CircleCheck, Info, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { ProblemError } from "../api/problem-error.js";
import { formatDuration } from "../format/duration.js";
import { Button } from "./button.js";
import { classNames } from "./class-names.js";

const KINDS = {
	info: { Icon: Info, look: "border-line bg-sunken", icon: "text-ink-soft" },
	good: { Icon: CircleCheck, look: "border-good/40 bg-surface", icon: "text-good" },
	warn: { Icon: TriangleAlert, look: "border-warn/40 bg-warn-soft", icon: "text-warn" },
	bad: { Icon: CircleAlert, look: "border-bad/40 bg-bad-soft", icon: "text-bad" },
} as const;

/** Something the person should know, where it matters. */
export function Notice({
	kind = "info",
	title,
	children,
}: {
	readonly kind?: keyof typeof KINDS;
	readonly title?: ReactNode;
	readonly children?: ReactNode;
}) {
	const { Icon, look, icon } = KINDS[kind];
	return (
		<div className={classNames("flex gap-3 rounded-lg border p-4", look)} role={kind === "bad" ? "alert" : undefined}>
			<Icon aria-hidden="true" className={classNames("mt-0.5 size-5 shrink-0", icon)} />
			<div className="grid min-w-0 gap-1">
				{title !== undefined && <p className="font-medium">{title}</p>}
				{children}
			</div>
		</div>
	);
}

/** The words for a problem in the person's language: by its code, else as the server said it. */
export function useProblemText() {
	const { t, i18n } = useTranslation("errors");
	return (error: unknown) => {
		const code = error instanceof ProblemError ? error.code : "unknown";
		const text = (part: "title" | "detail" | "remedy", otherwise: string) =>
			i18n.exists(`errors:${code}.${part}`) ? t(`${code}.${part}`) : otherwise;
		const given = error instanceof ProblemError ? error : null;
		return {
			title: text("title", given?.title ?? t("unknown.title")),
			detail: text("detail", given?.detail ?? t("unknown.detail")),
			remedy: text("remedy", given?.remedy ?? t("unknown.remedy")),
		};
	};
}

/** A failure: its cause, what to do, and a way to try again. */
export function ErrorNotice({ error, onRetry }: { readonly error: unknown; readonly onRetry?: () => void }) {
	const { t, i18n } = useTranslation();
	const { title, detail, remedy } = useProblemText()(error);
	const retryAfter_s = error instanceof ProblemError ? error.retryAfter_s : null;
	return (
		<Notice kind="bad" title={title}>
			<p>{detail}</p>
			<p className="text-ink-soft">{remedy}</p>
			{retryAfter_s !== null && <p>{t("tryAgainIn", { time: formatDuration(retryAfter_s, i18n.language) })}</p>}
			{onRetry !== undefined && (
				<div className="mt-2">
					<Button onClick={onRetry}>{t("tryAgain")}</Button>
				</div>
			)}
		</Notice>
	);
}
