import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Application, describeInBrowser, openPage, startApplication } from "../browser/browser-test.js";

const PASSWORD = "sorrel lantern quarry 17";

describeInBrowser("what is left of a person who leaves", () => {
	let app: Application;
	beforeAll(async () => {
		app = await startApplication({ SINGLE_USER: "off" });
	});
	afterAll(() => app?.close());

	test("who signs out in one tab is gone from all", { timeout: 120_000 }, async () => {
		const { page, context } = await openPage(app);
		await register(page, "ada@example.org");
		await addPerson(page, "Ada's person");
		const other = await context.newPage();
		await other.goto("/subjects");
		await other.getByText("Ada's person").first().waitFor();
		await signOut(page);
		await other.getByRole("link", { name: "Sign in" }).first().waitFor();
		expect(await other.getByText("Ada's person").count()).toBe(0);
	});

	test("what one tab sends for a person never lands with another, who signed in beside", {
		timeout: 120_000,
	}, async () => {
		const { page, context, watch } = await openPage(app);
		await register(page, "carol@example.org");
		await signOut(page);
		const other = await context.newPage();
		await other.goto("/login");
		await other.getByLabel("E-mail address").waitFor();
		await register(page, "bea@example.org");
		await addPerson(page, "Bea's person");
		await page.goto("/subjects");
		await page.getByText("Bea's person").first().waitFor();
		await enter(other, "carol@example.org", "Sign in");

		// As if Bea's access token had run out: the cookie is Carol's now.
		watch.expect({ answers: ["POST /api/v1/subjects 401"] });
		await page.route(
			"**/api/v1/subjects",
			async (route) => {
				const { authorization: _, ...headers } = await route.request().allHeaders();
				await route.continue({ headers: { ...headers, authorization: "" } });
			},
			{ times: 1 },
		);
		await page.getByRole("button", { name: "New person" }).click();
		await page.getByRole("dialog").getByLabel("Name").fill("Another of Bea's");
		await page.getByRole("button", { name: "Add person" }).click();
		await page.waitForURL(`${app.url}/`);
		await page.getByRole("button", { name: "Sign out of carol@example.org" }).waitFor();
		await page.goto("/subjects");
		await page.getByText("Nobody has been measured yet").waitFor();
		expect(await page.getByText("Bea's").count()).toBe(0);
	});

	test("a deletion that could still be undone is done before the log-in ends", { timeout: 120_000 }, async () => {
		const { page } = await openPage(app);
		await register(page, "dora@example.org");
		await addPerson(page, "Dora's person");
		await page.getByRole("button", { name: "Delete person" }).click();
		await page.getByRole("button", { name: "Undo" }).waitFor();
		await signOut(page);
		expect(await page.getByText("Dora's person").count()).toBe(0);
		await signIn(page, "dora@example.org");
		await page.goto("/subjects");
		await page.getByText("Nobody has been measured yet").waitFor();
	});

	test("the browser keeps no answer of the server, nor anything else of a person", { timeout: 120_000 }, async () => {
		const { page, context, watch } = await openPage(app);
		await register(page, "erin@example.org");
		await addPerson(page, "Erin's person");
		await page.getByRole("link", { name: "People" }).first().click();
		await page.getByText("Erin's person").first().waitFor();
		await page.evaluate(() => navigator.serviceWorker.ready.then(() => {}));
		const addresses = await page.evaluate(() =>
			performance
				.getEntriesByType("resource")
				.map(({ name }) => name)
				.filter((name) => new URL(name).pathname.startsWith("/api/")),
		);
		expect(addresses.some((address) => address.includes("/api/v1/subjects?"))).toBe(true);
		// The answer of a cache that has nothing.
		watch.expect({ failures: [/^\/api\//] });
		const kept = await page.evaluate(
			async (asked) => {
				const inHttpCache: string[] = [];
				for (const address of asked) {
					const init = { cache: "only-if-cached", mode: "same-origin" } as const;
					const isKept = await fetch(address, init).then(
						({ ok }) => ok,
						() => false,
					);
					if (isKept) inHttpCache.push(address);
				}
				const inCaches: string[] = [];
				for (const name of await caches.keys()) {
					for (const { url } of await (await caches.open(name)).keys()) inCaches.push(new URL(url).pathname);
				}
				return { inHttpCache, inCaches, stored: JSON.stringify([{ ...localStorage }, { ...sessionStorage }]) };
			},
			[...new Set(addresses)],
		);
		expect(kept.inHttpCache).toEqual([]);
		expect(kept.inCaches.length).toBeGreaterThan(0);
		expect(kept.inCaches.filter((path) => /^\/(?:api|samples|docs)/.test(path))).toEqual([]);
		expect(kept.stored).not.toMatch(/erin|eyJ/i);
		expect((await context.cookies()).map(({ name, httpOnly }) => [name, httpOnly])).toEqual([["refresh_token", true]]);
		await signOut(page);
		expect(await context.cookies()).toEqual([]);
	});
});

async function register(page: Page, email: string): Promise<void> {
	await page.goto("/register");
	await enter(page, email, "Create account");
}

async function signIn(page: Page, email: string): Promise<void> {
	await page.goto("/login");
	await enter(page, email, "Sign in");
}

async function enter(page: Page, email: string, button: string): Promise<void> {
	await page.getByLabel("E-mail address").fill(email);
	await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
	await page.getByRole("main").getByRole("button", { name: button, exact: true }).click();
	await page.waitForURL((url) => url.pathname === "/");
	await page.getByRole("button", { name: /^Sign out/ }).waitFor();
}

async function signOut(page: Page): Promise<void> {
	await page.getByRole("button", { name: /^Sign out/ }).click();
	await page.getByRole("link", { name: "Sign in" }).first().waitFor();
}

/** Ends on the person's page. */
async function addPerson(page: Page, name: string): Promise<void> {
	await page.goto("/subjects");
	await page.getByRole("button", { name: "New person" }).click();
	await page.getByRole("dialog").getByLabel("Name").fill(name);
	await page.getByRole("button", { name: "Add person" }).click();
	await page.getByRole("heading", { name }).waitFor();
}
