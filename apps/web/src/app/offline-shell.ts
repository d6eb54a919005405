import i18next from "i18next";
import { toast } from "../ui/toasts.js";

/** Registers the service worker that keeps the application's own files, and offers a new version when there is one. */
export function registerOfflineShell(): void {
	if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return;
	const ready = navigator.serviceWorker.register("/sw.js").then((registration) => {
		const offer = () => {
			const waiting = registration.waiting;
			if (waiting === null || navigator.serviceWorker.controller === null) return;
			toast(i18next.t("updateReady"), {
				label: i18next.t("reload"),
				run: () => {
					navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
					waiting.postMessage({ type: "SKIP_WAITING" });
				},
			});
		};
		offer();
		registration.addEventListener("updatefound", () => {
			registration.installing?.addEventListener("statechange", offer);
		});
	});
	// Browsers refuse in private windows and by settings; everything but the offline start works without.
	ready.catch(() => {});
}
