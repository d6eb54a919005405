import { useSyncExternalStore } from "react";

/** Calls back when the colours that are in force have changed, by choice or by the system. */
export function watchScheme(onChange: () => void): () => void {
	const observer = new MutationObserver(onChange);
	observer.observe(document.documentElement, { attributeFilter: ["data-theme"] });
	return () => observer.disconnect();
}

/** The colours that are in force. */
export function useScheme(): "light" | "dark" {
	return useSyncExternalStore(watchScheme, () =>
		document.documentElement.dataset.theme === "dark" ? "dark" : "light",
	);
}
