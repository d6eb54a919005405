import "./slider.css";
import { Lock, LockOpen } from "lucide-react";
import { memo, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocale } from "../../format/locale.js";
import { classNames } from "../../ui/class-names.js";
import { INPUT_CLASSES } from "../../ui/field.js";
import { fractionIn, readNumber, type SliderRange } from "./slider-range.js";

/** The thumb's width: its middle never reaches the track's ends. */
const THUMB_REM = 1.5;

/**
 * One quantity of the body: a slider with the fit's interval on its track, a field, and a lock. Drawn only when something
 * of it changes: every step of a drag draws the panel.
 */
export const AdjustSlider = memo(function AdjustSlider({
	name,
	unit,
	range,
	interval,
	fitted,
	value,
	isPinned,
	isChanged,
	isDisabled,
	missedText,
	format,
	toShown,
	fromShown,
	onChange,
	onPin,
	onFocus,
}: {
	readonly name: string;
	readonly unit: string;
	readonly range: SliderRange;
	/** 90 % interval of the fit. */
	readonly interval: readonly [number, number];
	readonly fitted: number;
	/** Of the body that is shown. */
	readonly value: number;
	readonly isPinned: boolean;
	readonly isChanged: boolean;
	readonly isDisabled: boolean;
	readonly missedText: string | null;
	/** A value with its unit. */
	readonly format: (value: number) => string;
	readonly toShown: (value: number) => number;
	readonly fromShown: (shown: number) => number;
	readonly onChange: (value: number) => void;
	/** @param value what is shown */
	readonly onPin: (isPinned: boolean, value: number) => void;
	readonly onFocus: () => void;
}) {
	const { t } = useTranslation("adjust");
	const locale = useLocale();
	const id = useId();
	const [typed, setTyped] = useState<string | null>(null);
	const shown = new Intl.NumberFormat(locale, {
		minimumFractionDigits: 1,
		maximumFractionDigits: 1,
		useGrouping: false,
	}).format(toShown(value));
	const take = () => {
		const number = typed === null ? null : readNumber(typed);
		setTyped(null);
		if (number === null || typed === shown) return;
		onChange(Math.min(range.high, Math.max(range.low, fromShown(number))));
	};
	return (
		<div className="border-b border-line pt-2 last:border-b-0 lg:pt-1.5">
			<div className="flex items-center gap-2">
				<label htmlFor={id} className="min-w-0 flex-1 hyphens-auto wrap-break-word">
					{name}
					{isChanged && (
						<span className="numbers ms-2 text-sm whitespace-nowrap text-ink-soft">
							<span className="sr-only">{t("fitted")} </span>
							<s>{format(fitted)}</s>
						</span>
					)}
				</label>
				<span className="relative w-24 shrink-0 sm:w-28">
					<input
						type="text"
						inputMode="decimal"
						aria-label={t("typed", { name, unit })}
						className={classNames(INPUT_CLASSES, "numbers ps-2! pe-10! text-end")}
						value={typed ?? shown}
						disabled={isDisabled}
						onFocus={(event) => {
							onFocus();
							event.target.select();
						}}
						onChange={(event) => setTyped(event.target.value)}
						onBlur={take}
						onKeyDown={(event) => {
							if (event.key === "Enter") take();
							else if (event.key === "Escape") setTyped(null);
						}}
					/>
					<span aria-hidden="true" className="pointer-events-none absolute end-2.5 top-2.5 text-ink-soft">
						{unit}
					</span>
				</span>
				<button
					type="button"
					aria-pressed={isPinned}
					aria-label={t("hold", { name })}
					title={t(isPinned ? "letGo" : "holdTitle")}
					disabled={isDisabled}
					className="inline-flex size-11 shrink-0 items-center justify-center rounded-lg text-ink-soft hover:bg-sunken disabled:opacity-40 aria-pressed:bg-accent-soft aria-pressed:text-accent"
					onClick={() => onPin(!isPinned, value)}
				>
					{isPinned ? (
						<Lock aria-hidden="true" className="size-4" />
					) : (
						<LockOpen aria-hidden="true" className="size-4" />
					)}
				</button>
			</div>
			<div className="relative">
				<Track range={range} interval={interval} fitted={fitted} />
				<input
					id={id}
					type="range"
					className="adjust-slider relative"
					data-pinned={isPinned}
					// A hundredth of the range per key, a tenth with page up and down.
					min={0}
					max={100}
					step="any"
					value={100 * fractionIn(range, value)}
					aria-valuetext={format(value)}
					disabled={isDisabled}
					onFocus={onFocus}
					onChange={(event) => {
						const wanted = range.low + (Number(event.target.value) / 100) * (range.high - range.low);
						onChange(fromShown(Math.round(toShown(wanted) * 10) / 10));
					}}
				/>
			</div>
			{missedText !== null && <p className="pb-1 text-sm text-warn">{missedText}</p>}
		</div>
	);
});

/** A line with the interval as a band and the fitted value as a mark. */
function Track({
	range,
	interval: [low, high],
	fitted,
}: {
	readonly range: SliderRange;
	readonly interval: readonly [number, number];
	readonly fitted: number;
}) {
	const from = fractionIn(range, low);
	const to = fractionIn(range, high);
	const at = (fraction: number) => `calc(${THUMB_REM / 2}rem + ${fraction} * (100% - ${THUMB_REM}rem))`;
	return (
		<div aria-hidden="true" className="absolute inset-0">
			<div className="absolute inset-x-0 top-1/2 h-1 -translate-y-1/2 rounded-full bg-sunken ring-1 ring-line" />
			<div
				className="absolute top-1/2 h-2 -translate-y-1/2 rounded-full bg-accent/35"
				style={{ left: at(from), width: `calc(${to - from} * (100% - ${THUMB_REM}rem))` }}
			/>
			<div
				className="absolute top-1/2 h-4 w-0.5 -translate-x-1/2 -translate-y-1/2 bg-accent"
				style={{ left: at(fractionIn(range, fitted)) }}
			/>
		</div>
	);
}
