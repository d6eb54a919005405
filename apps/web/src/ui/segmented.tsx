import { useId } from "react";
import { classNames } from "./class-names.js";

/** One choice of a few, as radio buttons that look like one switch. */
export function Segmented<Value extends string>({
	legend,
	value,
	options,
	onChange,
	isLegendHidden = false,
	className,
}: {
	readonly legend: string;
	readonly value: Value;
	readonly options: readonly { readonly value: Value; readonly label: string }[];
	readonly onChange: (value: Value) => void;
	readonly isLegendHidden?: boolean;
	readonly className?: string;
}) {
	const name = useId();
	return (
		<fieldset className={className}>
			<legend className={isLegendHidden ? "sr-only" : "mb-1.5 font-medium"}>{legend}</legend>
			<div className="inline-flex rounded-lg border border-line-strong bg-sunken p-0.5">
				{options.map((option) => (
					<label
						key={option.value}
						className={classNames(
							"relative flex min-h-10 items-center rounded-md px-3 text-sm font-medium has-focus-visible:outline-3 has-focus-visible:outline-focus",
							option.value === value
								? "bg-surface text-ink shadow-sm ring-1 ring-line"
								: "text-ink-soft hover:text-ink",
						)}
					>
						<input
							type="radio"
							name={name}
							className="absolute inset-0 cursor-pointer opacity-0"
							checked={option.value === value}
							onChange={() => onChange(option.value)}
						/>
						{option.label}
					</label>
				))}
			</div>
		</fieldset>
	);
}
