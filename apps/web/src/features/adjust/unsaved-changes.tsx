import { useBlocker } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Button } from "../../ui/button.js";
import { Dialog } from "../../ui/dialog.js";

/** Asks before a page is left with changes that would be lost. */
export function UnsavedChanges({ isChanged }: { readonly isChanged: boolean }) {
	const { t } = useTranslation("adjust");
	const blocker = useBlocker({
		shouldBlockFn: ({ current, next }) => isChanged && current.pathname !== next.pathname,
		enableBeforeUnload: isChanged,
		withResolver: true,
	});
	const stay = () => blocker.reset?.();
	return (
		<Dialog
			title={t("leave.title")}
			isOpen={blocker.status === "blocked"}
			onClose={stay}
			footer={
				<>
					<Button look="danger" onClick={() => blocker.proceed?.()}>
						{t("leave.leave")}
					</Button>
					<Button look="primary" onClick={stay}>
						{t("leave.stay")}
					</Button>
				</>
			}
		>
			<p>{t("leave.text")}</p>
		</Dialog>
	);
}
