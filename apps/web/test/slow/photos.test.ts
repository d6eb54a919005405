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
import { agree, waitForBody, waitForPicture } from "../browser/journey-steps.js";
import {
	cutOffPicture,
	hugePicture,
	noisePicture,
	type PictureFile,
	samplePath,
	textAsPicture,
	twoPeoplePicture,
	writeCameraFile,
} from "../browser/sample-pictures.js";

const SAMPLES = ["man-front", "man-side", "woman-front", "woman-side", "girl-front", "girl-side"] as const;

describeInBrowser("own photos", () => {
	let app: Application;
	beforeAll(async () => {
		app = await startApplication();
	});
	afterAll(() => app?.close());

	test("two photos from the file picker become a body", { timeout: 240_000 }, async () => {
		const { page } = await openPage(app, { viewport: "phone", path: "/measure" });
		await page.getByLabel("Height", { exact: true }).fill("179.8");
		await page.getByLabel("Weight", { exact: true }).fill("89.9");
		await page.getByRole("radio", { name: "Male", exact: true }).check();
		await choosePhotos(page, [samplePath("man-front"), samplePath("man-side")]);
		await page.getByRole("combobox", { name: "View of photo 2" }).waitFor();
		expect(await page.getByRole("combobox", { name: "View of photo 1" }).inputValue()).toBe("front");
		expect(await page.getByRole("combobox", { name: "View of photo 2" }).inputValue()).toBe("side");
		await page.getByRole("button", { name: "Measure", exact: true }).click();
		await expectConsentAsked(page);
		await agree(page);
		await waitForBody(page);
		await page.getByText("179.8 cm").first().waitFor();
		// The photos are still in this tab: the body can be laid over them.
		const picture = await waitForPicture(page);
		await page.getByRole("button", { name: "Photo", exact: true }).click();
		await expect.poll(() => picture.getAttribute("aria-label"), { timeout: 30_000 }).toMatch(/Drawn over photo 1/);
	});

	test.each([
		["no person", noisePicture, "Nobody found in the photo"],
		["feet cut off", cutOffPicture, "The body is not all in the picture"],
		["two people", twoPeoplePicture, "More than one person"],
	] as const)("%s: what to do, with the facts kept", { timeout: 120_000 }, async (_name, makePicture, title) => {
		const { page } = await openPage(app, { viewport: "phone", path: "/measure" });
		await page.getByLabel("Height", { exact: true }).fill("175");
		await choosePhotos(page, [await makePicture()]);
		await startFit(page);
		await page.getByRole("heading", { name: title }).waitFor({ timeout: 60_000 });
		await page.getByText("Better like this").waitFor();
		await expectAccessible(page);
		await expectNoSidewaysScroll(page);
		await page.getByRole("link", { name: "Take the photo again" }).click();
		expect(await page.getByLabel("Height", { exact: true }).inputValue()).toBe("175");
	});

	test("files that are no photos are refused with a reason, before anything is sent", async () => {
		const { page } = await openPage(app, { viewport: "desktop", path: "/measure" });
		const sent: string[] = [];
		page.on("request", (request) => {
			if (request.method() === "POST") sent.push(new URL(request.url()).pathname);
		});
		await choosePhotos(page, [hugePicture(31_000_000), textAsPicture()]);
		await page.getByText("2 files were not added").waitFor();
		await page.getByText(/larger than 30 MB/).waitFor();
		await page.getByText(/this is not a JPEG, PNG, WebP or HEIC photo/).waitFor();
		expect(sent.filter((path) => path.endsWith("/fit"))).toEqual([]);
	});

	test("a server that dies during a fit is waited for", { timeout: 240_000 }, async () => {
		const { page, watch } = await openPage(app, { viewport: "phone", path: "/measure" });
		watch.expect({ failures: [/./], answers: [/ (401|5\d\d)$/], messages: [/./] });
		// Many photos, so that the fit lasts.
		await choosePhotos(page, SAMPLES.map(samplePath));
		await page.getByRole("combobox", { name: `View of photo ${SAMPLES.length}` }).waitFor();
		await startFit(page);
		await page.getByRole("heading", { name: "Measuring" }).waitFor();
		await app.kill();
		try {
			await page.getByText("The connection is interrupted").waitFor({ timeout: 30_000 });
			await expectAccessible(page);
		} finally {
			await app.restart();
		}
		// The photos lay in the dead server's memory: the fit ends with a reason and a way on.
		await page.getByRole("alert").getByRole("link").waitFor({ timeout: 60_000 });
	});

	test("without a connection the application opens and says so", { timeout: 120_000 }, async () => {
		const { page, context, watch } = await openPage(app, { viewport: "phone" });
		await page.evaluate(() => navigator.serviceWorker.ready);
		// The page asks who this is as soon as the network is back; the reload below may cut that off.
		watch.expect({ failures: [/./], messages: [/./], answers: ["POST /api/v1/auth/refresh 409"] });
		await context.setOffline(true);
		await page.reload();
		await page
			.getByRole("button", { name: "Try again" })
			.or(page.getByText(/offline|No connection/i))
			.first()
			.waitFor();
		await expectAccessible(page);
		await context.setOffline(false);
		await page.reload();
		await page.getByRole("heading", { level: 1 }).waitFor();
	});

	test("a person before the camera is seen, photographed and used", { timeout: 240_000 }, async () => {
		const camera = await writeCameraFile(app.dataDir, "woman-front");
		const { page, watch } = await openPage(app, { viewport: "phone", path: "/measure", camera });
		await page.getByRole("button", { name: "Use the camera" }).click();
		const dialog = page.getByRole("dialog");
		await dialog
			.getByRole("listitem")
			.filter({ hasText: "Whole body" })
			.filter({ hasText: "good" })
			.waitFor({ timeout: 60_000 });
		await expectAccessible(page);
		// By itself when all checks hold, else by the button.
		const use = dialog.getByRole("button", { name: "Use, then side" });
		const shutter = dialog.getByRole("button", { name: "Start the countdown" });
		await use.waitFor({ timeout: 15_000 }).catch(async () => {
			await shutter.click();
			await use.waitFor({ timeout: 30_000 });
		});
		await use.click();
		await dialog.getByRole("button", { name: "Close" }).click();
		await page.getByRole("img", { name: "Photo 1, Front" }).waitFor();
		expect(watch.otherOrigins()).toEqual([]);
	});
});

async function choosePhotos(page: Page, files: readonly (string | PictureFile)[]): Promise<void> {
	const input = page.locator("input[type=file][name=photos]");
	if (files.every((file) => typeof file === "string")) await input.setInputFiles(files);
	else await input.setInputFiles(files.filter((file) => typeof file !== "string"));
}

/** Starts the fit, and agrees unless an earlier test has. */
async function startFit(page: Page): Promise<void> {
	await page.getByRole("button", { name: "Measure", exact: true }).click();
	const consent = page.getByRole("button", { name: "I agree, start" });
	await Promise.race([consent.click(), page.waitForURL(/\/fits\//)]);
	await page.waitForURL(/\/fits\//);
}

/** The consent is asked with its text, and nothing is agreed to beforehand. */
async function expectConsentAsked(page: Page): Promise<void> {
	const dialog = page.getByRole("dialog", { name: "May the photos be processed?" });
	await dialog.waitFor();
	expect(await dialog.getByRole("checkbox", { checked: true }).count()).toBe(0);
	await expectAccessible(page);
}
