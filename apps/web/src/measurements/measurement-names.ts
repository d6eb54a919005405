import { useCallback } from "react";
import { useTranslation } from "react-i18next";

/**
 * Names of measurements in the person's language.
 *
 * @returns the name of an id; ids that have none are shown as words
 */
export function useMeasurementName(): (measurement_id: string) => string {
	const { t, i18n } = useTranslation("measurements");
	return useCallback(
		(id) => (i18n.exists(`measurements:${id}.name`) ? t(`${id}.name`) : inWords(id)),
		// The words change with the language, not only with the function.
		[t, i18n],
	);
}

/** How a measurement is taken by hand, in one or two sentences; null where nothing is written. */
export function useMeasurementHow(): (measurement_id: string) => string | null {
	const { t, i18n } = useTranslation("measurements");
	return useCallback((id) => (i18n.exists(`measurements:${id}.how`) ? t(`${id}.how`) : null), [t, i18n]);
}

/** `waist_girth` as "Waist girth". */
function inWords(id: string): string {
	const words = id.replaceAll("_", " ");
	return words.charAt(0).toUpperCase() + words.slice(1);
}
