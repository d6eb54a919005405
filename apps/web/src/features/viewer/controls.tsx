import type { ReactNode } from "react";
import { Spinner } from "../../ui/button.js";
import { classNames } from "../../ui/class-names.js";

/** A control of the viewer: picture and name, 44 px at least; `isOn` makes it a switch. */
export function ToolButton({
	name,
	icon,
	isOn,
	isBusy,
	onPress,
	...rest
}: {
	readonly name: string;
	readonly icon: ReactNode;
	readonly isOn?: boolean;
	readonly isBusy?: boolean;
	readonly onPress: () => void;
	readonly "aria-expanded"?: boolean;
	readonly "aria-keyshortcuts"?: string;
}) {
	return (
		<button
			type="button"
			{...rest}
			aria-pressed={isOn}
			onClick={onPress}
			className={classNames(
				"flex min-h-12 min-w-11 flex-col items-center justify-center gap-0.5 rounded-lg px-1 @md:min-w-13 @md:px-1.5 py-1 text-[0.6875rem] leading-tight font-medium",
				isOn ? "bg-accent-soft text-accent" : "text-ink-soft hover:bg-sunken hover:text-ink",
			)}
		>
			<span aria-hidden="true" className="grid size-5 place-items-center [&>svg]:size-5">
				{isBusy ? <Spinner /> : icon}
			</span>
			{name}
		</button>
	);
}

/** A small choice of one, as the browser's own list. */
export function ToolSelect({
	name,
	value,
	options,
	onChange,
}: {
	readonly name: string;
	readonly value: string;
	readonly options: readonly { readonly value: string; readonly label: string; readonly isHidden?: boolean }[];
	readonly onChange: (value: string) => void;
}) {
	return (
		<select
			aria-label={name}
			title={name}
			value={value}
			onChange={(event) => onChange(event.target.value)}
			className="min-h-11 max-w-40 min-w-0 cursor-pointer rounded-lg border border-line bg-surface/90 ps-3 pe-1 text-sm font-medium text-ink shadow-card backdrop-blur-sm"
		>
			{options.map(({ value: own, label, isHidden }) => (
				<option key={own} value={own} hidden={isHidden}>
					{label}
				</option>
			))}
		</select>
	);
}

/** A sheet over the picture; a wide one goes as far as its controls need. */
export function Panel({
	label,
	isWide,
	children,
}: {
	readonly label: string;
	readonly isWide?: boolean;
	readonly children: ReactNode;
}) {
	return (
		<section
			aria-label={label}
			className={classNames(
				"pointer-events-auto w-full rounded-xl border border-line bg-surface/95 px-3 py-2 text-sm shadow-card backdrop-blur-sm",
				isWide ? "max-w-xl" : "max-w-md",
			)}
		>
			{children}
		</section>
	);
}
