/** Opens Chromium with a page that draws subjects. */
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import type { DrawnPicture, DrawnScene } from "./scene.js";

const PATHS = [process.env.CHROMIUM_PATH, "/usr/bin/chromium", "/usr/bin/chromium-browser"];
const REMEDY = "apt-get install -y chromium, or name one with CHROMIUM_PATH";
/** Software rendering, so that WebGL is the same on every machine. */
const ARGUMENTS = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--mute-audio"];
/** An address that leads nowhere: every request is answered here. */
const ORIGIN = "http://studio.invalid";

export interface Studio {
	draw(scene: DrawnScene): Promise<DrawnPicture>;
	/** Address of a picture that scenes may name. */
	picture(key: string, png: () => Promise<Buffer>): Promise<string>;
	close(): Promise<void>;
}

/** The program that draws, or null. */
export function findChromium(): string | null {
	return PATHS.find((path) => path !== undefined && path !== "" && existsSync(path)) ?? null;
}

/**
 * @throws Error when Chromium is missing, with the remedy
 */
export async function openStudio(): Promise<Studio> {
	const executablePath = findChromium();
	if (executablePath === null) throw new Error(`Drawing subjects needs Chromium, which is missing: ${REMEDY}`);
	// The page as the compiler left it, whether this file was compiled or a test runs its source.
	const compiled = fileURLToPath(new URL("../../dist/subjects/page.js", import.meta.url));
	if (!existsSync(compiled)) throw new Error("The benchmarks are not built: npm run build");
	const three = dirname(createRequire(import.meta.url).resolve("three"));
	const pictures = new Map<string, Buffer>();
	const browser = await chromium.launch({ executablePath, args: ARGUMENTS });
	const page = await browser.newPage();
	const problems: string[] = [];
	page.on("pageerror", (error) => problems.push(error.message));
	await page.route(`${ORIGIN}/**`, async (route) => {
		const path = new URL(route.request().url()).pathname;
		const picture = pictures.get(path);
		if (picture !== undefined) return route.fulfill({ contentType: "image/png", body: picture });
		if (path === "/") return route.fulfill({ contentType: "text/html", body: html() });
		const script = (body: string) => route.fulfill({ contentType: "text/javascript", body });
		if (path === "/page.js") return script(readFileSync(compiled, "utf8"));
		if (/^\/three\.\w+\.js$/.test(path)) return script(readFileSync(join(three, path), "utf8"));
		return route.fulfill({ status: 404 });
	});
	await page.goto(`${ORIGIN}/`);
	await page.waitForFunction("window.drawSubject !== undefined || window.failed", undefined, { timeout: 30_000 });
	if (problems.length > 0) throw new Error(`The page cannot draw: ${problems[0]}`);
	return {
		async draw(scene) {
			return (await page.evaluate(
				(drawn) => (globalThis as unknown as { drawSubject(s: unknown): Promise<unknown> }).drawSubject(drawn),
				scene,
			)) as DrawnPicture;
		},
		async picture(key, png) {
			const path = `/pictures/${encodeURIComponent(key)}`;
			if (!pictures.has(path)) pictures.set(path, await png());
			return path;
		},
		close: () => browser.close(),
	};
}

function html(): string {
	const imports = JSON.stringify({ imports: { three: "/three.module.js" } });
	return `<!doctype html><script type="importmap">${imports}</script><script type="module" src="/page.js"></script>`;
}
