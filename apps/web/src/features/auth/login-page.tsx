import { Link, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useAuth } from "../../auth/auth-store.js";
import { Notice } from "../../ui/notice.js";
import { AuthPage } from "./auth-page.js";
import { CredentialsForm } from "./credentials-form.js";

export function LoginPage() {
	const { t } = useTranslation("auth");
	const { next } = useSearch({ from: "/login" });
	const farewell = useAuth((state) => state.farewell);
	return (
		<AuthPage
			title={t("login.title")}
			other={
				<>
					{t("login.noAccount")}{" "}
					<Link to="/register" search={next === undefined ? {} : { next }} className="font-medium text-accent">
						{t("register.title")}
					</Link>
				</>
			}
		>
			{farewell === "expired" && (
				<Notice kind="warn" title={t("farewell.expired.title")}>
					<p>{t("farewell.expired.text")}</p>
				</Notice>
			)}
			{farewell === "password-changed" && (
				<Notice kind="good" title={t("farewell.passwordChanged.title")}>
					<p>{t("farewell.passwordChanged.text")}</p>
				</Notice>
			)}
			{farewell === null && next !== undefined && <p className="text-ink-soft">{t("login.toContinue")}</p>}
			<CredentialsForm kind="login" next={next} />
		</AuthPage>
	);
}
