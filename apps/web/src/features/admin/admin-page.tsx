import { getRouteApi } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useAuth } from "../../auth/auth-store.js";
import { ForbiddenPage } from "../../auth/forbidden-page.js";
import { Page } from "../../ui/card.js";
import { Tabs } from "../../ui/tabs.js";
import { AuditPanel } from "./audit-panel.js";
import { ReviewPanel } from "./review-panel.js";
import { UsersPanel } from "./users-panel.js";

const route = getRouteApi("/personal/admin");
const TABS = ["users", "review", "audit"] as const;
type Tab = (typeof TABS)[number];

/** Users and their roles, fits to review, and what was done on this server. */
export function AdminPage() {
	const { t } = useTranslation("admin");
	const role = useAuth((state) => state.user?.role);
	const { tab } = route.useSearch();
	const navigate = route.useNavigate();
	if (role !== "admin") return <ForbiddenPage title={t("title")} needed="admin" />;
	const content: Record<Tab, React.ReactNode> = {
		users: <UsersPanel />,
		review: <ReviewPanel />,
		audit: <AuditPanel />,
	};
	return (
		<Page title={t("title")} isWide>
			<Tabs
				label={t("title")}
				value={TABS.find((id) => id === tab) ?? "users"}
				onChange={(id) => void navigate({ search: { tab: id }, replace: true })}
				tabs={TABS.map((id) => ({ id, label: t(`tabs.${id}`), content: content[id] }))}
			/>
		</Page>
	);
}
