import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import { usePreferences } from "../preferences/preferences-store.js";

export const LANGUAGES = { en: "English", de: "Deutsch", es: "Español" } as const;
export type Language = keyof typeof LANGUAGES;

type Texts = Record<string, object>;
const LOADERS: Record<Language, () => Promise<{ texts: Texts }>> = {
	en: () => import("./locales/en.js"),
	de: () => import("./locales/de.js"),
	es: () => import("./locales/es.js"),
};

/** Loads the person's language and follows their choice. English stands in for what is missing. */
export async function startTranslations(): Promise<void> {
	await i18next.use(initReactI18next).init({
		resources: {},
		fallbackLng: "en",
		defaultNS: "common",
		interpolation: { escapeValue: false },
		returnNull: false,
	});
	await showLanguage(wantedLanguage());
	usePreferences.subscribe(() => void showLanguage(wantedLanguage()));
}

function wantedLanguage(): Language {
	const { language } = usePreferences.getState();
	if (language !== null) return language;
	const known = navigator.languages.map((tag) => tag.slice(0, 2)).find((tag) => tag in LANGUAGES);
	return (known as Language | undefined) ?? "en";
}

async function showLanguage(language: Language): Promise<void> {
	if (!i18next.hasResourceBundle(language, "common")) {
		const { texts } = await LOADERS[language]();
		for (const [namespace, content] of Object.entries(texts)) i18next.addResourceBundle(language, namespace, content);
	}
	if (i18next.language !== language) await i18next.changeLanguage(language);
	document.documentElement.lang = language;
}
