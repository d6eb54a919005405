/** Four to eight round numbers between two ends. */
export function niceTicks(low: number, high: number): number[] {
	const step = [1, 2, 5, 10, 20, 50, 100].find((candidate) => (high - low) / candidate <= 8) ?? 200;
	const ticks: number[] = [];
	for (let tick = Math.ceil(low / step) * step; tick <= high; tick += step) ticks.push(tick);
	return ticks;
}
