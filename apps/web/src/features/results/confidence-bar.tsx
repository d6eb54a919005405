import { useTranslation } from "react-i18next";
import { useFormat } from "../../format/use-format.js";
import { classNames } from "../../ui/class-names.js";

/** How likely a value is within 3 % of the truth, as a small bar with its number. */
export function ConfidenceBar({ confidence, className }: { readonly confidence: number; readonly className?: string }) {
	const { t } = useTranslation("results");
	const { percent } = useFormat();
	// Nothing is certain: rounding must not claim it.
	const shown = percent(Math.min(0.99, confidence));
	return (
		<span className={classNames("flex items-center gap-2", className)}>
			<span aria-hidden="true" className="h-1.5 w-10 overflow-hidden rounded-full bg-sunken ring-1 ring-line">
				<span className="block h-full rounded-full bg-accent" style={{ width: `${Math.round(100 * confidence)}%` }} />
			</span>
			<span className="numbers text-sm whitespace-nowrap text-ink-soft">
				<span className="sr-only">{t("confidence")} </span>
				{confidence > 0.99 ? `> ${shown}` : shown}
			</span>
		</span>
	);
}
