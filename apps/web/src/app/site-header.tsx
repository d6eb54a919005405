import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useAuth } from "../auth/auth-store.js";
import { DisplaySettings } from "./display-settings.js";

const LINK =
	"inline-flex min-h-11 items-center rounded-lg px-3 font-medium text-ink-soft no-underline hover:bg-sunken hover:text-ink data-[status=active]:text-accent";

/** Name, main navigation, display settings. */
export function SiteHeader() {
	const { t } = useTranslation();
	const { status, user, app } = useAuth();
	const isSignedIn = status === "signed-in";
	return (
		<header className="sticky top-0 z-30 border-b border-line bg-paper/95 backdrop-blur print:hidden">
			<div className="mx-auto flex max-w-7xl flex-wrap items-center gap-x-2 px-4 py-1.5 sm:px-6">
				<Link to="/" className="me-2 inline-flex min-h-11 items-center gap-2 font-semibold text-ink no-underline">
					<img src="/icon.svg" alt="" className="size-7" />
					{t("appName")}
				</Link>
				{isSignedIn && (
					<nav
						aria-label={t("nav.label")}
						className="order-3 flex w-full gap-1 overflow-x-auto sm:order-none sm:w-auto"
					>
						<Link to="/measure" className={LINK}>
							{t("nav.measure")}
						</Link>
						<Link to="/subjects" className={LINK}>
							{t("nav.subjects")}
						</Link>
						{user?.role !== "user" && (
							<Link to="/research" className={LINK}>
								{t("nav.research")}
							</Link>
						)}
						{user?.role === "admin" && !app?.single_user && (
							<Link to="/admin" className={LINK}>
								{t("nav.admin")}
							</Link>
						)}
						<Link to="/account" className={LINK}>
							{t("nav.account")}
						</Link>
					</nav>
				)}
				<div className="ms-auto flex items-center gap-1">
					{status === "signed-out" && (
						<Link to="/login" className={LINK}>
							{t("signIn")}
						</Link>
					)}
					<DisplaySettings />
				</div>
			</div>
		</header>
	);
}
