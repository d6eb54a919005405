import { Download } from "lucide-react";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { fetchFile } from "../../api/fetch-file.js";
import { useFormat } from "../../format/use-format.js";
import { localDate } from "../../subjects/birth-date.js";
import { Button } from "../../ui/button.js";
import { Card } from "../../ui/card.js";
import { ErrorNotice } from "../../ui/notice.js";
import { ProgressBar } from "../../ui/progress-bar.js";
import { saveFile } from "../../ui/save-file.js";

type State =
	| { readonly kind: "idle" | "done" }
	| { readonly kind: "running"; readonly received: number; readonly total: number | null }
	| { readonly kind: "failed"; readonly error: unknown };

/** Everything in one zip file. */
export function DownloadCard() {
	const { t } = useTranslation("account");
	const { t: common } = useTranslation();
	const format = useFormat();
	const [state, setState] = useState<State>({ kind: "idle" });
	const abort = useRef<AbortController>(null);
	const start = async () => {
		const controller = new AbortController();
		abort.current = controller;
		setState({ kind: "running", received: 0, total: null });
		try {
			const file = await fetchFile(
				"/api/v1/me/export",
				(received, total) => setState({ kind: "running", received, total }),
				controller.signal,
			);
			saveFile(file, `anny-fitter-${localDate(new Date())}.zip`);
			setState({ kind: "done" });
		} catch (error) {
			setState(controller.signal.aborted ? { kind: "idle" } : { kind: "failed", error });
		}
	};
	return (
		<Card title={t("download.title")}>
			<div className="grid gap-4">
				<p className="max-w-prose text-ink-soft">{t("download.text")}</p>
				{state.kind === "failed" && <ErrorNotice error={state.error} />}
				{state.kind === "running" ? (
					<div className="grid gap-2">
						<ProgressBar
							label={t("download.running")}
							value={state.total === null ? null : state.received / state.total}
						/>
						<div className="flex items-center justify-between gap-4">
							<p className="numbers text-ink-soft">
								{t("download.received", { size: format.number(state.received / 1e6, 1) })}
							</p>
							<Button look="quiet" onClick={() => abort.current?.abort()}>
								{common("cancel")}
							</Button>
						</div>
					</div>
				) : (
					<div className="flex flex-wrap items-center gap-4">
						<Button icon={<Download aria-hidden="true" className="size-5" />} onClick={() => void start()}>
							{t("download.start")}
						</Button>
						{state.kind === "done" && <p role="status">{t("download.done")}</p>}
					</div>
				)}
			</div>
		</Card>
	);
}
