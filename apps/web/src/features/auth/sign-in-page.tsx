import { Link, useMatch, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useAuth } from "../../auth/auth-store.js";
import { Notice } from "../../ui/notice.js";
import { CredentialsForm } from "./credentials-form.js";

/**
 * Where people sign in and where they make an account. One page for both addresses: what has been typed stays when
 * somebody notices that it is the other one they need, and the other one is there at once.
 */
export function SignInPage() {
	const { t } = useTranslation("auth");
	const { next } = useSearch({ from: "/credentials" });
	const isNew = useMatch({ from: "/credentials/register", shouldThrow: false }) !== undefined;
	const title = t(isNew ? "register.title" : "login.title");
	return (
		<div className="mx-auto grid w-full max-w-md gap-5 px-4 py-8 sm:py-14">
			<title>{`${title} · anny-fitter`}</title>
			<div className="grid gap-5 rounded-card border border-line bg-surface p-5 shadow-card sm:p-8">
				<h1 key={title}>{title}</h1>
				{isNew ? <p className="text-ink-soft">{t("register.lead")}</p> : <WhyHere isOnTheWay={next !== undefined} />}
				<CredentialsForm kind={isNew ? "register" : "login"} next={next} />
			</div>
			<p className="text-center text-ink-soft">
				{t(isNew ? "register.hasAccount" : "login.noAccount")}{" "}
				<Link
					to={isNew ? "/login" : "/register"}
					search={next === undefined ? {} : { next }}
					className="font-medium text-accent"
				>
					{t(isNew ? "login.title" : "register.title")}
				</Link>
			</p>
		</div>
	);
}

/** What brought somebody to the log-in who did not ask for it. */
function WhyHere({ isOnTheWay }: { readonly isOnTheWay: boolean }) {
	const { t } = useTranslation("auth");
	const farewell = useAuth((state) => state.farewell);
	if (farewell === "expired") {
		return (
			<Notice kind="warn" title={t("farewell.expired.title")}>
				<p>{t("farewell.expired.text")}</p>
			</Notice>
		);
	}
	if (farewell === "password-changed") {
		return (
			<Notice kind="good" title={t("farewell.passwordChanged.title")}>
				<p>{t("farewell.passwordChanged.text")}</p>
			</Notice>
		);
	}
	return farewell === null && isOnTheWay ? <p className="text-ink-soft">{t("login.toContinue")}</p> : null;
}
