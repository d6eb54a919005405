import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from "node:zlib";
import { createApi } from "@anny-fitter/api";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { head, parseAnswers, sendRaw } from "./hostile-helpers.js";
import { type OpenedTestApi, openTestApi } from "./test-api.js";

const PAGE = "<!doctype html><title>anny-fitter</title>";
const SCRIPT = "export const answer = 42;\n".repeat(200);
const SECRET = "what lies beside the folder";
const POLICY =
	"default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' blob: data:; " +
	"connect-src 'self'; worker-src 'self'; manifest-src 'self'; font-src 'self'; media-src 'self' blob:; " +
	"form-action 'none'; base-uri 'none'; frame-ancestors 'none'";
const BROWSER = { accept: "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8" };

/** A folder as the build of the web application leaves it. */
async function makeFolder(): Promise<{ parent: string; folder: string }> {
	const parent = await mkdtemp(join(tmpdir(), "anny-fitter-web-"));
	const folder = join(parent, "dist");
	for (const name of ["assets", "models", "docs", ".hidden"]) await mkdir(join(folder, name), { recursive: true });
	const files: Readonly<Record<string, string | Buffer>> = {
		"index.html": PAGE,
		"index.html.br": brotliCompressSync(PAGE),
		"index.html.gz": gzipSync(PAGE),
		"assets/app-3f2a.js": SCRIPT,
		"assets/app-3f2a.js.br": brotliCompressSync(SCRIPT),
		"assets/app-3f2a.js.gz": gzipSync(SCRIPT),
		"assets/run-77aa.wasm": Buffer.from("0061736d01000000", "hex"),
		"assets/plain-1.css": "p { color: red }",
		"models/body.onnx": Buffer.alloc(5000, 7),
		"sw.js": "self.skipWaiting();",
		"manifest.webmanifest": "{}",
		"docs/page.html": "not the server's",
		".hidden/file": SECRET,
		".env": SECRET,
		"../secret.txt": SECRET,
		"../dist-secret/file": SECRET,
	};
	await mkdir(join(parent, "dist-secret"));
	for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
	return { parent, folder };
}

describe("the web application's files", () => {
	let made: Awaited<ReturnType<typeof makeFolder>>;
	let opened: OpenedTestApi;
	let port: number;

	beforeAll(async () => {
		made = await makeFolder();
		opened = await openTestApi("embedded", { settings: { WEB_DIR: made.folder, READ_RATE_LIMIT_PER_MINUTE: "5" } });
		await opened.api.listen({ port: 0, host: "127.0.0.1" });
		port = (opened.api.server.address() as AddressInfo).port;
	});
	afterAll(async () => {
		await opened?.close();
		if (made !== undefined) await rm(made.parent, { recursive: true, force: true });
	});

	const get = (url: string, headers: Record<string, string> = {}) => opened.api.inject({ url, headers });

	it("come with their types, a strict policy, and for as long as their names promise", async () => {
		const cases = [
			["/", "text/html; charset=utf-8", "no-cache"],
			["/index.html", "text/html; charset=utf-8", "no-cache"],
			["/sw.js", "application/javascript; charset=utf-8", "no-cache"],
			["/manifest.webmanifest", "application/manifest+json", "no-cache"],
			["/models/body.onnx", "application/octet-stream", "no-cache"],
			["/assets/app-3f2a.js", "application/javascript; charset=utf-8", "public, max-age=31536000, immutable"],
			["/assets/run-77aa.wasm", "application/wasm", "public, max-age=31536000, immutable"],
		] as const;
		for (const [url, type, caching] of cases) {
			for (const encoding of ["", "br", "gzip, deflate, br, zstd"]) {
				const answer = await get(url, encoding === "" ? {} : { "accept-encoding": encoding });
				expect(answer.statusCode, url).toBe(200);
				expect(answer.headers, `${url} ${encoding}`).toMatchObject({
					"content-type": type,
					"cache-control": caching,
					"content-security-policy": POLICY,
					"permissions-policy": "camera=(self), microphone=(), geolocation=()",
					"x-content-type-options": "nosniff",
					"x-frame-options": "DENY",
				});
				expect(answer.headers["ratelimit-limit"]).toBeUndefined();
				expect(answer.headers.vary).toContain("accept-encoding");
			}
			const whole = await get(url);
			const known = await get(url, { "if-none-match": String(whole.headers.etag) });
			expect([known.statusCode, known.body], url).toEqual([304, ""]);
			const told = await opened.api.inject({ method: "HEAD", url });
			expect([told.statusCode, told.headers["content-length"]], url).toEqual([200, String(whole.rawPayload.length)]);
		}
	});

	it("come as the build has compressed them", async () => {
		const br = await get("/assets/app-3f2a.js", { "accept-encoding": "gzip, br" });
		expect(br.headers["content-encoding"]).toBe("br");
		expect(br.headers["content-length"]).toBe(String(brotliCompressSync(SCRIPT).length));
		expect(brotliDecompressSync(br.rawPayload).toString()).toBe(SCRIPT);
		const gzip = await get("/assets/app-3f2a.js", { "accept-encoding": "gzip" });
		expect(gzip.headers["content-encoding"]).toBe("gzip");
		expect(gunzipSync(gzip.rawPayload).toString()).toBe(SCRIPT);
		const plain = await get("/assets/app-3f2a.js");
		expect([plain.headers["content-encoding"], plain.body]).toEqual([undefined, SCRIPT]);
		const network = await get("/models/body.onnx", { "accept-encoding": "gzip, br" });
		expect([network.headers["content-encoding"], network.headers["content-length"]]).toEqual([undefined, "5000"]);
		// Two bodies of one address are two states.
		expect(new Set([br, gzip, plain].map((answer) => answer.headers.etag)).size).toBe(3);
	});

	it("answer every address of a page with the page, for browsers only", async () => {
		for (const url of ["/subjects", "/models/3f/compare?with=4", "/a/b/c/", "/%E2%82%AC", "/login#x", "/docsx"]) {
			const asked = url.startsWith("/models/") ? url.replace("/models/", "/results/") : url;
			const page = await get(asked, BROWSER);
			expect([page.statusCode, page.body], asked).toEqual([200, PAGE]);
			expect(page.headers["content-security-policy"]).toBe(POLICY);
			const told = await opened.api.inject({ method: "HEAD", url: asked, headers: BROWSER });
			expect(told.statusCode, asked).toBe(200);
		}
		// More pages than anybody's budget: they are not counted.
		for (let i = 0; i < 20; i++) expect((await get(`/page-${i}`, BROWSER)).statusCode).toBe(200);
		const post = await opened.api.inject({ method: "POST", url: "/subjects", headers: BROWSER });
		expect(post.statusCode).toBe(404);
	});

	it("leave the server's own addresses, and what programs ask for, as they were", async () => {
		for (const url of [
			"/api/v1/nothing",
			"/api",
			"/healthz/x",
			"/metrics/x",
			"/readyz/x",
			"/docs/nothing",
			"/docs/page.html",
		]) {
			const answer = await opened.api.inject({ url, headers: BROWSER, remoteAddress: `10.9.${url.length}.1` });
			expect([answer.statusCode, answer.json().code], url).toEqual([404, "not_found"]);
			expect(answer.headers["content-type"]).toContain("application/problem+json");
			expect(answer.headers["content-security-policy"]).toContain("style-src 'self' 'unsafe-inline'");
			expect(answer.headers["permissions-policy"]).toBeUndefined();
		}
		for (const accept of ["*/*", "application/json", "text/html;q=0", "image/avif,image/webp"]) {
			const answer = await opened.api.inject({ url: "/subjects", headers: { accept }, remoteAddress: "10.8.1.1" });
			expect([answer.statusCode, answer.json().code], accept).toEqual([404, "not_found"]);
		}
		expect((await get("/docs/", BROWSER)).body).toContain("swagger");
		expect((await get("/healthz", BROWSER)).json()).toEqual({ status: "ok" });
		expect((await get("/api/v1/openapi.json", BROWSER)).json().openapi).toBe("3.1.0");
		for (const url of ["/assets/gone-1.js", "/assets/", "/assets", "/models/x.onnx"]) {
			const answer = await opened.api.inject({ url, headers: BROWSER, remoteAddress: "10.7.1.1" });
			expect([answer.statusCode, answer.headers["content-type"]], url).toEqual([
				404,
				"application/problem+json; charset=utf-8",
			]);
			expect(answer.headers["cache-control"]).toBe("no-store");
		}
		const wrong = await opened.api.inject({ method: "POST", url: "/sw.js" });
		expect([wrong.statusCode, wrong.headers.allow]).toEqual([405, "GET, HEAD"]);
	});

	it("give nothing that lies beside the folder, is hidden, or is a compressed copy", async () => {
		const paths = [
			"/../secret.txt",
			"/assets/../../secret.txt",
			"/assets/..%2f..%2fsecret.txt",
			"/assets/%2e%2e/%2e%2e/secret.txt",
			"/assets/%2e%2e%2f%2e%2e%2fsecret.txt",
			"/assets/..%5c..%5csecret.txt",
			"/assets/..\\..\\secret.txt",
			"/assets/....//....//secret.txt",
			"/assets/%252e%252e%252fsecret.txt",
			"/assets/..%c0%af..%c0%afsecret.txt",
			"/assets//etc/passwd",
			"/assets/%2fetc%2fpasswd",
			`/assets/${encodeURIComponent(join(made.parent, "secret.txt"))}`,
			"/assets/..%2f..%2fdist-secret/file",
			"/assets/app-3f2a.js%00.txt",
			"/assets/%00",
			"/assets/../index.html",
			"/.env",
			"/.hidden/file",
			"/assets/.",
			"/%2e%2e/secret.txt",
			"//secret.txt",
			"/index.html.br",
			"/assets/app-3f2a.js.gz",
		];
		for (const path of paths) {
			const request = head(`GET ${path} HTTP/1.1`, "host: localhost", "accept: */*", "connection: close");
			const { text } = await sendRaw(port, [request], { timeout_ms: 5000 });
			const [answer] = parseAnswers(text);
			expect([400, 404, 429], `${path}: ${text.slice(0, 80)}`).toContain(answer?.statusCode);
			expect(text, path).not.toContain(SECRET);
			expect(text, path).not.toContain("root:");
		}
		expect(opened.log()).not.toMatch(/"level":"(error|fatal)"/);
	});

	it("are not needed: without them, or with an empty folder, the documentation is at the top", async () => {
		for (const webDir of [undefined, join(made.parent, "missing"), join(made.parent, "dist-secret")]) {
			const { metrics: _shared, ...dependencies } = opened.dependencies;
			const api = await createApi({ ...dependencies, config: { ...opened.config, webDir } });
			const answer = await api.inject({ url: "/", headers: BROWSER });
			expect([answer.statusCode, answer.headers.location]).toEqual([302, "/docs"]);
			expect((await api.inject({ url: "/subjects", headers: BROWSER, remoteAddress: "10.6.1.1" })).statusCode).toBe(
				404,
			);
			await api.close();
		}
	});
});
