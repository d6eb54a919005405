import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "playwright-core";
import { expect } from "vitest";

const WCAG_22_AA = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"];

/**
 * Fails with the rules of WCAG 2.2 AA that the page breaks, and where.
 *
 * @param part `contrast`: only what colours decide, for a page whose other rules were checked in another colour scheme
 */
export async function expectAccessible(page: Page, part: "all" | "contrast" = "all"): Promise<void> {
	// Colours in the middle of a transition are nobody's choice; a change of colour scheme takes a frame to begin them.
	await page.evaluate(async () => {
		for (let frame = 0; frame < 2; frame++) await new Promise((resolve) => requestAnimationFrame(resolve));
		const ending = document
			.getAnimations()
			.filter((animation) => animation.effect?.getComputedTiming().endTime !== Infinity);
		await Promise.all(ending.map((animation) => animation.finished.catch(() => null)));
	});
	await setHiddenBehindDialog(page, true);
	const axe = new AxeBuilder({ page });
	if (part === "all") axe.withTags(WCAG_22_AA);
	else axe.withRules("color-contrast");
	const { violations } = await axe.analyze();
	await setHiddenBehindDialog(page, false);
	const broken = violations.flatMap(({ id, help, nodes }) =>
		nodes.map(({ target, failureSummary }) => `${id} (${help}) at ${target.join(" ")}: ${failureSummary}`),
	);
	expect(broken, `accessibility of ${new URL(page.url()).pathname}`).toEqual([]);
}

/**
 * What lies behind a modal dialog can neither be seen by assistive technology nor touched, but axe does not know the top
 * layer and takes it for something that covers the dialog.
 */
async function setHiddenBehindDialog(page: Page, isHidden: boolean): Promise<void> {
	await page.evaluate((isHidden) => {
		const dialog = document.querySelector("dialog:modal");
		for (let node: Element | null = dialog; node !== null && node !== document.body; node = node.parentElement) {
			for (const sibling of node.parentElement?.children ?? []) {
				if (sibling !== node && sibling instanceof HTMLElement) sibling.style.visibility = isHidden ? "hidden" : "";
			}
		}
	}, isHidden);
}

/** Fails when the page is wider than its window. */
export async function expectNoSidewaysScroll(page: Page): Promise<void> {
	const { width, window_width } = await page.evaluate(() => ({
		width: document.documentElement.scrollWidth,
		window_width: document.documentElement.clientWidth,
	}));
	expect(width, `width of ${new URL(page.url()).pathname}`).toBeLessThanOrEqual(window_width);
}
