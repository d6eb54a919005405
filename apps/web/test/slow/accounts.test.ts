import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
	type Application,
	describeInBrowser,
	expectAccessible,
	openPage,
	startApplication,
} from "../browser/browser-test.js";

const PASSWORD = "sorrel lantern quarry 17";

describeInBrowser("accounts", () => {
	let app: Application;
	beforeAll(async () => {
		app = await startApplication({ SINGLE_USER: "off" });
	});
	afterAll(() => app?.close());

	test("register, sign out, a wrong password, sign in, still in after a reload", { timeout: 120_000 }, async () => {
		const { page, watch } = await openPage(app, { viewport: "phone", path: "/subjects" });
		// Where someone wanted to go is where they come out, also by way of the registration.
		await page.waitForURL(/\/login\?next=/);
		await expectAccessible(page);
		// No waiting for the other form: whenever it appears, it keeps what was typed by then.
		await page.getByRole("link", { name: "Create an account" }).click();
		await enter(page, "ada@example.org", PASSWORD, "Create account");
		await page.waitForURL(/\/subjects$/);
		await page.getByRole("heading", { name: "People", level: 1 }).waitFor();

		await page.reload();
		await page.getByRole("heading", { name: "People", level: 1 }).waitFor();

		await page.getByRole("button", { name: /^Sign out/ }).click();
		await page.getByRole("link", { name: "Sign in" }).first().waitFor();
		expect(await page.getByRole("link", { name: "People" }).count()).toBe(0);

		await page.goto("/login");
		watch.expect({ answers: ["POST /api/v1/auth/login 401"] });
		await enter(page, "ada@example.org", "not the password", "Sign in");
		await page.getByRole("alert").first().waitFor();
		await expectAccessible(page);
		await enter(page, "ada@example.org", PASSWORD, "Sign in");
		await page.waitForURL((url) => url.pathname === "/");
	});

	test("a password that is guessed first is refused with the reason beside the field", async () => {
		const { page, watch } = await openPage(app, { viewport: "desktop", path: "/register" });
		watch.expect({ answers: ["POST /api/v1/auth/register 400"] });
		await enter(page, "bob@example.org", "password123", "Create account");
		await page
			.getByText(/guessed first|at least/)
			.first()
			.waitFor();
		expect(new URL(page.url()).pathname).toBe("/register");
	});

	test("what was typed stays on the way between the forms, what was wrong in one does not", async () => {
		const { page, watch } = await openPage(app, { viewport: "phone", path: "/login" });
		watch.expect({ answers: ["POST /api/v1/auth/login 401"] });
		const email = page.getByLabel("E-mail address");
		const heading = (name: string) => page.getByRole("heading", { name, level: 1 });
		await enter(page, "grace@example.org", PASSWORD, "Sign in");
		await page.getByRole("alert").first().waitFor();
		await page.getByRole("link", { name: "Create an account" }).click();
		await heading("Create an account").waitFor();
		expect(await email.inputValue()).toBe("grace@example.org");
		expect(await page.getByRole("main").getByRole("alert").count()).toBe(0);
		await expectAccessible(page);
		await enter(page, "not an address", PASSWORD, "Create account");
		await page.getByText("Enter an e-mail address such as").waitFor();
		await page.getByRole("main").getByRole("link", { name: "Sign in" }).click();
		await heading("Sign in").waitFor();
		expect(await email.inputValue()).toBe("not an address");
		expect(await page.getByRole("main").getByRole("alert").count()).toBe(0);
	});

	test("`next` leads nowhere but into the application", async () => {
		const { page, watch } = await openPage(app, { path: "/register?next=https://example.org/" });
		await enter(page, "carol@example.org", PASSWORD, "Create account");
		await page.waitForURL(`${app.url}/`);
		await page.getByRole("button", { name: /^Sign out/ }).click();
		await page.getByRole("link", { name: "Sign in" }).first().waitFor();
		await page.goto("/login?next=//example.org/");
		await enter(page, "carol@example.org", PASSWORD, "Sign in");
		await page.waitForURL(`${app.url}/`);
		expect(watch.otherOrigins()).toEqual([]);
	});

	test("users do not get into the pages of researchers and administrators", { timeout: 120_000 }, async () => {
		const { page } = await openPage(app, { viewport: "phone" });
		await register(page, "dora@example.org");
		for (const path of ["/research", "/admin", "/admin?tab=audit"]) {
			await page.goto(path);
			await page.getByText("This page is not for your role").waitFor();
			await expectAccessible(page);
		}
		expect(await page.getByRole("link", { name: /Research|Admin/ }).count()).toBe(0);
	});

	test("what one person sees is gone for the next in the same browser", { timeout: 120_000 }, async () => {
		const { page } = await openPage(app, { viewport: "desktop" });
		await register(page, "erin@example.org");
		await page.goto("/subjects");
		await page.getByRole("button", { name: "New person" }).click();
		await page.getByRole("dialog").getByLabel("Name").fill("Erin's person");
		await page.getByRole("button", { name: "Add person" }).click();
		await page.getByRole("heading", { name: "Erin's person" }).waitFor();
		await page.getByRole("button", { name: /^Sign out/ }).click();
		await page.getByRole("link", { name: "Sign in" }).first().waitFor();
		await register(page, "frank@example.org");
		await page.goto("/subjects");
		await page.getByText("Nobody has been measured yet").waitFor();
		expect(await page.getByText("Erin's person").count()).toBe(0);
	});

	test("language and theme change at once and stay", { timeout: 120_000 }, async () => {
		const { page } = await openPage(app, { viewport: "phone", colorScheme: "light" });
		await page.getByRole("button", { name: "Display" }).click();
		await page.getByRole("combobox", { name: "Language" }).selectOption("de");
		await page.getByRole("dialog", { name: "Anzeige" }).waitFor();
		await page.getByRole("radio", { name: "Dunkel" }).check();
		const settings = () =>
			page.evaluate(() => ({ lang: document.documentElement.lang, theme: document.documentElement.dataset.theme }));
		expect(await settings()).toEqual({ lang: "de", theme: "dark" });
		await page.reload();
		await page.getByRole("button", { name: "Anzeige" }).waitFor();
		expect(await settings()).toEqual({ lang: "de", theme: "dark" });
		await page.getByRole("button", { name: "Anzeige" }).click();
		await page.getByRole("combobox", { name: "Sprache" }).selectOption("es");
		await page.getByRole("dialog", { name: "Visualización" }).waitFor();
	});

	test.each([
		["de-AT", "de"],
		["es-MX", "es"],
		["fr-FR", "en"],
	])("a browser in %s gets %s", async (locale, language) => {
		const { page } = await openPage(app, { locale });
		await page.getByRole("heading", { level: 1 }).waitFor();
		expect(await page.evaluate(() => document.documentElement.lang)).toBe(language);
	});
});

async function register(page: Page, email: string): Promise<void> {
	await page.goto("/register");
	await enter(page, email, PASSWORD, "Create account");
	await page.waitForURL((url) => url.pathname === "/");
}

async function enter(page: Page, email: string, password: string, button: string): Promise<void> {
	await page.getByLabel("E-mail address").fill(email);
	await page.getByLabel("Password", { exact: true }).fill(password);
	await page.getByRole("main").getByRole("button", { name: button, exact: true }).click();
}
