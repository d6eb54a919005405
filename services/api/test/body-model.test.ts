import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync, brotliDecompressSync, constants } from "node:zlib";
import { createApi } from "@anny-fitter/api";
import { createBodyModel, decodeBodyModel } from "@anny-fitter/body-model";
import { openBodyModelData } from "@anny-fitter/platform";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type OpenedTestApi, openTestApi } from "./test-api.js";
import { createTestUser, type TestUser } from "./test-environment.js";

describe("the body model for pages", () => {
	let opened: OpenedTestApi;
	let user: TestUser;
	beforeAll(async () => {
		opened = await openTestApi("embedded", { settings: { CORS_ORIGINS: "https://app.example.org" } });
		user = await createTestUser(opened.api);
	});
	afterAll(() => opened?.close());

	const get = (url: string, headers: Record<string, string> = {}, method: "GET" | "HEAD" = "GET") =>
		opened.api.inject({ method, url, headers: { ...user.headers, ...headers } });

	it("is the one that the server builds with, whole, for ever under one address", async () => {
		const told = (await get("/api/v1/body-model")).json();
		const asset = await get(told.url);
		expect(asset.statusCode).toBe(200);
		expect(asset.headers).toMatchObject({
			"content-type": "application/octet-stream",
			"content-length": String(told.size_bytes),
			"x-uncompressed-length": String(told.size_bytes),
			"cache-control": "private, max-age=31536000, immutable",
			vary: expect.stringContaining("Accept-Encoding"),
		});
		expect(createHash("sha256").update(asset.rawPayload).digest("hex")).toBe(told.digest);
		const model = createBodyModel(decodeBodyModel(asset.rawPayload));
		const own = createBodyModel((await openBodyModelData()).data);
		expect(model.topologyHash).toBe(own.topologyHash);
		expect(told.model_data).toMatchObject({ topology: "default", topology_hash: own.topologyHash });
		expect(told.model_data.detail).not.toBe("");
	});

	it("travels at less than a third of its size, and says how much will arrive", async () => {
		const { url, digest, size_bytes } = (await get("/api/v1/body-model")).json();
		const packed = await get(url, { "accept-encoding": "gzip, deflate, br", origin: "https://app.example.org" });
		expect(packed.headers["content-encoding"]).toBe("br");
		expect(Number(packed.headers["content-length"])).toBe(packed.rawPayload.length);
		expect(packed.rawPayload.length).toBeLessThan(size_bytes / 3);
		expect(packed.headers["x-uncompressed-length"]).toBe(String(size_bytes));
		expect(packed.headers["access-control-expose-headers"]).toContain("x-uncompressed-length");
		const bytes = brotliDecompressSync(packed.rawPayload);
		expect(createHash("sha256").update(bytes).digest("hex")).toBe(digest);
		// Made once: the second answer takes far less time than compressing does on this machine at this moment.
		const compressed = await timeOf(() =>
			brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } }),
		);
		const answered = await timeOf(async () => {
			const again = await get(url, { "accept-encoding": "br" });
			expect(again.rawPayload.equals(packed.rawPayload)).toBe(true);
		});
		expect(answered).toBeLessThan(compressed / 2);
		for (const encoding of ["gzip", "br;q=0", "identity"]) {
			expect((await get(url, { "accept-encoding": encoding })).headers["content-encoding"], encoding).toBeUndefined();
		}
	});

	it("is known by its tag, each of the two forms by its own", async () => {
		const { url } = (await get("/api/v1/body-model")).json();
		for (const encoding of ["identity", "br"]) {
			const first = await get(url, { "accept-encoding": encoding }, "HEAD");
			expect([first.statusCode, first.body]).toEqual([200, ""]);
			const known = { "if-none-match": String(first.headers.etag) };
			const again = await get(url, { "accept-encoding": encoding, ...known });
			expect([again.statusCode, again.body]).toEqual([304, ""]);
			const other = await get(url, { "accept-encoding": encoding === "br" ? "identity" : "br", ...known });
			expect(other.statusCode).toBe(200);
		}
	});

	it("is only for those who are logged in, and only under its present address", async () => {
		const { url } = (await get("/api/v1/body-model")).json();
		for (const path of ["/api/v1/body-model", url]) {
			expect((await opened.api.inject({ url: path })).statusCode).toBe(401);
		}
		for (const digest of ["0".repeat(64), "nothing", "..%2f..%2fetc%2fpasswd"]) {
			const answer = await get(`/api/v1/body-model/${digest}`);
			expect([answer.statusCode, answer.json().code], digest).toEqual([404, "not_found"]);
		}
	});

	it("takes the folder that the settings name, and says nothing of it when it is broken", async () => {
		const empty = await mkdtemp(join(tmpdir(), "anny-fitter-no-data-"));
		const { metrics: _shared, ...dependencies } = opened.dependencies;
		const api = await createApi({ ...dependencies, config: { ...opened.config, modelDataDir: empty } });
		try {
			for (let i = 0; i < 2; i++) {
				const answer = await api.inject({ url: "/api/v1/body-model", headers: user.headers });
				expect(answer.statusCode).toBe(500);
				expect(answer.json().code).toMatch(/^model_data_/);
				expect(answer.body).not.toContain(empty);
			}
		} finally {
			await api.close();
			await rm(empty, { recursive: true });
		}
	});
});

/** Milliseconds. */
async function timeOf(work: () => unknown): Promise<number> {
	const started = performance.now();
	await work();
	return performance.now() - started;
}
