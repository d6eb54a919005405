import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Application, describeInBrowser, openPage, startApplication } from "../browser/browser-test.js";
import { compareWithReference, differingShare } from "../browser/compare-pictures.js";
import { type Seeded, seedApplication } from "../browser/seed-application.js";

/** Share of a page that may look different: the time of day, a body drawn by another graphics library. */
const TOLERATED_SHARE = 0.02;

/** References are in docs/images/web; `UPDATE_REFERENCES=1` replaces them – look at them before they are committed. */
describeInBrowser("pages look like their references", () => {
	let app: Application;
	let seeded: Seeded;
	beforeAll(async () => {
		app = await startApplication();
		seeded = await seedApplication(app.url);
	});
	afterAll(() => app?.close());

	describe.each(["phone", "desktop"] as const)("on a %s", (viewport) => {
		test("every page", { timeout: 240_000 }, async () => {
			const { page } = await openPage(app, { viewport, reducedMotion: true });
			const shares: Record<string, number> = {};
			const shots: Buffer[] = [];
			for (const [name, path] of Object.entries(pages(seeded))) {
				await page.goto(path);
				await page.getByRole("heading", { level: 1 }).first().waitFor();
				await page.waitForLoadState("networkidle");
				// Spinners and progress of what comes later, such as the body model.
				await expect
					.poll(() => page.locator("main .animate-spin, main [role=progressbar]:visible").count(), { timeout: 60_000 })
					.toBe(0);
				await page.waitForTimeout(500);
				const shot = await page.screenshot();
				shots.push(shot);
				shares[name] = await compareWithReference(shot, name, viewport);
			}
			expect(Object.entries(shares).filter(([, share]) => share > TOLERATED_SHARE)).toEqual([]);
			// The comparison sees a difference where there is one.
			expect(await differingShare(shots[0] as Buffer, shots[5] as Buffer)).toBeGreaterThan(5 * TOLERATED_SHARE);
		});
	});
});

function pages({ person, model, otherModel }: Seeded): Record<string, string> {
	return {
		home: "/",
		measure: "/measure?sample=woman",
		people: "/subjects",
		person: `/subjects/${person}`,
		body: `/models/${model}?measurement=waist_girth`,
		meaning: `/models/${model}?tab=meaning`,
		adjust: `/models/${model}?tab=adjust`,
		export: `/models/${model}?tab=export`,
		report: `/models/${model}/report`,
		compare: `/compare?a=${model}&b=${otherModel}`,
		research: "/research",
		admin: "/admin?tab=review",
		"my-data": "/account",
	};
}
