import { Link, type LinkProps } from "@tanstack/react-router";
import type { ComponentPropsWithRef, ReactNode } from "react";
import { classNames } from "./class-names.js";

type Look = "primary" | "secondary" | "quiet" | "danger";
const BASE =
	"inline-flex min-h-11 items-center justify-center gap-2 rounded-lg px-4 text-base font-medium no-underline transition-colors disabled:opacity-50 aria-disabled:opacity-50";
const LOOKS: Record<Look, string> = {
	primary: "bg-accent text-accent-ink hover:brightness-110",
	secondary: "border border-line-strong bg-surface text-ink hover:bg-sunken",
	quiet: "text-ink hover:bg-sunken",
	danger: "border border-bad text-bad bg-surface hover:bg-bad-soft",
};

interface Shared {
	readonly look?: Look;
	/** Shows that work is under way and takes no further press. */
	readonly isBusy?: boolean;
	readonly icon?: ReactNode;
}

export function Button({
	look = "secondary",
	isBusy,
	icon,
	className,
	children,
	...rest
}: ComponentPropsWithRef<"button"> & Shared) {
	return (
		<button
			type="button"
			{...rest}
			disabled={rest.disabled || isBusy}
			aria-busy={isBusy || undefined}
			className={classNames(BASE, LOOKS[look], className)}
		>
			{isBusy ? <Spinner /> : icon}
			{children}
		</button>
	);
}

/** A link that looks like a button. */
export function ButtonLink({
	look = "secondary",
	icon,
	className,
	children,
	...rest
}: LinkProps & Shared & { readonly className?: string; readonly children: ReactNode }) {
	return (
		<Link {...rest} className={classNames(BASE, LOOKS[look], className)}>
			{icon}
			{children}
		</Link>
	);
}

/** A square button with a picture only; `label` is its name for everybody. */
export function IconButton({
	label,
	children,
	className,
	...rest
}: ComponentPropsWithRef<"button"> & { readonly label: string }) {
	return (
		<button
			type="button"
			title={label}
			aria-label={label}
			{...rest}
			className={classNames(
				"inline-flex size-11 shrink-0 items-center justify-center rounded-lg text-ink hover:bg-sunken disabled:opacity-40 aria-pressed:bg-accent-soft aria-pressed:text-accent",
				className,
			)}
		>
			{children}
		</button>
	);
}

export function Spinner() {
	return (
		<span
			aria-hidden="true"
			className="inline-block size-4 animate-spin rounded-full border-2 border-current border-r-transparent"
		/>
	);
}
