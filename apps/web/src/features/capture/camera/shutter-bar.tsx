import { Square } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Checkbox } from "../../../ui/field.js";
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
			<div className="justify-self-end text-sm lg:justify-self-center">
				<Checkbox
					label={t("camera.automatic")}
					checked={isAutomatic}
					onChange={(event) => onAutomatic(event.target.checked)}
				/>
			</div>
		</div>
	);
}
