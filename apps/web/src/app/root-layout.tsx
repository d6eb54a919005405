import { Outlet, useRouter } from "@tanstack/react-router";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { startAuth, useAuth } from "../auth/auth-store.js";
import { Spinner } from "../ui/button.js";
import { ErrorNotice } from "../ui/notice.js";
import { Toasts } from "../ui/toasts.js";
import { OfflineNotice, useIsOnline } from "./offline-notice.js";
import { PageAnnouncer } from "./page-announcer.js";
import { SiteFooter } from "./site-footer.js";
import { SiteHeader } from "./site-header.js";
import { TabBar } from "./tab-bar.js";

/** What surrounds every page. */
export function RootLayout() {
	const { t } = useTranslation();
	const { status, problem } = useAuth();
	const router = useRouter();
	const isOnline = useIsOnline();
	// biome-ignore lint/correctness/useExhaustiveDependencies: pages are guarded anew when someone signs in or out
	useEffect(() => {
		if (status !== "starting") void router.invalidate();
	}, [status]);
	useEffect(() => {
		if (isOnline && useAuth.getState().status === "unreachable") void startAuth();
	}, [isOnline]);
	return (
		<div className="flex min-h-dvh flex-col">
			<a
				href="#content"
				className="absolute -top-24 left-2 z-50 rounded-lg bg-accent px-4 py-3 text-accent-ink focus:top-2"
			>
				{t("skipToContent")}
			</a>
			{!isOnline && <OfflineNotice />}
			<SiteHeader />
			<main id="content" tabIndex={-1} className="grow outline-none">
				{status === "starting" && (
					<p className="grid place-items-center gap-3 p-16 text-ink-soft">
						<Spinner />
						{t("loading")}
					</p>
				)}
				{status === "unreachable" && (
					<div className="mx-auto max-w-3xl p-4 sm:p-6">
						<ErrorNotice error={problem} onRetry={() => void startAuth()} />
					</div>
				)}
				{(status === "signed-in" || status === "signed-out") && <Outlet />}
			</main>
			<SiteFooter />
			<TabBar />
			<PageAnnouncer />
			<Toasts />
		</div>
	);
}
