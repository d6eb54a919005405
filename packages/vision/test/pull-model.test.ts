import { createHash, randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AppError } from "@anny-fitter/contracts";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { tinyDepth } from "../../perception/test/tiny-models.js";
import { listImageModels, verifyImageModels } from "../src/image-models/image-model-inventory.js";
import { type CatalogueModel, MODEL_CATALOGUE } from "../src/image-models/model-catalogue.js";
import { type PullOptions, pullModel } from "../src/image-models/pull-model.js";

const CONTENT = randomBytes(300_000);
const HASH = createHash("sha256").update(CONTENT).digest("hex");

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

let server: Server;
let answers: Answer[];
/** What was asked for: the Range header or "all". */
let asked: string[];
let url: string;
let folder: string;

beforeAll(async () => {
	server = createServer((request, response) => {
		asked.push(request.headers.range ?? "all");
		const answer = answers.shift() ?? whole;
		answer(request, response);
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
	server.closeAllConnections();
	server.close();
});
beforeEach(async () => {
	answers = [];
	asked = [];
	folder = await mkdtemp(join(tmpdir(), "anny-pull-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Serves ranges as file servers do. */
const whole: Answer = (request, response) => send(request, response, CONTENT, CONTENT.length);

function send(request: IncomingMessage, response: ServerResponse, content: Buffer, until: number): void {
	const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
	if (from >= content.length) {
		response.writeHead(416, { "content-range": `bytes */${content.length}` }).end();
		return;
	}
	const headers: Record<string, string> = { "content-length": `${content.length - from}` };
	if (from > 0) headers["content-range"] = `bytes ${from}-${content.length - 1}/${content.length}`;
	response.writeHead(from > 0 ? 206 : 200, headers);
	if (until >= content.length) {
		response.end(content.subarray(from));
		return;
	}
	// Ends in the middle of what was announced.
	response.write(content.subarray(from, until), () => setTimeout(() => response.destroy(), 30));
}

const cutAt =
	(until: number): Answer =>
	(request, response) =>
		send(request, response, CONTENT, until);

const status =
	(code: number): Answer =>
	(_, response) =>
		void response.writeHead(code).end("no");

function model(change: Partial<CatalogueModel["files"][number]> = {}, isNonCommercial = false): CatalogueModel {
	const file = { name: "net.onnx", url: `${url}/net.onnx`, size_bytes: CONTENT.length, sha256: HASH, ...change };
	return {
		id: "test_net",
		kind: "depth",
		title: "Test net",
		publisher: "nobody",
		licence: isNonCommercial ? "CC-BY-NC-4.0" : "MIT",
		isNonCommercial,
		files: [file],
	};
}

function pull(what = model(), options: Partial<PullOptions> = {}) {
	return pullModel(what, { folder, retryAfter_ms: [5, 5, 5], stall_ms: 400, ...options });
}

async function errorOf(work: Promise<unknown>): Promise<AppError> {
	const error = await work.then(
		() => null,
		(reason: unknown) => reason,
	);
	expect(error).toBeInstanceOf(AppError);
	return error as AppError;
}

const path = () => join(folder, "test_net", "net.onnx");
const part = () => `${path()}.part`;

describe("pullModel", () => {
	it("fetches, verifies and names a file, and does not fetch it again", async () => {
		const seen: number[] = [];
		const [file] = await pull(model(), { onProgress: ({ received_bytes }) => seen.push(received_bytes) });
		expect(file).toEqual({ path: path(), size_bytes: CONTENT.length, sha256: HASH, isNew: true });
		expect(CONTENT.equals(await readFile(path()))).toBe(true);
		expect(existsSync(part())).toBe(false);
		expect(seen.at(-1)).toBe(CONTENT.length);
		expect((await pull())[0]?.isNew).toBe(false);
		expect(asked).toEqual(["all"]);
	});

	it("goes on where connections were cut", async () => {
		answers = [cutAt(100_000), cutAt(250_000)];
		await pull();
		expect(CONTENT.equals(await readFile(path()))).toBe(true);
		expect(asked[0]).toBe("all");
		expect(asked.slice(1)).toEqual(["bytes=100000-", "bytes=250000-"]);
	});

	it("goes on in a later run", async () => {
		answers = [cutAt(120_000), status(503), status(503), status(503), status(503)];
		const error = await errorOf(pull());
		expect(error).toMatchObject({ code: "download_failed", retryable: true });
		expect(error.message).toMatch(/^net\.onnx could not be fetched from 127\.0\.0\.1:\d+\.$/);
		expect((await readFile(part())).length).toBe(120_000);
		asked = [];
		await pull();
		expect(asked).toEqual(["bytes=120000-"]);
		expect(CONTENT.equals(await readFile(path()))).toBe(true);
	});

	it("starts over with servers that know no ranges, and with partial files of something else", async () => {
		answers = [cutAt(90_000), (_, response) => void response.end(CONTENT)];
		await pull();
		expect(CONTENT.equals(await readFile(path()))).toBe(true);
		await rm(path());
		await writeFile(part(), Buffer.alloc(400_000));
		await pull();
		expect(CONTENT.equals(await readFile(path()))).toBe(true);
	});

	it("finishes a partial file that is complete", async () => {
		await pull();
		await rm(path());
		await writeFile(part(), CONTENT);
		await pull();
		expect(CONTENT.equals(await readFile(path()))).toBe(true);
	});

	it("waits and tries again when the server is overloaded or sends nothing", async () => {
		answers = [status(503), status(429), () => undefined];
		await pull();
		expect(asked).toHaveLength(4);
	});

	it("removes a file with the wrong hash and keeps nothing", async () => {
		const wrong = Buffer.from(CONTENT);
		wrong[1234] = (wrong[1234] ?? 0) ^ 1;
		answers = [(request, response) => send(request, response, wrong, wrong.length)];
		const error = await errorOf(pull());
		expect(error.code).toBe("model_hash_mismatch");
		expect(existsSync(path()) || existsSync(part())).toBe(false);
		// An intact partial file continued with wrong bytes is wrong as well.
		await writeFile(part(), CONTENT.subarray(0, 1000));
		answers = [(request, response) => send(request, response, wrong, wrong.length)];
		expect((await errorOf(pull())).code).toBe("model_hash_mismatch");
		expect(existsSync(path()) || existsSync(part())).toBe(false);
	});

	it("does not begin with a file of the wrong size", async () => {
		answers = [(_, response) => void response.end(Buffer.alloc(9_000_000))];
		expect((await errorOf(pull())).code).toBe("model_hash_mismatch");
		expect(existsSync(part())).toBe(false);
	});

	it("does not repeat what the server refuses", async () => {
		answers = [status(404)];
		const error = await errorOf(pull());
		expect(error).toMatchObject({ code: "download_failed", retryable: false, details: { status: 404 } });
		expect(error.remedy).toContain("put it into the models folder");
		expect(asked).toHaveLength(1);
	});

	it("says what to do without a connection", async () => {
		const closed = createServer();
		await new Promise<void>((resolve) => closed.listen(0, "127.0.0.1", resolve));
		const { port } = closed.address() as AddressInfo;
		await new Promise((resolve) => closed.close(resolve));
		const error = await errorOf(pull(model({ url: `http://127.0.0.1:${port}/net.onnx` })));
		expect(error).toMatchObject({ code: "download_failed", exitCode: 70 });
		expect(error.remedy).toContain("Check the connection");
	});

	it("stops when it is cancelled and can go on later", async () => {
		const abort = new AbortController();
		answers = [
			(request, response) => {
				send(request, response, CONTENT, 50_000);
				setTimeout(() => abort.abort(), 15);
			},
		];
		expect((await errorOf(pull(model(), { signal: abort.signal }))).code).toBe("cancelled");
		await pull();
		expect(CONTENT.equals(await readFile(path()))).toBe(true);
	});

	it("takes a mirror, whose files must have the same hash", async () => {
		const elsewhere = model({ url: "https://models.invalid/net.onnx" });
		await pull(elsewhere, { mirror: `${url}/` });
		expect(CONTENT.equals(await readFile(path()))).toBe(true);
		expect((await errorOf(pull(model({ name: "b" }), { mirror: "file:///etc" }))).code).toBe("invalid_argument");
	});

	it("asks for a hash where none is known, and for consent to a licence without commercial use", async () => {
		const unknown = model({ sha256: null, size_bytes: null });
		expect((await errorOf(pull(unknown))).remedy).toContain("--sha256");
		expect((await errorOf(pull(unknown, { sha256: "abc" }))).message).toContain("64 hexadecimal digits");
		expect((await errorOf(pull(model(), { sha256: "0".repeat(64) }))).message).toContain("is not the known one");
		const limited = model({}, true);
		const refused = await errorOf(pull(limited));
		expect(refused).toMatchObject({ code: "invalid_argument", exitCode: 2 });
		expect(refused.message).toContain("no commercial use");
		expect(asked).toEqual([]);
		await pull(unknown, { sha256: HASH.toUpperCase() });
		await rm(path());
		await pull(limited, { acceptsLicence: true });
	});

	it.skipIf(process.getuid?.() === 0)("says when the folder cannot be written to", async () => {
		await chmod(folder, 0o500);
		expect((await errorOf(pull())).code).toBe("output_not_writable");
	});
});

describe("the catalogue", () => {
	it("has https addresses, licences, and consent for those without commercial use", () => {
		expect(new Set(MODEL_CATALOGUE.map(({ id }) => id)).size).toBe(MODEL_CATALOGUE.length);
		for (const entry of MODEL_CATALOGUE) {
			expect(entry.isNonCommercial).toBe(/-NC-/.test(entry.licence));
			for (const file of entry.files) {
				expect(file.url).toMatch(/^https:\/\/(huggingface\.co|github\.com)\/.+\.onnx$/);
				expect(file.sha256 ?? "0".repeat(64)).toMatch(/^[0-9a-f]{64}$/);
			}
		}
	});
});

describe("models list and verify", () => {
	it("says what is there, what is used and what is not as it should be", async () => {
		await pull(); // of no interface
		await writeFile(join(folder, "own.onnx"), tinyDepth("midas"));
		const rows = await listImageModels(folder);
		expect(rows.slice(0, MODEL_CATALOGUE.length).every(({ status: state }) => state === "missing")).toBe(true);
		expect(rows.at(-1)).toMatchObject({ id: "own.onnx", title: "MiDaS, relative inverse depth", isUsed: true });
		expect(await verifyImageModels(folder)).toEqual([
			expect.objectContaining({ name: "own.onnx", verdict: "unknown", isUsed: true, title: null }),
			expect.objectContaining({ name: "test_net/net.onnx", verdict: "unusable", holds: null, sha256: HASH }),
		]);
	});

	it("compares one file with a stated hash", async () => {
		const bytes = tinyDepth("dpt");
		const file = join(folder, "x.onnx");
		await writeFile(file, bytes);
		const hash = createHash("sha256").update(bytes).digest("hex");
		expect(await verifyImageModels(folder, file, hash)).toMatchObject([
			{ verdict: "stated", holds: "DPT, relative inverse depth" },
		]);
		expect(await verifyImageModels(folder, file, HASH)).toMatchObject([{ verdict: "changed", sha256: hash }]);
		await expect(verifyImageModels(folder, join(folder, "none.onnx"))).rejects.toMatchObject({
			code: "file_not_found",
		});
	});

	it("finds out that a pulled file was changed", async () => {
		const entry = MODEL_CATALOGUE.find(({ id }) => id === "midas_v21_small") as CatalogueModel;
		await pull();
		await mkdir(join(folder, entry.id));
		await writeFile(join(folder, entry.id, "model-small.onnx"), tinyDepth("midas"));
		expect((await listImageModels(folder)).find(({ id }) => id === entry.id)?.status).toBe("changed");
		expect(await verifyImageModels(folder)).toContainEqual(
			expect.objectContaining({ name: "midas_v21_small/model-small.onnx", verdict: "changed" }),
		);
	});
});
