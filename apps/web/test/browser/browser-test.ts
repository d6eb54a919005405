/**
 * What suites in the browser need: the real application, a page in it, and a watch over what the page does.
 *
 * ```ts
 * describeInBrowser("home", () => {
 * 	let app: Application;
 * 	beforeAll(async () => { app = await startApplication(); });
 * 	afterAll(() => app?.close());
 * 	test("opens", async () => {
 * 		const { page } = await openPage(app, { viewport: "phone" });
 * 		await expectAccessible(page);
 * 	});
 * });
 * ```
 */
import type { BrowserContext, Page } from "playwright-core";
import { expect, onTestFinished } from "vitest";
import type { Application } from "./application.js";
import { openBrowser } from "./chromium.js";
import { type PageWatch, watchPage } from "./watch-page.js";

export { expectAccessible, expectNoSidewaysScroll } from "./accessibility.js";
export { type Application, startApplication } from "./application.js";
export { describeInBrowser } from "./chromium.js";
export { watchPage } from "./watch-page.js";

const VIEWPORTS = {
	phone: { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true },
	/** The narrowest phone that the layout is made for. */
	"small-phone": { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true },
	desktop: { viewport: { width: 1280, height: 800 } },
} as const;

export type ViewportName = keyof typeof VIEWPORTS;

export interface PageOptions {
	readonly viewport?: ViewportName;
	readonly colorScheme?: "light" | "dark";
	/** BCP 47; English of the United Kingdom, that is centimetres, unless told otherwise. */
	readonly locale?: string;
	readonly reducedMotion?: boolean;
	/** File that stands in for the camera's picture (see `writeCameraFile`). */
	readonly camera?: string;
	/** Where to begin; the home page unless told otherwise. */
	readonly path?: string;
}

export interface WatchedPage {
	readonly page: Page;
	readonly context: BrowserContext;
	readonly watch: PageWatch;
}

/**
 * Opens the application in a browser profile of its own. When the test ends the profile is closed, and the test fails if
 * the page did what {@link watchPage} listens for.
 */
export async function openPage(app: Pick<Application, "url">, options: PageOptions = {}): Promise<WatchedPage> {
	const { viewport = "desktop", colorScheme = "light", locale = "en-GB", reducedMotion = false, camera } = options;
	const browser = await openBrowser(camera);
	const { origin } = new URL(app.url);
	const context = await browser.newContext({
		...VIEWPORTS[viewport],
		baseURL: origin,
		colorScheme,
		locale,
		reducedMotion: reducedMotion ? "reduce" : "no-preference",
		acceptDownloads: true,
		permissions: camera === undefined ? [] : ["camera"],
	});
	context.setDefaultTimeout(30_000);
	const watch = watchPage(context, origin);
	onTestFinished(async () => {
		await context.close();
		expect(watch.problems(), "problems of the page").toEqual([]);
	});
	const page = await context.newPage();
	await page.goto(options.path ?? "/");
	return { page, context, watch };
}
