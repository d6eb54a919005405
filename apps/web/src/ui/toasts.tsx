import { X } from "lucide-react";
import { useTranslation } from "react-i18next";
import { create } from "zustand";
import { Button, IconButton } from "./button.js";

interface Toast {
	readonly id: number;
	readonly text: string;
	readonly action?: { readonly label: string; readonly run: () => void };
}

const useToasts = create<{ readonly toasts: readonly Toast[] }>(() => ({ toasts: [] }));
let nextId = 1;
const SHOWN_MS = 8000;

/**
 * Says something at the edge of the page for eight seconds.
 *
 * @returns takes it away early
 */
export function toast(text: string, action?: Toast["action"]): () => void {
	const id = nextId++;
	const remove = () => useToasts.setState(({ toasts }) => ({ toasts: toasts.filter((other) => other.id !== id) }));
	const added: Toast = action === undefined ? { id, text } : { id, text, action };
	useToasts.setState(({ toasts }) => ({ toasts: [...toasts, added] }));
	setTimeout(remove, SHOWN_MS);
	return remove;
}

/** Takes all away. */
export function clearToasts(): void {
	useToasts.setState({ toasts: [] });
}

/** What waits for the time to undo it to pass. */
const pending = new Set<() => void>();

/** Does at once what can still be undone: afterwards the person may no longer be allowed to. */
export function settleUndoable(): void {
	for (const settle of [...pending]) settle();
}

/**
 * Does something that cannot be taken back eight seconds late, with a button to undo it until then. Leaving the page does it
 * at once.
 */
export function undoable(
	text: string,
	undoLabel: string,
	{ run, undo }: { readonly run: () => void; readonly undo: () => void },
): void {
	let isSettled = false;
	const settle = (isUndone: boolean) => {
		if (isSettled) return;
		isSettled = true;
		clearTimeout(timer);
		pending.delete(leave);
		removeEventListener("pagehide", leave);
		remove();
		if (isUndone) undo();
		else run();
	};
	const leave = () => settle(false);
	const remove = toast(text, { label: undoLabel, run: () => settle(true) });
	const timer = setTimeout(leave, SHOWN_MS);
	pending.add(leave);
	addEventListener("pagehide", leave);
}

/** Where toasts appear; once per page. */
export function Toasts() {
	const { t } = useTranslation();
	const toasts = useToasts((state) => state.toasts);
	return (
		<div
			role="status"
			aria-live="polite"
			className="pointer-events-none fixed inset-x-0 bottom-(--bottom-bar) z-50 grid justify-items-center gap-2 p-4 print:hidden"
		>
			{toasts.map(({ id, text, action }) => (
				<div
					key={id}
					className="pointer-events-auto flex items-center gap-2 rounded-lg bg-ink py-1 ps-4 pe-1 text-paper shadow-xl"
				>
					<span className="py-2">{text}</span>
					{action !== undefined && (
						<Button look="quiet" className="text-paper underline hover:bg-transparent" onClick={action.run}>
							{action.label}
						</Button>
					)}
					<IconButton
						label={t("close")}
						className="text-paper hover:bg-transparent"
						onClick={() => useToasts.setState(({ toasts }) => ({ toasts: toasts.filter((other) => other.id !== id) }))}
					>
						<X aria-hidden="true" className="size-4" />
					</IconButton>
				</div>
			))}
		</div>
	);
}
