import { create } from "zustand";
import { persist } from "zustand/middleware";

export type Units = "metric" | "imperial";
export type Theme = "system" | "light" | "dark";

interface Preferences {
	/** cm and kg, or ft·in and lb. */
	readonly units: Units;
	readonly theme: Theme;
	/** Null: the browser's. */
	readonly language: "en" | "de" | "es" | null;
}

/** How this person likes it shown; kept in this browser. */
export const usePreferences = create<Preferences>()(
	persist(
		(): Preferences => ({
			units: /-(US|LR|MM)$/.test(navigator.language) ? "imperial" : "metric",
			theme: "system",
			language: null,
		}),
		{ name: "anny-fitter-preferences" },
	),
);

/** Changes some of the preferences and keeps them. */
export const setPreferences = (change: Partial<Preferences>): void => {
	usePreferences.setState(change);
};

/** Keeps the document's colour scheme as chosen. */
export function applyTheme(): void {
	const dark = matchMedia("(prefers-color-scheme: dark)");
	const apply = () => {
		const { theme } = usePreferences.getState();
		const isDark = theme === "dark" || (theme === "system" && dark.matches);
		document.documentElement.dataset.theme = isDark ? "dark" : "light";
	};
	dark.addEventListener("change", () => apply());
	usePreferences.subscribe(() => apply());
	apply();
}
