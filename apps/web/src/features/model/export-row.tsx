import { Download, Share2 } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { fetchFile } from "../../api/fetch-file.js";
import type { ModelDocument } from "../../api/types.js";
import { useFormat } from "../../format/use-format.js";
import { Button, IconButton } from "../../ui/button.js";
import { useProblemText } from "../../ui/notice.js";
import { ProgressBar } from "../../ui/progress-bar.js";
import { canShare, saveFile } from "../../ui/save-file.js";
import { type ExportFormat, type ExportFrame, type ExportPose, exportAddress, exportFileName } from "./export-names.js";

type State =
	| { readonly kind: "idle" }
	| { readonly kind: "loading"; readonly fraction: number | null }
	| { readonly kind: "done"; readonly file: File }
	| { readonly kind: "failed"; readonly error: unknown };

/** One format: what it is for, how large the file is, download and share. */
export function ExportRow({
	model,
	personName,
	format,
	pose,
	frame,
}: {
	readonly model: ModelDocument;
	readonly personName: string | null;
	readonly format: ExportFormat;
	readonly pose: ExportPose;
	readonly frame: ExportFrame;
}) {
	const { t } = useTranslation("model");
	const { number } = useFormat();
	const problemText = useProblemText();
	const [state, setState] = useState<State>({ kind: "idle" });
	const abort = useRef<AbortController | null>(null);
	useEffect(() => () => abort.current?.abort(), []);
	const name = exportFileName(personName, model.created_at, format, pose, frame);
	const download = async () => {
		abort.current = new AbortController();
		setState({ kind: "loading", fraction: null });
		try {
			const blob = await fetchFile(
				exportAddress(model.model_id, format, pose, frame),
				(received, total) => setState({ kind: "loading", fraction: total === null ? null : received / total }),
				abort.current.signal,
			);
			const file = new File([blob], name, { type: blob.type });
			saveFile(file, name);
			setState({ kind: "done", file });
		} catch (error) {
			if (!(error instanceof DOMException && error.name === "AbortError")) setState({ kind: "failed", error });
		}
	};
	const label = t("export.download", { format: format.toUpperCase() });
	return (
		<li className="grid gap-2 py-3">
			<div className="flex items-center gap-3">
				<span className="w-12 shrink-0 font-mono text-sm font-semibold">{format.toUpperCase()}</span>
				<p className="min-w-0 flex-1 text-sm">
					{t(`export.for.${format}`)}
					{state.kind === "done" && (
						<span role="status" className="numbers block text-ink-soft">
							{t("export.saved", { name, size: size(state.file.size, number) })}
						</span>
					)}
				</p>
				{state.kind === "done" && canShare(state.file) && (
					<IconButton
						label={t("export.share", { format: format.toUpperCase() })}
						// Closing the sheet without sharing rejects, and is no failure.
						onClick={() => void navigator.share({ files: [state.file], title: name }).catch(() => undefined)}
					>
						<Share2 aria-hidden="true" className="size-5" />
					</IconButton>
				)}
				<Button
					aria-label={label}
					title={label}
					className="shrink-0 px-3"
					isBusy={state.kind === "loading"}
					icon={<Download aria-hidden="true" className="size-5" />}
					onClick={() => void download()}
				/>
			</div>
			{state.kind === "loading" && <ProgressBar label={t("export.building", { name })} value={state.fraction} />}
			{state.kind === "failed" && (
				<p role="alert" className="text-sm text-bad">
					{problemText(state.error).detail} {problemText(state.error).remedy}
				</p>
			)}
		</li>
	);
}

/** Bytes as people read them. */
function size(bytes: number, number: (value: number, digits?: number) => string): string {
	return bytes >= 1e6 ? `${number(bytes / 1e6)} MB` : `${number(Math.max(1, bytes / 1e3), 0)} kB`;
}
