import { useTranslation } from "react-i18next";
import { Spinner } from "./button.js";

/** Stands for a page's content until it has arrived. */
export function Loading() {
	const { t } = useTranslation();
	return (
		<p className="flex items-center gap-3 py-8 text-ink-soft">
			<Spinner />
			{t("loading")}
		</p>
	);
}
