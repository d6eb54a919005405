/** Metres as centimetres with one decimal: `82.4 cm`. */
export function formatLength(value_m: number): string {
	return `${(value_m * 100).toFixed(1)} cm`;
}

/** Kilograms with one decimal. */
export function formatMass(value_kg: number): string {
	return `${value_kg.toFixed(1)} kg`;
}

/** Cubic metres as litres with one decimal. */
export function formatVolume(value_m3: number): string {
	return `${(1000 * value_m3).toFixed(1)} l`;
}

/** Square metres with two decimals. */
export function formatArea(value_m2: number): string {
	return `${value_m2.toFixed(2)} m²`;
}

/** A part of one as whole per cent. */
export function formatPercent(value: number): string {
	return `${Math.round(value * 100)} %`;
}

/** Milliseconds as people read them: `840 ms`, `1.8 s`. */
export function formatDuration(value_ms: number): string {
	return value_ms < 1000 ? `${Math.round(value_ms)} ms` : `${(value_ms / 1000).toFixed(1)} s`;
}

/** Bytes with a decimal unit: `12 kB`, `1.2 MB`. */
export function formatSize(bytes: number): string {
	if (bytes < 1000) return `${bytes} B`;
	if (bytes < 999_500) return `${Math.round(bytes / 1000)} kB`;
	return `${(bytes / 1e6).toFixed(1)} MB`;
}

/** Half the width of an interval, for `value ± half`. */
export function halfWidth([low, high]: readonly [number, number]): number {
	return (high - low) / 2;
}
