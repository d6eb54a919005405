import { Check, PencilLine, X } from "lucide-react";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { IconButton } from "../../ui/button.js";

const ICON = "size-5";

/** A fact with a pencil: editing happens where it stands. Enter keeps the change, Escape drops it. */
export function EditableFact({
	label,
	shown,
	isFixed = false,
	isBusy,
	isValid = true,
	error,
	onBegin,
	onSave,
	children,
}: {
	readonly label: string;
	readonly shown: ReactNode;
	/** May not be changed. */
	readonly isFixed?: boolean;
	readonly isBusy: boolean;
	readonly isValid?: boolean;
	readonly error?: string | undefined;
	/** Puts the present value into the control. */
	readonly onBegin: () => void;
	readonly onSave: () => Promise<unknown>;
	/** The control; it carries `label` as its name. */
	readonly children: ReactNode;
}) {
	const { t } = useTranslation("subjects");
	const [isEditing, setEditing] = useState(false);
	const form = useRef<HTMLFormElement>(null);
	const pencil = useRef<HTMLButtonElement>(null);
	const wasEditing = useRef(false);
	useEffect(() => {
		if (isEditing) form.current?.querySelector<HTMLElement>("input, select")?.focus();
		else if (wasEditing.current) pencil.current?.focus();
		wasEditing.current = isEditing;
	}, [isEditing]);
	return (
		<div className="border-b border-line py-2 last:border-0">
			<dt className="text-sm text-ink-soft">{label}</dt>
			<dd className="flex min-h-11 items-center justify-between gap-2">
				{isEditing ? (
					<form
						ref={form}
						className="mt-1.5 grid w-full gap-1"
						onSubmit={(event) => {
							event.preventDefault();
							if (isValid && !isBusy)
								void onSave().then(
									() => setEditing(false),
									() => undefined,
								);
						}}
						onKeyDown={(event) => {
							if (event.key === "Escape") setEditing(false);
						}}
					>
						<div className="flex items-center gap-1">
							<div className="min-w-0 flex-1">{children}</div>
							<button
								type="submit"
								title={t("common:save")}
								aria-label={t("common:save")}
								disabled={isBusy}
								className="grid size-11 shrink-0 place-items-center rounded-lg text-accent hover:bg-sunken disabled:opacity-40"
							>
								<Check aria-hidden="true" className={ICON} />
							</button>
							<IconButton label={t("common:cancel")} onClick={() => setEditing(false)}>
								<X aria-hidden="true" className={ICON} />
							</IconButton>
						</div>
						{error !== undefined && (
							<p role="alert" className="text-sm font-medium text-bad">
								{error}
							</p>
						)}
					</form>
				) : (
					<>
						<span className="min-w-0 break-words">{shown}</span>
						{!isFixed && (
							<IconButton
								ref={pencil}
								label={t("edit", { label })}
								className="text-ink-soft"
								onClick={() => {
									onBegin();
									setEditing(true);
								}}
							>
								<PencilLine aria-hidden="true" className={ICON} />
							</IconButton>
						)}
					</>
				)}
			</dd>
		</div>
	);
}
