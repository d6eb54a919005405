import "./styles/index.css";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { queryClient } from "./api/queries.js";
import { registerOfflineShell } from "./app/offline-shell.js";
import { router } from "./app/router.js";
import { followOtherTabs, onAccess } from "./auth/access.js";
import { startAuth, watchForIdleness } from "./auth/auth-store.js";
import { startTranslations } from "./i18n/i18n.js";
import { forgetPhotos } from "./photos/photo-store.js";
import { applyTheme } from "./preferences/preferences-store.js";
import { clearToasts } from "./ui/toasts.js";

applyTheme();
// Nothing of one person is left for the next.
onAccess((tokens) => {
	if (tokens !== null) return;
	queryClient.clear();
	forgetPhotos();
	clearToasts();
});
followOtherTabs();
watchForIdleness();
void startAuth();
await startTranslations();
const element = document.getElementById("root");
if (element === null) throw new Error("The page has no root element.");
createRoot(element).render(
	<StrictMode>
		<QueryClientProvider client={queryClient}>
			<RouterProvider router={router} />
		</QueryClientProvider>
	</StrictMode>,
);
registerOfflineShell();
