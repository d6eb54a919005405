import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useAuth } from "../../auth/auth-store.js";
import { Button } from "../../ui/button.js";
import { Dialog } from "../../ui/dialog.js";
import { ErrorNotice } from "../../ui/notice.js";
import { giveConsent } from "./submit-fit.js";

const POINTS = ["what", "where", "kept", "withdraw"] as const;

/** Asks once, before the first photo leaves the browser. */
export function ConsentDialog({
	isOpen,
	onAgreed,
	onRefused,
}: {
	readonly isOpen: boolean;
	readonly onAgreed: () => void;
	readonly onRefused: () => void;
}) {
	const { t } = useTranslation("capture");
	const version = useAuth((state) => state.app?.consent_version);
	const [isBusy, setBusy] = useState(false);
	const [error, setError] = useState<unknown>(null);
	const agree = async () => {
		setBusy(true);
		setError(null);
		try {
			await giveConsent();
			onAgreed();
		} catch (problem) {
			setError(problem);
		} finally {
			setBusy(false);
		}
	};
	return (
		<Dialog
			title={t("consent.title")}
			isOpen={isOpen}
			onClose={onRefused}
			footer={
				<>
					<Button onClick={onRefused}>{t("consent.refuse")}</Button>
					<Button look="primary" isBusy={isBusy} onClick={() => void agree()}>
						{t("consent.agree")}
					</Button>
				</>
			}
		>
			<ul className="grid list-disc gap-2 ps-5">
				{POINTS.map((point) => (
					<li key={point}>{t(`consent.${point}`)}</li>
				))}
			</ul>
			{version !== undefined && <p className="text-sm text-ink-soft">{t("consent.version", { version })}</p>}
			{error !== null && <ErrorNotice error={error} />}
		</Dialog>
	);
}
