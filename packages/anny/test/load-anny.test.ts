import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { AnnyDataError, type LoadOptions, type LoadProgress, loadAnny } from "@anny-fitter/anny";
import { type ExportedAsset, exportBodyModelAsset } from "@anny-fitter/anny/model-data";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

/** What bundlers give to browsers: Node runs it too, but it looks for nothing on the disk. */
const browser = (await import(new URL("../dist/index.browser.js", import.meta.url).href)) as Pick<
	typeof import("@anny-fitter/anny"),
	"loadAnny"
>;

let folder: string;
let file: Uint8Array<ArrayBuffer>;
let exported: ExportedAsset;
let server: Server;
let url: string;

beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), "anny-load-"));
	exported = await exportBodyModelAsset(join(folder, "anny.bin"), {});
	file = new Uint8Array(readFileSync(exported.path));
	server = createServer((request, response) => {
		if (request.url === "/anny.bin") response.writeHead(200, { "content-length": file.length }).end(file);
		else if (request.url === "/app") response.end("<!doctype html><p>The page of an application");
		else response.writeHead(404).end();
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
	server.close();
	rmSync(folder, { recursive: true, force: true });
});

async function failure(load: Promise<unknown>): Promise<AnnyDataError> {
	const error = await load.then(
		() => null,
		(reason: unknown) => reason,
	);
	expect(error).toMatchObject({ name: "AnnyDataError", message: expect.stringMatching(/.\. .+\.$/) });
	return error as AnnyDataError;
}

test("Node and browsers get the same names", async () => {
	expect(Object.keys(browser).sort()).toEqual(Object.keys(await import("@anny-fitter/anny")).sort());
});

describe("loadAnny takes", () => {
	const sources: [string, () => LoadOptions["asset"]][] = [
		["an address", () => `${url}/anny.bin`],
		["a URL", () => new URL("/anny.bin", url)],
		["an answer", () => fetch(`${url}/anny.bin`)],
		["bytes", () => file],
		[
			"bytes that are not aligned",
			() => {
				const shifted = new Uint8Array(file.length + 1).subarray(1);
				shifted.set(file);
				return shifted;
			},
		],
		["a buffer", () => file.buffer],
		[
			"shared memory",
			() => {
				const shared = new SharedArrayBuffer(file.length);
				new Uint8Array(shared).set(file);
				return shared;
			},
		],
	];
	test.each(sources)("%s, in Node and in a browser", async (_, asset) => {
		for (const load of [loadAnny, browser.loadAnny]) {
			const body = await load({ asset: asset(), sha256: exported.sha256 });
			expect(body.vertices.length).toBe(3 * 13348);
		}
	});

	test("in Node also files, and the installed data", async () => {
		const installed = await loadAnny();
		for (const asset of [exported.path, pathToFileURL(exported.path), pathToFileURL(exported.path).href]) {
			expect((await loadAnny({ asset })).mass_kg()).toBe(installed.mass_kg());
		}
	});

	test("options of the model", async () => {
		const small = await loadAnny({ asset: file, model: { localChanges: false } });
		expect(small.dials.map(({ label }) => label)).toEqual([
			"gender",
			"age",
			"muscle",
			"weight",
			"height",
			"proportions",
		]);
	});
});

test("loadAnny reports progress", async () => {
	const reports: LoadProgress[] = [];
	await browser.loadAnny({ asset: `${url}/anny.bin`, onProgress: (report) => reports.push(report) });
	expect(reports.length).toBeGreaterThan(2);
	expect(reports.at(-1)).toEqual({ stage: "fetch", loaded_bytes: file.length, total_bytes: file.length });
	expect(reports.every((report, i) => i === 0 || report.loaded_bytes > (reports[i - 1]?.loaded_bytes ?? 0))).toBe(true);
});

describe("loadAnny says what is wrong:", () => {
	test("no asset in a browser", async () => {
		const error = await failure(browser.loadAnny());
		expect(error.code).toBe("asset_unreachable");
		expect(error.remedy).toContain("models export");
	});

	test.each([
		["an address that is not there", () => `${url}/nothing`, "asset_unreachable", /404/],
		["a server that is not there", () => "http://127.0.0.1:9/anny.bin", "asset_unreachable", /127\.0\.0\.1:9/],
		["an application's page", () => `${url}/app`, "asset_invalid", /page/],
		["another file", () => new Uint8Array(100), "asset_invalid", /not a body model/],
		["half of the file", () => file.slice(0, file.length / 2), "asset_invalid", /truncated/],
	])("%s", async (_, asset, code, message) => {
		const error = await failure(browser.loadAnny({ asset: asset() }));
		expect(error.code).toBe(code);
		expect(error.message).toMatch(message);
	});

	test("one byte that changed", async () => {
		const damaged = file.slice();
		damaged[5_000_000]! ^= 1;
		const error = await failure(browser.loadAnny({ asset: damaged }));
		expect(error.message).toMatch(/damaged/);
	});

	test("another model than the one expected", async () => {
		const error = await failure(loadAnny({ asset: exported.path, sha256: "00".repeat(32) }));
		expect(error.message).toMatch(/SHA-256/);
	});

	test("a file that is not there", async () => {
		expect(await failure(loadAnny({ asset: join(folder, "nothing.bin") }))).toBeInstanceOf(AnnyDataError);
	});
});

test("loadAnny can be given up", async () => {
	const stop = new AbortController();
	const loading = loadAnny({ asset: `${url}/anny.bin`, signal: stop.signal, onProgress: () => stop.abort("enough") });
	await expect(loading).rejects.toBe("enough");
});

describe("exportBodyModelAsset", () => {
	test("replaces an older file and can add a Brotli copy", async () => {
		const path = join(folder, "again", "anny.bin");
		await exportBodyModelAsset(path);
		writeFileSync(path, "old");
		const again = await exportBodyModelAsset(path, { brotli: true });
		expect(again.sha256).toBe(exported.sha256);
		expect(readFileSync(path).equals(file)).toBe(true);
		expect(again.brotli?.size_bytes).toBeLessThan(4.5e6);
		expect(readFileSync(again.licencePath, "utf8")).toContain(again.sha256);
	});
});
