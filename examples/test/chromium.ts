import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";
import { describe, expect, test } from "vitest";

const REMEDY = "apt-get install -y chromium";
const PATHS = [process.env.CHROMIUM_PATH, "/usr/bin/chromium", "/usr/bin/chromium-browser"];
const path = PATHS.find((path) => path !== undefined && path !== "" && existsSync(path));

/** A suite that needs Chromium; without it the suite is skipped, and in CI it fails with the remedy. */
export function describeInBrowser(name: string, suite: () => void): void {
	if (path !== undefined) describe(name, suite);
	else if (process.env.CI) test(name, () => expect.fail(`Chromium is missing: ${REMEDY}`));
	else describe.skip(`${name} (Chromium is missing: ${REMEDY})`, suite);
}

/** Software rendering, so that WebGL is the same on every machine. */
export function openBrowser(): Promise<Browser> {
	if (path === undefined) throw new Error(`Chromium is missing: ${REMEDY}`);
	const args = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"];
	return chromium.launch({ executablePath: path, args });
}
