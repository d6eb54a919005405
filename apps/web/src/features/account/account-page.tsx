import { useTranslation } from "react-i18next";
import { useAuth } from "../../auth/auth-store.js";
import { Page } from "../../ui/card.js";
import { ConsentsCard } from "./consents-card.js";
import { DeleteCard } from "./delete-card.js";
import { DownloadCard } from "./download-card.js";
import { PasswordCard } from "./password-card.js";
import { StoredCard } from "./stored-card.js";

/** My data: what is stored, what was agreed to, how to take it along and how to make it go away. */
export function AccountPage() {
	const { t } = useTranslation("account");
	const user = useAuth((state) => state.user);
	if (user === null) return null;
	return (
		<Page title={t("title")} lead={user.is_local ? t("leadLocal") : t("lead", { email: user.email })}>
			<div className="grid gap-5">
				<StoredCard />
				<ConsentsCard />
				<DownloadCard />
				{!user.is_local && <PasswordCard email={user.email} />}
				<DeleteCard hasPassword={!user.is_local} />
			</div>
		</Page>
	);
}
