import { useRouter } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Page } from "../ui/card.js";
import { ErrorNotice } from "../ui/notice.js";

/** A page that broke. */
export function RouteErrorPage({ error, reset }: { readonly error: unknown; readonly reset: () => void }) {
	const { t } = useTranslation("shell");
	const router = useRouter();
	return (
		<Page title={t("broken.title")}>
			<ErrorNotice
				error={error}
				onRetry={() => {
					reset();
					void router.invalidate();
				}}
			/>
		</Page>
	);
}
