export function mean(values: readonly number[]): number {
	return values.reduce((s, v) => s + v, 0) / Math.max(1, values.length);
}

export function median(values: readonly number[]): number {
	const sorted = [...values].sort((a, b) => a - b);
	return sorted[sorted.length >> 1] ?? Number.NaN;
}
