import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "playwright-core";
import { expect } from "vitest";

const WCAG_22_AA = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"];

/** Fails with the rules of WCAG 2.2 AA that the page breaks, and where. */
export async function expectAccessible(page: Page): Promise<void> {
	// Colours in the middle of a transition are nobody's choice.
	await page.evaluate(() =>
		Promise.all(document.getAnimations().map((animation) => animation.finished.catch(() => null))),
	);
	const { violations } = await new AxeBuilder({ page }).withTags(WCAG_22_AA).analyze();
	const broken = violations.flatMap(({ id, help, nodes }) =>
		nodes.map(({ target, failureSummary }) => `${id} (${help}) at ${target.join(" ")}: ${failureSummary}`),
	);
	expect(broken, `accessibility of ${new URL(page.url()).pathname}`).toEqual([]);
}

/** Fails when the page is wider than its window. */
export async function expectNoSidewaysScroll(page: Page): Promise<void> {
	const { width, window_width } = await page.evaluate(() => ({
		width: document.documentElement.scrollWidth,
		window_width: document.documentElement.clientWidth,
	}));
	expect(width, `width of ${new URL(page.url()).pathname}`).toBeLessThanOrEqual(window_width);
}
