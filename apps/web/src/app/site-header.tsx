import { Link, useRouter } from "@tanstack/react-router";
import { LogOut } from "lucide-react";
import { useTranslation } from "react-i18next";
import { signOut, useAuth } from "../auth/auth-store.js";
import { IconButton } from "../ui/button.js";
import { settleUndoable, toast } from "../ui/toasts.js";
import { DisplaySettings } from "./display-settings.js";
import { useNavigation } from "./use-navigation.js";

declare module "@tanstack/react-router" {
	interface HistoryState {
		/** On the way out. */
		isLeaving?: true;
	}
}

const LINK =
	"inline-flex min-h-11 items-center rounded-lg px-3 font-medium text-ink-soft no-underline hover:bg-sunken hover:text-ink data-[status=active]:text-accent";

/** Name, main navigation where there is room for it, log-in, display settings. */
export function SiteHeader() {
	const { t } = useTranslation();
	const { status, user } = useAuth();
	const items = useNavigation();
	return (
		<header className="sticky top-0 z-30 border-b border-line bg-paper/95 pt-[env(safe-area-inset-top)] backdrop-blur print:hidden">
			<div className="mx-auto flex min-h-14 max-w-7xl items-center gap-x-2 px-4 sm:px-6">
				<Link to="/" className="me-2 inline-flex min-h-11 items-center gap-2 font-semibold text-ink no-underline">
					<img src="/icon.svg" alt="" width="28" height="28" className="size-7" />
					{t("appName")}
				</Link>
				{items.length > 0 && (
					<nav aria-label={t("nav.label")} className="hidden gap-1 sm:flex">
						{items.map(({ to, label, shortLabel }) => (
							<Link key={to} to={to} className={LINK}>
								<span className="hidden lg:inline">{label}</span>
								<span className="lg:hidden">{shortLabel}</span>
							</Link>
						))}
					</nav>
				)}
				<div className="ms-auto -me-2.5 flex items-center gap-1">
					{status === "signed-out" && (
						<Link to="/login" className={LINK}>
							{t("signIn")}
						</Link>
					)}
					<DisplaySettings />
					{status === "signed-in" && user !== null && !user.is_local && <SignOutButton email={user.email} />}
				</div>
			</div>
		</header>
	);
}

function SignOutButton({ email }: { readonly email: string }) {
	const { t } = useTranslation();
	const router = useRouter();
	const leave = async () => {
		// First away from what only this person may see; else the guard of that page leads to the log-in.
		await router.navigate({ to: "/", state: { isLeaving: true } });
		// Somebody who rather stayed with unsaved changes arrives here with the next page, and is not leaving any more.
		if (!router.state.location.state.isLeaving) return;
		settleUndoable();
		await signOut().catch(() => toast(t("signOutUnheard")));
	};
	return (
		<IconButton label={t("signOutOf", { email })} onClick={() => void leave()}>
			<LogOut aria-hidden="true" className="size-5" />
		</IconButton>
	);
}
