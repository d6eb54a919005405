import { type ComponentProps, useState } from "react";
import { useLocale } from "../../format/locale.js";
import { classNames } from "../../ui/class-names.js";
import { INPUT_CLASSES } from "../../ui/field.js";
import { parseTyped } from "./facts.js";

/** How a value in SI units is typed. */
export interface Scale {
	/** Changes whenever the unit does. */
	readonly unit: string;
	readonly digits: number;
	readonly toShown: (value: number) => number;
	readonly fromShown: (shown: number) => number;
}

/** A number with its unit, typed with a comma or a point. What is typed stays as it is until the value changes elsewhere. */
export function NumberInput({
	value,
	scale,
	onChange,
	className,
	...rest
}: Omit<ComponentProps<"input">, "value" | "onChange"> & {
	/** Null for nothing, NaN for what is no number. */
	readonly value: number | null;
	readonly scale: Scale;
	readonly onChange: (value: number | null) => void;
}) {
	const locale = useLocale();
	const show = () => {
		if (value === null || Number.isNaN(value)) return "";
		const shown = Number(scale.toShown(value).toFixed(scale.digits));
		return new Intl.NumberFormat(locale, { maximumFractionDigits: scale.digits, useGrouping: false }).format(shown);
	};
	const [typed, setTyped] = useState({ text: show(), value, unit: scale.unit });
	let { text } = typed;
	if (!Object.is(typed.value, value) || typed.unit !== scale.unit) {
		// Text that is no number survives a change of units.
		text = value !== null && Number.isNaN(value) ? typed.text : show();
		setTyped({ text, value, unit: scale.unit });
	}
	return (
		<span className="relative block">
			<input
				{...rest}
				type="text"
				inputMode="decimal"
				autoComplete="off"
				value={text}
				className={classNames(INPUT_CLASSES, "numbers pe-12", className)}
				onChange={(event) => {
					const shown = parseTyped(event.target.value);
					const next = shown === null ? null : scale.fromShown(shown);
					setTyped({ text: event.target.value, value: next, unit: scale.unit });
					onChange(next);
				}}
			/>
			<span aria-hidden="true" className="pointer-events-none absolute inset-y-0 end-3 flex items-center text-ink-soft">
				{scale.unit}
			</span>
		</span>
	);
}
