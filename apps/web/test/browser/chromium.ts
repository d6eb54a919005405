import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";
import { afterAll, describe, expect, test } from "vitest";

const REMEDY = "apt-get install -y chromium";
const PATHS = [process.env.CHROMIUM_PATH, "/usr/bin/chromium", "/usr/bin/chromium-browser"];
const chromiumPath = PATHS.find((path) => path !== undefined && path !== "" && existsSync(path));

/** Software rendering, so that WebGL is the same on every machine. */
const ARGUMENTS = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--mute-audio"];
const browsers = new Map<string, Promise<Browser>>();

/**
 * A suite that needs Chromium. Without it the suite is skipped, and says so in its name; in CI it fails with the remedy.
 * Browsers that the suite opened are closed after it.
 */
export function describeInBrowser(name: string, suite: () => void): void {
	if (chromiumPath !== undefined) {
		describe(name, () => {
			afterAll(closeBrowsers);
			suite();
		});
	} else if (process.env.CI) {
		test(name, () => expect.fail(`Chromium is missing: ${REMEDY}`));
	} else {
		describe.skip(`${name} (Chromium is missing: ${REMEDY})`, suite);
	}
}

/**
 * A browser of this suite; one for each set of arguments.
 *
 * @param cameraFile what the camera sees (see `writeCameraFile`); without it there is no camera
 */
export function openBrowser(cameraFile?: string): Promise<Browser> {
	const camera =
		cameraFile === undefined
			? []
			: [
					"--use-fake-device-for-media-stream",
					"--use-fake-ui-for-media-stream",
					`--use-file-for-fake-video-capture=${cameraFile}`,
				];
	const key = camera.join(" ");
	let browser = browsers.get(key);
	if (browser === undefined) {
		if (chromiumPath === undefined) throw new Error(`Chromium is missing: ${REMEDY}`);
		browser = chromium.launch({ executablePath: chromiumPath, args: [...ARGUMENTS, ...camera] });
		browsers.set(key, browser);
	}
	return browser;
}

async function closeBrowsers(): Promise<void> {
	const open = [...browsers.values()];
	browsers.clear();
	await Promise.all(open.map(async (browser) => (await browser).close()));
}
