/** Where a slider begins and ends, in the quantity's own unit. */
export interface SliderRange {
	readonly low: number;
	readonly high: number;
}

/** How far bodies of one stature differ, as a fraction of the value; a slider reaches at least so far. */
const SPREAD: Readonly<Record<string, number>> = { height: 0.08, girth: 0.2, breadth: 0.15, depth: 0.2, length: 0.12 };
const MASS_SPREAD = 0.3;
/** A slider holds the fit's own doubt with room to spare. */
const SIGMAS = 4;

/**
 * The range of a slider: centred at the fitted value, wide enough for what is plausible.
 *
 * @param value fitted, metres or kilograms
 * @param sigma its standard deviation, in the same unit
 * @param kind of the measurement, or `mass`
 */
export function sliderRange(value: number, sigma: number, kind: string): SliderRange {
	const spread = kind === "mass" ? MASS_SPREAD : (SPREAD[kind] ?? 0.12);
	// Nothing shrinks to less than half.
	const half = Math.min(0.5 * value, Math.max(SIGMAS * sigma, spread * value));
	return { low: value - half, high: value + half };
}

/** Where a value lies in a range, 0…1; values outside lie at its ends. */
export function fractionIn({ low, high }: SliderRange, value: number): number {
	return Math.min(1, Math.max(0, (value - low) / (high - low)));
}

/**
 * Reads a number as people type it: with a comma or a point, spaces around, units behind.
 *
 * @returns null when it is none
 */
export function readNumber(text: string): number | null {
	const match = /^\s*([+-]?\d+(?:[.,]\d+)?|[+-]?[.,]\d+)\s*(?:cm|in|kg|lb|″|")?\s*$/i.exec(text);
	return match?.[1] === undefined ? null : Number(match[1].replace(",", "."));
}
