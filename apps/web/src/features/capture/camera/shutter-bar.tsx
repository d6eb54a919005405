import { Square, Timer } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Segmented } from "../../../ui/segmented.js";

/** Countdown, automatic release, and the shutter. */
export function ShutterBar({
	isEnabled,
	isCounting,
	countdown_s,
	isAutomatic,
	onCountdown,
	onAutomatic,
	onPress,
}: {
	readonly isEnabled: boolean;
	readonly isCounting: boolean;
	readonly countdown_s: number;
	readonly isAutomatic: boolean;
	readonly onCountdown: (countdown_s: number) => void;
	readonly onAutomatic: (isAutomatic: boolean) => void;
	/** Starts the countdown, or stops it. */
	readonly onPress: () => void;
}) {
	const { t } = useTranslation("capture");
	return (
		<div className="grid grid-cols-[1fr_auto_1fr] items-center gap-3 lg:grid-cols-1 lg:justify-items-center lg:gap-5">
			<Segmented
				legend={t("camera.countdown")}
				isLegendHidden
				value={String(countdown_s)}
				options={["3", "5", "10"].map((value) => ({ value, label: value }))}
				onChange={(value) => onCountdown(Number(value))}
			/>
			<button
				type="button"
				aria-label={t(isCounting ? "camera.stop" : "camera.shutter")}
				disabled={!isEnabled}
				onClick={onPress}
				className="grid size-18 place-items-center rounded-full border-4 border-ink p-1 disabled:opacity-40"
			>
				{isCounting ? (
					<Square aria-hidden="true" className="size-7 fill-current" />
				) : (
					<span className="size-full rounded-full bg-ink" />
				)}
			</button>
			<button
				type="button"
				aria-pressed={isAutomatic}
				aria-label={t("camera.automatic")}
				title={t("camera.automatic")}
				onClick={() => onAutomatic(!isAutomatic)}
				className="inline-flex min-h-11 items-center gap-2 justify-self-end rounded-lg border border-line-strong px-3 text-sm font-medium text-ink-soft aria-pressed:border-accent aria-pressed:bg-accent-soft aria-pressed:text-accent lg:justify-self-center"
			>
				<Timer aria-hidden="true" className="size-4 shrink-0" />
				{t("camera.auto")}
			</button>
		</div>
	);
}
