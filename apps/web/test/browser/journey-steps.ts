import type { Download, Locator, Page } from "playwright-core";
import { expect } from "vitest";
import type { WatchedPage } from "./browser-test.js";

/** A fit of two photos takes seconds on an idle machine; a busy one may need much longer. */
const FIT_MS = 120_000;

/** Opens a sample person from the home page, agrees where asked, and waits for the body. */
export async function measureSample(page: Page): Promise<void> {
	await page.getByRole("link", { name: "Try with a sample person" }).click();
	await page.getByRole("button", { name: "Measure the sample" }).click();
	await agree(page);
	await waitForBody(page);
}

/** Agrees to the processing of photos; asked before the first upload only. */
export async function agree(page: Page): Promise<void> {
	await page.getByRole("button", { name: "I agree, start" }).click();
}

/** From the progress page to the body's. */
export async function waitForBody(page: Page): Promise<void> {
	await page.waitForURL(/\/models\/[\w-]+/, { timeout: FIT_MS });
	await page
		.getByRole("row", { name: /Waist girth/ })
		.first()
		.waitFor();
}

/** The picture of the body, once it is drawn: its name says what it shows. */
export async function waitForPicture(page: Page): Promise<Locator> {
	const picture = page.getByRole("img", { name: /^Body of / });
	await picture.waitFor({ timeout: 60_000 });
	await picture.locator("canvas").or(page.locator("canvas")).first().waitFor();
	return picture;
}

export function openTab(page: Page, name: "Measures" | "Meaning" | "Adjust" | "Compare" | "Export"): Promise<void> {
	return page.getByRole("tab", { name }).click();
}

/** Id of the model whose page is open. */
export function modelId(page: Page): string {
	return /\/models\/([\w-]+)/.exec(page.url())?.[1] ?? "";
}

/** A downloaded file. */
export async function downloaded(page: Page, start: () => Promise<void>): Promise<{ name: string; content: Buffer }> {
	const [download] = await Promise.all([page.waitForEvent("download"), start()]);
	return { name: download.suggestedFilename(), content: await read(download) };
}

async function read(download: Download): Promise<Buffer> {
	const stream = await download.createReadStream();
	const chunks: Buffer[] = [];
	for await (const chunk of stream) chunks.push(Buffer.from(chunk));
	return Buffer.concat(chunks);
}

/** Deletes everything on the page "My data" and comes out at the start. */
export async function deleteEverything({ page }: WatchedPage): Promise<void> {
	await page.goto("/account");
	await page.getByRole("button", { name: "Delete everything …" }).click();
	await page.getByLabel("Type DELETE to confirm").fill("DELETE");
	await page.getByRole("button", { name: "Delete for good" }).click();
	await page.getByText("Everything is deleted").waitFor();
	expect(new URL(page.url()).pathname).toBe("/");
}
