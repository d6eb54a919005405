import { type ComponentPropsWithRef, type ReactNode, useId } from "react";
import { classNames } from "./class-names.js";

/** How everything looks that is typed or chosen in. */
export const INPUT_CLASSES =
	"min-h-11 w-full rounded-lg border border-line-strong bg-surface px-3 text-base text-ink placeholder:text-ink-soft aria-invalid:border-bad";

/** A labelled control with hint and error, tied together for screen readers. */
export function Field({
	label,
	hint,
	error,
	isOptional,
	optionalText,
	children,
}: {
	readonly label: ReactNode;
	readonly hint?: ReactNode;
	readonly error?: ReactNode;
	readonly isOptional?: boolean;
	readonly optionalText?: string;
	readonly children: (control: {
		id: string;
		"aria-describedby": string | undefined;
		"aria-invalid": true | undefined;
	}) => ReactNode;
}) {
	const id = useId();
	const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ");
	return (
		<div className="grid gap-1.5">
			<label htmlFor={id} className="font-medium">
				{label}
				{isOptional && <span className="ms-1.5 text-sm font-normal text-ink-soft">{optionalText}</span>}
			</label>
			{children({ id, "aria-describedby": described || undefined, "aria-invalid": error ? true : undefined })}
			{hint && (
				<p id={`${id}-hint`} className="text-sm text-ink-soft">
					{hint}
				</p>
			)}
			{error && (
				<p id={`${id}-error`} role="alert" className="text-sm font-medium text-bad">
					{error}
				</p>
			)}
		</div>
	);
}

export function TextInput({ className, ...rest }: ComponentPropsWithRef<"input">) {
	// For dialogs, which cannot give the focus before they are open.
	return (
		<input {...rest} data-autofocus={rest.autoFocus || undefined} className={classNames(INPUT_CLASSES, className)} />
	);
}

export function Select({ className, ...rest }: ComponentPropsWithRef<"select">) {
	return <select {...rest} className={classNames(INPUT_CLASSES, className)} />;
}

/** A box to tick with its text beside it. */
export function Checkbox({ label, ...rest }: ComponentPropsWithRef<"input"> & { readonly label: ReactNode }) {
	return (
		<label className="flex min-h-11 items-start gap-3 py-2">
			<input {...rest} type="checkbox" className="size-6 shrink-0 accent-accent" />
			<span>{label}</span>
		</label>
	);
}
