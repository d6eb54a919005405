import { Redo2, RotateCcw, Undo2 } from "lucide-react";
import { useCallback, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { ModelDocument } from "../../api/types.js";
import { MAIN_MEASUREMENTS } from "../../measurements/measurement-groups.js";
import { IconButton } from "../../ui/button.js";
import { ErrorNotice, Notice } from "../../ui/notice.js";
import { ProgressBar } from "../../ui/progress-bar.js";
import { MASS, missedPins } from "./adjust-pins.js";
import { QuantitySlider } from "./quantity-slider.js";
import { SaveBody } from "./save-body.js";
import type { Adjusting } from "./use-adjusting.js";

/** Sliders that re-solve the body while they move. */
export function AdjustPanel({
	model,
	adjusting,
	onSelect,
}: {
	readonly model: ModelDocument;
	readonly adjusting: Adjusting;
	/** Shows the tape of what is being changed. */
	readonly onSelect: (measurement_id: string | null) => void;
}) {
	const { t } = useTranslation("adjust");
	const { start, status, progress, error, body, canUndo, canRedo } = adjusting;
	const [isComplete, setComplete] = useState(false);
	useEffect(() => {
		// A failure waits for the person.
		if (status === "waiting") start();
	}, [status, start]);
	useUndoKeys(adjusting);
	const others = Object.keys(model.measurements).filter((id) => !MAIN_MEASUREMENTS.includes(id));
	const missed = body === null ? [] : missedPins(body);
	const onFocus = useCallback((id: string) => onSelect(id === MASS ? null : id), [onSelect]);
	const slider = (id: string) => (
		<QuantitySlider
			key={id}
			{...{ id, model, adjusting }}
			missing={missed.find((miss) => miss.id === id)?.missing ?? null}
			onFocus={onFocus}
		/>
	);
	return (
		<div>
			<p className="max-w-prose text-sm text-ink-soft">{t("lead")}</p>
			{status === "preparing" && (
				<div className="my-3 grid gap-2 text-sm text-ink-soft">
					<p>{t("preparing")}</p>
					<ProgressBar label={t("preparing")} value={progress} />
				</div>
			)}
			{status === "failed" && (
				<div className="my-3">
					<ErrorNotice error={error} onRetry={start} />
				</div>
			)}
			<div
				role="toolbar"
				aria-label={t("steps")}
				className="sticky top-[calc(42dvh+3.5rem)] z-10 -mx-1 mt-2 flex items-center gap-1 bg-paper px-1 py-1 max-lg:landscape:static lg:top-14"
			>
				<IconButton label={t("undo")} disabled={!canUndo} onClick={adjusting.undo}>
					<Undo2 aria-hidden="true" className="size-5" />
				</IconButton>
				<IconButton label={t("redo")} disabled={!canRedo} onClick={adjusting.redo}>
					<Redo2 aria-hidden="true" className="size-5" />
				</IconButton>
				<IconButton label={t("reset")} disabled={!adjusting.canReset} onClick={adjusting.reset}>
					<RotateCcw aria-hidden="true" className="size-5" />
				</IconButton>
				<SaveBody model={model} adjusting={adjusting} />
			</div>
			<div role="status">
				{missed.length > 0 && (
					<Notice kind="warn" title={t("unreached.title")}>
						<p className="text-sm">{t("unreached.text")}</p>
					</Notice>
				)}
			</div>
			<div className="mt-1">{[MASS, ...MAIN_MEASUREMENTS.filter((id) => id in model.measurements)].map(slider)}</div>
			<details className="mt-4" onToggle={(event) => setComplete(event.currentTarget.open)}>
				<summary className="py-2.5 font-medium">{t("more", { count: others.length })}</summary>
				{isComplete && <div>{others.map(slider)}</div>}
			</details>
		</div>
	);
}

/** Ctrl+Z and Ctrl+Shift+Z; in fields they belong to the text. */
function useUndoKeys({ undo, redo }: Adjusting): void {
	useEffect(() => {
		const listen = (event: KeyboardEvent) => {
			if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
			const { target } = event;
			if (target instanceof HTMLInputElement && target.type !== "range") return;
			const key = event.key.toLowerCase();
			if (key === "z" && !event.shiftKey) undo();
			else if ((key === "z" && event.shiftKey) || key === "y") redo();
			else return;
			event.preventDefault();
		};
		addEventListener("keydown", listen);
		return () => removeEventListener("keydown", listen);
	}, [undo, redo]);
}
