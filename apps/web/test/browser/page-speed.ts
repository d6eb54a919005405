import type { Page } from "playwright-core";

/** What the first visit cost, from the browser's own clock. */
export async function firstLoad(page: Page): Promise<{
	readonly scripts: readonly string[];
	/** As sent, that is compressed. */
	readonly script_kb: number;
	readonly load_ms: number;
	readonly largestPaint_ms: number;
}> {
	await page.waitForLoadState("load");
	return page.evaluate(async () => {
		const entries = performance.getEntriesByType("resource") as PerformanceResourceTiming[];
		const scripts = entries.filter(({ name }) => new URL(name).pathname.endsWith(".js"));
		const [navigation] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
		const paints = await new Promise<PerformanceEntryList>((resolve) => {
			new PerformanceObserver((list, observer) => {
				observer.disconnect();
				resolve(list.getEntries());
			}).observe({ type: "largest-contentful-paint", buffered: true });
		});
		return {
			scripts: scripts.map(({ name }) => new URL(name).pathname),
			script_kb: scripts.reduce((sum, { transferSize }) => sum + transferSize, 0) / 1024,
			load_ms: navigation?.loadEventEnd ?? Number.NaN,
			largestPaint_ms: paints.at(-1)?.startTime ?? Number.NaN,
		};
	});
}

/** Time from an event to the next picture, as the browser measures it; below its threshold of 16 ms it counts as 16. */
export async function interactionLatency_ms(page: Page, interact: () => Promise<void>): Promise<number> {
	await page.evaluate(() => {
		const seen: number[] = [];
		Object.assign(globalThis, { seenInteractions: seen });
		new PerformanceObserver((list) => {
			for (const { duration } of list.getEntries()) seen.push(duration);
		}).observe({ type: "event", durationThreshold: 16 } as PerformanceObserverInit);
	});
	await interact();
	return page.evaluate(async () => {
		await new Promise((resolve) => setTimeout(resolve, 500));
		return Math.max(16, ...(globalThis as unknown as { seenInteractions: number[] }).seenInteractions);
	});
}

/** How long the viewer took for each picture that it drew during `work`. */
export async function frameTimes_ms(page: Page, work: () => Promise<void>): Promise<number[]> {
	await page.evaluate(() => performance.clearMeasures("viewer-frame"));
	await work();
	return page.evaluate(() => performance.getEntriesByName("viewer-frame").map(({ duration }) => duration));
}
