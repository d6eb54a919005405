import { Color } from "three";

/**
 * Cividis at nine places, sRGB: perceptually uniform and the same to people with and without red–green blindness.
 * Nuñez, Anderton, Renslow 2018, doi:10.1371/journal.pone.0199239.
 */
export const SEQUENTIAL = [
	"#00224e",
	"#123570",
	"#3b496c",
	"#575d6d",
	"#707173",
	"#8a8678",
	"#a59c74",
	"#c3b369",
	"#fee838",
] as const;

/** Blue – light grey – orange: smaller, equal, larger. */
export const DIVERGING = ["#1f5fa8", "#6f9fd0", "#d9dcdf", "#e8a564", "#b85a00"] as const;

/**
 * Colours for values.
 *
 * @param out [3n] linear RGB
 * @param values [n]
 */
export function paint(
	out: Float32Array,
	values: Float32Array,
	range: readonly [number, number],
	scale: readonly string[],
): void {
	const stops = scale.map((colour) => new Color(colour));
	const [low, high] = range;
	for (let i = 0; i < values.length; i++) {
		const place = Math.min(1, Math.max(0, ((values[i] as number) - low) / (high - low || 1))) * (stops.length - 1);
		const stop = Math.min(stops.length - 2, Math.floor(place));
		const [a, b] = [stops[stop] as Color, stops[stop + 1] as Color];
		const part = place - stop;
		out[3 * i] = a.r + (b.r - a.r) * part;
		out[3 * i + 1] = a.g + (b.g - a.g) * part;
		out[3 * i + 2] = a.b + (b.b - a.b) * part;
	}
}

/** As a CSS background from left (low) to right (high). */
export const gradientOf = (scale: readonly string[]): string => `linear-gradient(to right, ${scale.join(", ")})`;
