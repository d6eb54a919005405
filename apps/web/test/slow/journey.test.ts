import { validateBytes } from "gltf-validator";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
	type Application,
	describeInBrowser,
	expectNoSidewaysScroll,
	openPage,
	startApplication,
} from "../browser/browser-test.js";
import {
	deleteEverything,
	downloaded,
	measureSample,
	modelId,
	openTab,
	waitForPicture,
} from "../browser/journey-steps.js";
import { firstLoad, frameTimes_ms, interactionLatency_ms } from "../browser/page-speed.js";

describeInBrowser("from the start page to an exported body", () => {
	let app: Application;
	beforeAll(async () => {
		app = await startApplication();
	});
	afterAll(() => app?.close());

	test("loads at most 350 KB of compressed script, and no viewer", async () => {
		const { page, watch } = await openPage(app, { viewport: "phone" });
		await page.getByRole("link", { name: "Try with a sample person" }).waitFor();
		const { scripts, script_kb, load_ms, largestPaint_ms } = await firstLoad(page);
		console.log(
			`start page: ${script_kb.toFixed(0)} KB of script, load ${load_ms.toFixed(0)} ms, LCP ${largestPaint_ms.toFixed(0)} ms`,
		);
		expect(script_kb).toBeGreaterThan(50);
		expect(script_kb).toBeLessThanOrEqual(350);
		expect(scripts.filter((path) => /viewer|web-gl|worker|uplot/i.test(path))).toEqual([]);
		expect(watch.otherOrigins()).toEqual([]);
	});

	test.each(["phone", "desktop"] as const)("with a sample person on a %s", { timeout: 300_000 }, async (viewport) => {
		const opened = await openPage(app, { viewport });
		const { page, watch } = opened;
		const started = performance.now();
		const upload = page.waitForRequest((request) => new URL(request.url()).pathname === "/api/v1/fit");
		await measureSample(page);
		// By which the server's part of the trace is found.
		expect((await upload).headers().traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
		const base = modelId(page);
		await expectNoSidewaysScroll(page);
		await showTape(page);
		await expectGlb(page);
		console.log(
			`${viewport}: from start page to exported body in ${((performance.now() - started) / 1000).toFixed(0)} s`,
		);
		await adjustWeight(page, base);
		await compareBodies(page);
		await deleteEverything(opened);
		expect(watch.otherOrigins()).toEqual([]);
	});

	test("with the keyboard alone", { timeout: 300_000 }, async () => {
		const { page } = await openPage(app, { viewport: "desktop", reducedMotion: true });
		await tabTo(page, "link", "Try with a sample person");
		await page.keyboard.press("Enter");
		await page.getByRole("button", { name: "Measure the sample" }).waitFor();
		await tabTo(page, "button", "Measure the sample");
		await page.keyboard.press("Enter");
		await page.getByRole("dialog").waitFor();
		await tabTo(page, "button", "I agree, start");
		await page.keyboard.press("Enter");
		await page.waitForURL(/\/models\//, { timeout: 120_000 });
		await page.getByRole("row", { name: /^Waist girth [\d.]+ cm/ }).waitFor();
		await tabTo(page, "button", /Waist girth/);
		await page.keyboard.press("Enter");
		await page.waitForURL(/measurement=waist_girth/);
		await tabTo(page, "tab", "Measures", "Shift+Tab");
		for (const name of ["Meaning", "Adjust", "Compare", "Export"]) {
			await page.keyboard.press("ArrowRight");
			await page.getByRole("tab", { name, selected: true }).waitFor();
		}
		await page.getByRole("button", { name: "Download GLB" }).waitFor();
		await tabTo(page, "button", "Download GLB");
		const { name } = await downloaded(page, () => page.keyboard.press("Enter"));
		expect(name).toMatch(/\.glb$/);
	});
});

/** Picks a measurement in the table; its tape shows on the body and in the address. */
async function showTape(page: Page): Promise<void> {
	const latency_ms = await interactionLatency_ms(page, () =>
		page.getByRole("button", { name: "Waist girth", exact: true }).click(),
	);
	await page.waitForURL(/measurement=waist_girth/);
	const picture = await waitForPicture(page);
	await expect
		.poll(() => picture.getAttribute("aria-label"), { timeout: 60_000 })
		.toMatch(/Selected: Waist girth, [\d.]+ cm/);
	const rotate = page.getByRole("button", { name: "Rotate" });
	await rotate.click();
	const frames = await frameTimes_ms(page, () => page.waitForTimeout(2000));
	await rotate.click();
	console.log(
		`pick a tape: ${latency_ms.toFixed(0)} ms; rotating body: ${frames.length / 2} pictures a second in software, ` +
			`${median(frames).toFixed(1)} ms of script each`,
	);
	expect(frames.length).toBeGreaterThan(1);
}

/** The GLB opens: the Khronos validator finds no error in it. */
async function expectGlb(page: Page): Promise<void> {
	await openTab(page, "Export");
	const { name, content } = await downloaded(page, () => page.getByRole("button", { name: "Download GLB" }).click());
	expect(name).toMatch(/\.glb$/);
	const { issues } = await validateBytes(new Uint8Array(content));
	expect(issues.numErrors).toBe(0);
	const gltf = JSON.parse(content.toString("utf8", 20, 20 + content.readUInt32LE(12)));
	expect(gltf.skins).toHaveLength(1);
	expect(gltf.accessors[gltf.meshes[0].primitives[0].attributes.POSITION].count).toBeGreaterThan(10_000);
}

/** Types another weight, watches the body follow, and keeps it as a new one. */
async function adjustWeight(page: Page, base: string): Promise<void> {
	await openTab(page, "Adjust");
	const weight = page.getByRole("textbox", { name: "Weight in kg" });
	await expect.poll(() => weight.isEnabled(), { timeout: 60_000 }).toBe(true);
	const before = Number(await weight.inputValue());
	await weight.fill(String(Math.round(before + 4)));
	await weight.press("Enter");
	const save = page.getByRole("button", { name: "Save as new body" });
	await expect.poll(() => save.isEnabled(), { timeout: 60_000 }).toBe(true);
	await save.click();
	await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
	await expect.poll(() => modelId(page), { timeout: 60_000 }).not.toBe(base);
	await page
		.getByText(`${Math.round(before + 4)}.0 kg`)
		.first()
		.waitFor();
}

/** Compares the two bodies of the person. */
async function compareBodies(page: Page): Promise<void> {
	await page.goto("/subjects");
	await page.getByRole("main").getByRole("listitem").getByRole("link").first().click();
	await page.getByRole("heading", { name: "2 bodies" }).waitFor();
	for (const box of await page.getByRole("checkbox").all()) await box.check();
	await page.getByRole("link", { name: "Compare the two" }).click();
	await page.waitForURL(/\/compare\?a=/);
	await page.getByRole("row", { name: /Weight.*\+?4\.\d kg/ }).waitFor();
	await page
		.getByText(/(has|have) changed/)
		.first()
		.waitFor();
}

/** Moves the focus with Tab until it is on a control, as someone without a pointer does. */
async function tabTo(page: Page, role: "link" | "button" | "tab", name: string | RegExp, key = "Tab"): Promise<void> {
	const wanted = page.getByRole(role, { name }).first();
	for (let i = 0; i < 150; i++) {
		if (await wanted.evaluate((element) => element === document.activeElement)) return;
		await page.keyboard.press(key);
	}
	throw new Error(`the keyboard does not reach the ${role} ${name}`);
}

function median(values: readonly number[]): number {
	return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
