import { useTranslation } from "react-i18next";
import { ButtonLink } from "../ui/button.js";
import { EmptyState, Page } from "../ui/card.js";
import { useAuth } from "./auth-store.js";

/** What those see who may not open a page: which role it needs, and who gives it. */
export function ForbiddenPage({ title, needed }: { readonly title: string; readonly needed: "researcher" | "admin" }) {
	const { t } = useTranslation("admin");
	const role = useAuth((state) => state.user?.role ?? "user");
	return (
		<Page title={title}>
			<EmptyState title={t("forbidden.title")} action={<ButtonLink to="/">{t("forbidden.home")}</ButtonLink>}>
				<p>{t(`forbidden.${needed}`)}</p>
				<p>{t("forbidden.yours", { role: t(`roles.${role}`) })}</p>
			</EmptyState>
		</Page>
	);
}
