import { useTranslation } from "react-i18next";
import { ButtonLink } from "../ui/button.js";
import { EmptyState, Page } from "../ui/card.js";

export function NotFoundPage() {
	const { t } = useTranslation("shell");
	return (
		<Page title={t("notFound.title")}>
			<EmptyState title={t("notFound.text")} action={<ButtonLink to="/">{t("notFound.home")}</ButtonLink>} />
		</Page>
	);
}
