/** A percentile as people are told it: whole, and never "all" or "nobody". */
export function wholePercentile(percentile: number): number {
	return Math.min(Math.max(Math.round(percentile), 1), 99);
}
