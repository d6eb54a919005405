/**
 * How long one waits, rounded up: "40 seconds", "12 minutes", "2 hours".
 *
 * @param duration_s seconds
 */
export function formatDuration(duration_s: number, locale: string): string {
	const [value, unit] =
		duration_s <= 90
			? [Math.ceil(duration_s), "second"]
			: duration_s <= 90 * 60
				? [Math.ceil(duration_s / 60), "minute"]
				: [Math.ceil(duration_s / 3600), "hour"];
	return new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "long" }).format(value);
}
