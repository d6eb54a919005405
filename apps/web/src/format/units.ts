import type { Units } from "../preferences/preferences-store.js";

/** The international inch. */
export const METERS_PER_INCH = 0.0254;
/** The international pound. */
export const KG_PER_POUND = 0.45359237;

/** `length` for girths and breadths (cm or in); `stature` for body heights (cm or ft·in). */
export type LengthKind = "length" | "stature";

/** A number with its unit, such as "82.4 cm", "32.4 in", `5′ 7.9″`. */
export function formatLength(value_m: number, units: Units, locale: string, kind: LengthKind = "length"): string {
	if (units === "metric") return `${number(value_m * 100, locale, 1)} cm`;
	const inches = value_m / METERS_PER_INCH;
	if (kind === "length") return `${number(inches, locale, 1)} in`;
	const tenths = Math.round(inches * 10);
	return `${Math.floor(tenths / 120)}′ ${number((tenths % 120) / 10, locale, 1)}″`;
}

/** Half the width of an interval, such as "± 3.1 cm". */
export function formatMargin(half_m: number, units: Units, locale: string): string {
	return `± ${formatLength(half_m, units, locale)}`;
}

/** A signed difference, such as "+1.2 cm". */
export function formatDifference(difference_m: number, units: Units, locale: string): string {
	const [factor, unit] = units === "metric" ? [100, "cm"] : [1 / METERS_PER_INCH, "in"];
	return `${number(difference_m * factor, locale, 1, true)} ${unit}`;
}

/** "71.0 kg" or "156.5 lb". */
export function formatMass(mass_kg: number, units: Units, locale: string): string {
	return units === "metric" ? `${number(mass_kg, locale, 1)} kg` : `${number(mass_kg / KG_PER_POUND, locale, 1)} lb`;
}

/** "+0.4 kg" or "+0.9 lb". */
export function formatMassDifference(difference_kg: number, units: Units, locale: string): string {
	return units === "metric"
		? `${number(difference_kg, locale, 1, true)} kg`
		: `${number(difference_kg / KG_PER_POUND, locale, 1, true)} lb`;
}

/** "68.3 L": bodies' volumes are given in litres whatever the units. */
export function formatVolume(volume_m3: number, locale: string): string {
	return new Intl.NumberFormat(locale, {
		style: "unit",
		unit: "liter",
		minimumFractionDigits: 1,
		maximumFractionDigits: 1,
	}).format(volume_m3 * 1000);
}

/** "1.83 m²": bodies' surfaces are given in square metres whatever the units. */
export function formatArea(area_m2: number, locale: string): string {
	return `${number(area_m2, locale, 2)} m²`;
}

/** The number that a field or slider shows for a length: cm or inches. */
export function lengthToShown(value_m: number, units: Units): number {
	return units === "metric" ? value_m * 100 : value_m / METERS_PER_INCH;
}

/** The inverse of {@link lengthToShown}. */
export function lengthFromShown(shown: number, units: Units): number {
	return units === "metric" ? shown / 100 : shown * METERS_PER_INCH;
}

/** The number that a field or slider shows for a mass: kg or pounds. */
export function massToShown(mass_kg: number, units: Units): number {
	return units === "metric" ? mass_kg : mass_kg / KG_PER_POUND;
}

/** The inverse of {@link massToShown}. */
export function massFromShown(shown: number, units: Units): number {
	return units === "metric" ? shown : shown * KG_PER_POUND;
}

/** "cm" or "in". */
export const lengthUnit = (units: Units): string => (units === "metric" ? "cm" : "in");
/** "kg" or "lb". */
export const massUnit = (units: Units): string => (units === "metric" ? "kg" : "lb");

function number(value: number, locale: string, digits: number, isSigned = false): string {
	return new Intl.NumberFormat(locale, {
		minimumFractionDigits: digits,
		maximumFractionDigits: digits,
		signDisplay: isSigned ? "exceptZero" : "auto",
	}).format(value);
}
