import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
	type Application,
	describeInBrowser,
	expectAccessible,
	expectNoSidewaysScroll,
	openPage,
	startApplication,
} from "../browser/browser-test.js";
import { compareWithReference, differingShare } from "../browser/compare-pictures.js";
import { downloaded } from "../browser/journey-steps.js";
import { type Seeded, seedApplication } from "../browser/seed-application.js";

/** Share of a picture that may differ: times of day, ids, a body drawn by another graphics library. */
const TOLERATED_SHARE = 0.03;

describeInBrowser("pages with people in them", () => {
	let app: Application;
	let seeded: Seeded;
	beforeAll(async () => {
		app = await startApplication();
		seeded = await seedApplication(app.url);
	});
	afterAll(() => app?.close());

	test.each(["phone", "desktop"] as const)(
		"all are accessible on a %s, light and dark, and look like their references",
		{ timeout: 400_000 },
		async (viewport) => {
			const { page } = await openPage(app, { viewport, reducedMotion: true });
			const unlike: string[] = [];
			const pictures: Buffer[] = [];
			for (const [name, path] of Object.entries(pagesOf(seeded))) {
				await page.emulateMedia({ colorScheme: "light" });
				await page.goto(path);
				await settle(page);
				await expectNoSidewaysScroll(page);
				await expectAccessible(page);
				pictures.push(await page.screenshot());
				const share = await compareWithReference(pictures.at(-1) as Buffer, name, viewport);
				if (share > TOLERATED_SHARE) unlike.push(`${name}: ${(100 * share).toFixed(1)} % of the picture`);
				await page.emulateMedia({ colorScheme: "dark" });
				await expectAccessible(page, "contrast");
			}
			expect(unlike, "pages unlike docs/images/web; UPDATE_REFERENCES=1 replaces them").toEqual([]);
			// The comparison sees a difference where there is one.
			expect(await differingShare(pictures[0] as Buffer, pictures[5] as Buffer)).toBeGreaterThan(3 * TOLERATED_SHARE);
		},
	);

	test("with reduced motion a change of colour scheme is there at once", async () => {
		const { page } = await openPage(app, { path: "/nowhere", reducedMotion: true });
		await settle(page);
		await page.emulateMedia({ colorScheme: "dark" });
		const transitions = await page.evaluate(async () => {
			const counts: number[] = [];
			for (let frame = 0; frame < 3; frame++) {
				await new Promise((resolve) => requestAnimationFrame(resolve));
				counts.push(document.getAnimations().length);
			}
			return counts;
		});
		expect(transitions).toEqual([0, 0, 0]);
	});

	test.each(["en", "de", "es"])("none is wider than the narrowest phone (%s)", { timeout: 200_000 }, async (locale) => {
		const { page } = await openPage(app, { viewport: "small-phone", locale });
		for (const path of Object.values(pagesOf(seeded))) {
			await page.goto(path);
			await settle(page);
			await expectNoSidewaysScroll(page);
		}
	});

	test("people: search, rename, anonymise, delete and undo", { timeout: 120_000 }, async () => {
		const { page } = await openPage(app, { viewport: "phone", path: "/subjects" });
		await page.getByRole("searchbox", { name: "Search by name" }).fill("ann");
		await page.getByText("1 of 1 person").waitFor();
		await page.getByRole("checkbox", { name: "Select Anna Example" }).check();
		await page.getByRole("button", { name: "Rename" }).click();
		await page.getByRole("dialog").getByLabel("Name").fill("Anna Renamed");
		await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
		const row = page.getByRole("link", { name: "Anna Renamed" });
		await row.waitFor();

		await page.getByRole("button", { name: "Delete" }).click();
		await expect.poll(() => row.count()).toBe(0);
		await page.getByRole("button", { name: "Undo" }).click();
		await row.waitFor();

		await page.getByRole("searchbox").fill("to be forgotten");
		await page.getByRole("checkbox", { name: "Select To Be Forgotten" }).check();
		await page.getByRole("button", { name: "Anonymise" }).click();
		await page.getByRole("heading", { name: "Removed" }).waitFor();
		await page.getByRole("button", { name: "Anonymise for good" }).click();
		await page.getByText("Anonymised.").waitFor();
		await page.getByText("Nobody is called").waitFor();
	});

	test("a deleted person is gone after the time to undo, and when the page is left at once", {
		timeout: 60_000,
	}, async () => {
		const { page } = await openPage(app, { path: "/subjects" });
		await page.getByRole("checkbox", { name: "Select Short Stay" }).check();
		await page.getByRole("button", { name: "Delete" }).click();
		await page.goto("/account");
		await page.goto("/subjects");
		await page.getByRole("link", { name: "Anna" }).waitFor();
		await expect.poll(() => page.getByRole("link", { name: "Short Stay" }).count(), { timeout: 10_000 }).toBe(0);
		await page.reload();
		await page.getByRole("link", { name: "Anna" }).waitFor();
		expect(await page.getByRole("link", { name: "Short Stay" }).count()).toBe(0);
	});

	test("a person's facts are changed where they stand, with the keyboard", { timeout: 60_000 }, async () => {
		const { page } = await openPage(app, { path: `/subjects/${seeded.person}` });
		await page.getByRole("button", { name: "Edit: Date of birth" }).press("Enter");
		await page.getByLabel("Date of birth", { exact: true }).fill("2099-01-01");
		await page.getByText("must lie in the past").waitFor();
		await page.keyboard.press("Escape");
		await page.getByText("14 Mar 1993").waitFor();
		await page.getByRole("button", { name: "Edit: Sex" }).press("Enter");
		await page.getByRole("combobox", { name: "Sex" }).selectOption("other");
		await page.getByRole("button", { name: "Save" }).press("Enter");
		await page.getByRole("definition").filter({ hasText: "Other" }).waitFor();
		await page.reload();
		await page.getByRole("definition").filter({ hasText: "Other" }).waitFor();
	});

	test("research: filter, summary, CSV", { timeout: 60_000 }, async () => {
		const { page } = await openPage(app, { path: "/research" });
		await page.getByRole("combobox", { name: "Measurement" }).selectOption("waist_girth");
		const summary = page.getByRole("group", { name: "Summary" });
		// The body's waist and the one that the photos show are different things.
		await expect.poll(() => summary.getByRole("row").count()).toBe(3);
		await summary.getByRole("row", { name: /^Waist girth Female 1 [\d.]+ cm –/ }).waitFor();
		await summary.getByRole("row", { name: /^Waist girth.*photos.* Female 1 [\d.]+ cm –/i }).waitFor();
		const { name, content } = await downloaded(page, () => page.getByRole("button", { name: "Save as CSV" }).click());
		expect(name).toBe("measurements-waist_girth.csv");
		const lines = content.toString("utf8").trim().split("\r\n");
		expect(lines[0]).toContain("research_subject_id");
		expect(lines).toHaveLength(3);
		for (const line of lines.slice(1)) expect(line).toContain("waist_girth");
		expect(lines.filter((line) => /\bimage\b/.test(line))).toHaveLength(1);
		expect(content.toString("utf8")).not.toContain("Forgotten");
	});

	test("administration: roles, review, audit", { timeout: 120_000 }, async () => {
		const { page } = await openPage(app, { path: "/admin" });
		await page.getByRole("combobox", { name: `Role of ${seeded.email}` }).selectOption("researcher");
		await page.getByRole("button", { name: "Change role" }).click();
		await page.getByText("Role changed.").waitFor();

		await page.getByRole("tab", { name: "Review" }).click();
		await page.getByRole("textbox", { name: "Note" }).first().fill("plausible");
		await page.getByRole("button", { name: "Accept" }).first().click();
		await page.getByRole("button", { name: "Undo" }).click();
		await page.getByRole("button", { name: "Reject" }).first().click();
		await page.getByText("Nothing waits for review").waitFor();

		await page.getByRole("tab", { name: "Audit log" }).click();
		await page.getByRole("button", { name: "Check the chain" }).click();
		await page.getByText(/Unchanged: \d+ entries checked/).waitFor();
		await page.getByRole("combobox", { name: "Action" }).selectOption("role_grant_researcher");
		await expect.poll(() => page.getByRole("group", { name: "Audit log" }).getByRole("row").count()).toBe(2);
		await page.getByRole("row", { name: /Made someone a researcher/ }).waitFor();
	});

	test("the offline shell keeps nothing of a person", { timeout: 60_000 }, async () => {
		const { page } = await openPage(app, { path: `/models/${seeded.model}` });
		await page.getByRole("row", { name: /^Waist girth [\d.]+ cm/ }).waitFor();
		await page.evaluate(() => navigator.serviceWorker.ready);
		const kept = await page.evaluate(async () => {
			const addresses: string[] = [];
			for (const name of await caches.keys()) {
				for (const { url } of await (await caches.open(name)).keys()) addresses.push(new URL(url).pathname);
			}
			return { addresses, storage: JSON.stringify({ ...localStorage, ...sessionStorage }) };
		});
		expect(kept.addresses.length).toBeGreaterThan(5);
		expect(kept.addresses.filter((path) => path.startsWith("/api/"))).toEqual([]);
		expect(kept.storage).not.toMatch(/Anna|waist|eyJ|bearer/i);
		// Titles stay in the browser's history.
		expect(await page.title()).not.toContain("Anna");
	});
});

/** Names of the references, and addresses. */
function pagesOf({ person, model, otherModel }: Seeded): Record<string, string> {
	return {
		home: "/",
		measure: "/measure",
		sample: "/measure?sample=girl",
		people: "/subjects",
		person: `/subjects/${person}`,
		body: `/models/${model}?measurement=waist_girth`,
		meaning: `/models/${model}?tab=meaning`,
		adjust: `/models/${model}?tab=adjust`,
		"compare-tab": `/models/${model}?tab=compare`,
		export: `/models/${model}?tab=export`,
		report: `/models/${model}/report`,
		compare: `/compare?a=${model}&b=${otherModel}`,
		research: "/research",
		users: "/admin?tab=users",
		review: "/admin?tab=review",
		audit: "/admin?tab=audit",
		"my-data": "/account",
		nowhere: "/nowhere",
	};
}

/** Until the page has its heading and nothing spins or grows. */
async function settle(page: Page): Promise<void> {
	await page.getByRole("heading", { level: 1 }).first().waitFor();
	const unsettled = page.locator("main .animate-spin, main [role=progressbar]:visible");
	await expect.poll(() => unsettled.count(), { timeout: 60_000, interval: 100 }).toBe(0);
}
