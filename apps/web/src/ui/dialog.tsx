import { X } from "lucide-react";
import { type ReactNode, useEffect, useId, useRef } from "react";
import { useTranslation } from "react-i18next";
import { IconButton } from "./button.js";

/** A modal dialog on the browser's own: focus stays inside and Escape closes it. */
export function Dialog({
	title,
	isOpen,
	onClose,
	children,
	footer,
}: {
	readonly title: string;
	readonly isOpen: boolean;
	readonly onClose: () => void;
	readonly children: ReactNode;
	readonly footer?: ReactNode;
}) {
	const { t } = useTranslation();
	const dialog = useRef<HTMLDialogElement>(null);
	const id = useId();
	useEffect(() => {
		if (!isOpen) {
			dialog.current?.close();
			return;
		}
		dialog.current?.showModal();
		// What React focuses when it appears could not be focused while the dialog was still closed.
		dialog.current?.querySelector<HTMLElement>("[data-autofocus]")?.focus();
	}, [isOpen]);
	return (
		<dialog
			ref={dialog}
			aria-labelledby={id}
			onClose={onClose}
			className="m-auto w-[min(36rem,calc(100vw-2rem))] rounded-card border border-line bg-surface p-0 text-ink shadow-xl"
		>
			{isOpen && (
				<div className="grid gap-4 p-5 sm:p-6">
					<div className="flex items-start justify-between gap-4">
						<h2 id={id}>{title}</h2>
						<IconButton label={t("close")} onClick={onClose} className="-me-2 -mt-2">
							<X aria-hidden="true" className="size-5" />
						</IconButton>
					</div>
					{children}
					{footer !== undefined && <div className="flex flex-wrap justify-end gap-2">{footer}</div>}
				</div>
			)}
		</dialog>
	);
}
