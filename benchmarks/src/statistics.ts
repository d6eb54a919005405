export function mean(values: readonly number[]): number {
	return values.reduce((s, v) => s + v, 0) / Math.max(1, values.length);
}

export function median(values: readonly number[]): number {
	const sorted = [...values].sort((a, b) => a - b);
	return sorted[sorted.length >> 1] ?? Number.NaN;
}

/** Of sorted values; NaN when there is none. */
export function quantile(sorted: readonly number[], share: number): number {
	return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

/** √ of the mean of squares. */
export function rootMeanSquare(values: readonly number[]): number {
	return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / Math.max(1, values.length));
}

/** Standard deviation about each group's own mean, all groups together; NaN when no group has two values. */
export function scatterWithinGroups(groups: readonly (readonly number[])[]): number {
	let squares = 0;
	let degrees = 0;
	for (const group of groups) {
		const centre = mean(group);
		for (const value of group) squares += (value - centre) ** 2;
		degrees += Math.max(0, group.length - 1);
	}
	return degrees === 0 ? Number.NaN : Math.sqrt(squares / degrees);
}
