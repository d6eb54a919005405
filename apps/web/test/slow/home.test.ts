import { afterAll, beforeAll, expect, test } from "vitest";
import {
	type Application,
	describeInBrowser,
	expectAccessible,
	expectNoSidewaysScroll,
	openPage,
	startApplication,
} from "../browser/browser-test.js";

describeInBrowser("the start page", () => {
	let app: Application;
	beforeAll(async () => {
		app = await startApplication();
	});
	afterAll(() => app?.close());

	test.each(["phone", "desktop"] as const)("opens on a %s", async (viewport) => {
		const { page } = await openPage(app, { viewport });
		await page.getByRole("heading", { level: 1 }).waitFor();
		await expectAccessible(page);
		await expectNoSidewaysScroll(page);
	});

	test("loads at most 350 KB of compressed script", async () => {
		const { page } = await openPage(app, { viewport: "phone" });
		await page.getByRole("heading", { level: 1 }).waitFor();
		const sizes_bytes = await page.evaluate(() =>
			performance
				.getEntriesByType("resource")
				.map((entry) => entry as PerformanceResourceTiming)
				.filter((entry) => new URL(entry.name).pathname.endsWith(".js"))
				.map((entry) => entry.transferSize),
		);
		const sum_kb = sizes_bytes.reduce((sum, size) => sum + size, 0) / 1024;
		console.log(`first load: ${sum_kb.toFixed(0)} KB of script in ${sizes_bytes.length} files`);
		expect(sum_kb).toBeGreaterThan(50);
		expect(sum_kb).toBeLessThanOrEqual(350);
	});
});
