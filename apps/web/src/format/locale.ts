import { useTranslation } from "react-i18next";

/**
 * The shown language as the person's region writes it: who reads English in Britain gets British dates.
 *
 * @param language such as `en`
 * @param preferred the browser's languages, best first
 * @returns BCP 47 tag
 */
export function regionalLocale(language: string, preferred: readonly string[] = navigator.languages): string {
	return preferred.find((tag) => tag.split("-")[0] === language) ?? language;
}

/** {@link regionalLocale} of the language that is shown. */
export function useLocale(): string {
	return regionalLocale(useTranslation().i18n.language);
}
