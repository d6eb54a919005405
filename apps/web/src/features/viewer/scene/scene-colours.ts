import { useSyncExternalStore } from "react";
import { watchScheme } from "../../../preferences/use-scheme.js";

/** The style sheet's colours that the scene uses, as CSS writes them. */
export interface SceneColours {
	readonly body: string;
	readonly tape: string;
	/** Of thin lines on the body and beside it. */
	readonly line: string;
	readonly accent: string;
	readonly surface: string;
	readonly isDark: boolean;
}

let known: { readonly theme: string | undefined; readonly colours: SceneColours } | null = null;

/** Reads the colours of the scheme that is in force. */
export function readSceneColours(): SceneColours {
	const { theme } = document.documentElement.dataset;
	if (known !== null && known.theme === theme) return known.colours;
	const style = getComputedStyle(document.documentElement);
	const read = (name: string) => style.getPropertyValue(name).trim();
	const colours: SceneColours = {
		body: read("--body"),
		tape: read("--tape"),
		line: read("--ink-soft"),
		accent: read("--accent"),
		surface: read("--surface"),
		isDark: theme === "dark",
	};
	known = { theme, colours };
	return colours;
}

export function useSceneColours(): SceneColours {
	return useSyncExternalStore(watchScheme, readSceneColours);
}
