import type { ComponentPropsWithRef } from "react";
import { classNames } from "./class-names.js";

/** A table that scrolls sideways by itself where the window is too narrow; `label` is its name for everybody. */
export function Table({
	label,
	className,
	containerClassName,
	...rest
}: ComponentPropsWithRef<"table"> & { readonly label: string; readonly containerClassName?: string }) {
	return (
		// biome-ignore lint/a11y/useSemanticElements: a section would be a landmark of its own
		<div
			role="group"
			aria-label={label}
			// biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard must be able to scroll it
			tabIndex={0}
			className={classNames(
				"relative overflow-x-auto rounded-card border border-line bg-surface shadow-card",
				containerClassName,
			)}
		>
			<table
				{...rest}
				className={classNames(
					"w-full text-sm [&_td]:px-3 [&_td]:py-2.5 [&_th]:px-3 [&_th]:py-2.5 [&_th]:text-start [&_th]:font-medium [&_thead]:bg-sunken [&_thead]:text-ink-soft [&_tbody_tr]:border-t [&_tbody_tr]:border-line [&_td]:align-middle",
					className,
				)}
			/>
		</div>
	);
}
