import { Outlet, useRouter } from "@tanstack/react-router";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { startAuth, useAuth } from "../auth/auth-store.js";
import { Button, Spinner } from "../ui/button.js";
import { EmptyState } from "../ui/card.js";
import { Toasts } from "../ui/toasts.js";
import { SiteHeader } from "./site-header.js";

/** What surrounds every page. */
export function RootLayout() {
	const { t } = useTranslation();
	const status = useAuth((state) => state.status);
	const router = useRouter();
	// biome-ignore lint/correctness/useExhaustiveDependencies: pages are guarded anew when someone signs in or out
	useEffect(() => {
		void router.invalidate();
	}, [status]);
	return (
		<>
			<a
				href="#content"
				className="absolute -top-24 left-2 z-50 rounded-lg bg-accent px-4 py-3 text-accent-ink focus:top-2"
			>
				{t("skipToContent")}
			</a>
			<SiteHeader />
			<main id="content" tabIndex={-1} className="outline-none">
				{status === "starting" && (
					<p className="grid place-items-center gap-3 p-16 text-ink-soft">
						<Spinner />
						{t("loading")}
					</p>
				)}
				{status === "unreachable" && (
					<div className="mx-auto max-w-3xl p-6">
						<EmptyState
							title={t("connectionLost.title")}
							action={<Button onClick={() => void startAuth()}>{t("tryAgain")}</Button>}
						>
							{t("connectionLost.text")}
						</EmptyState>
					</div>
				)}
				{(status === "signed-in" || status === "signed-out") && <Outlet />}
			</main>
			<Toasts />
		</>
	);
}
