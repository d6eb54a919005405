import { useMemo } from "react";
import { usePreferences } from "../preferences/preferences-store.js";
import { useLocale } from "./locale.js";
import {
	formatArea,
	formatDifference,
	formatLength,
	formatMargin,
	formatMass,
	formatMassDifference,
	formatVolume,
	type LengthKind,
} from "./units.js";

/** Writes values in the person's units and language. */
export function useFormat() {
	const units = usePreferences((state) => state.units);
	const locale = useLocale();
	return useMemo(
		() => ({
			units,
			locale,
			length: (value_m: number, kind?: LengthKind) => formatLength(value_m, units, locale, kind),
			margin: (half_m: number) => formatMargin(half_m, units, locale),
			difference: (difference_m: number) => formatDifference(difference_m, units, locale),
			mass: (mass_kg: number) => formatMass(mass_kg, units, locale),
			volume: (volume_m3: number) => formatVolume(volume_m3, locale),
			area: (area_m2: number) => formatArea(area_m2, locale),
			massDifference: (difference_kg: number) => formatMassDifference(difference_kg, units, locale),
			number: (value: number, digits = 1) =>
				new Intl.NumberFormat(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value),
			percent: (fraction: number) =>
				new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 0 }).format(fraction),
			date: (iso: string) => new Intl.DateTimeFormat(locale, { dateStyle: "medium" }).format(new Date(iso)),
			/** A day without a time, such as a date of birth: the same everywhere. */
			calendarDate: (date: string) =>
				new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeZone: "UTC" }).format(new Date(date)),
			dateTime: (iso: string) =>
				new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" }).format(new Date(iso)),
		}),
		[units, locale],
	);
}
