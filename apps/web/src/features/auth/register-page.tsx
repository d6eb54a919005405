import { Link, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { AuthPage } from "./auth-page.js";
import { CredentialsForm } from "./credentials-form.js";

export function RegisterPage() {
	const { t } = useTranslation("auth");
	const { next } = useSearch({ from: "/register" });
	return (
		<AuthPage
			title={t("register.title")}
			other={
				<>
					{t("register.hasAccount")}{" "}
					<Link to="/login" search={next === undefined ? {} : { next }} className="font-medium text-accent">
						{t("login.title")}
					</Link>
				</>
			}
		>
			<p className="text-ink-soft">{t("register.lead")}</p>
			<CredentialsForm kind="register" next={next} />
		</AuthPage>
	);
}
