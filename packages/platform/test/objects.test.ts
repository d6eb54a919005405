import { createHash, createHmac, randomBytes } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import type { S3Config } from "@anny-fitter/platform/config";
import { type ObjectStore, openObjectStore } from "@anny-fitter/platform/objects";
import S3rver from "s3rver";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { captureLog } from "./captured-log.js";

const folder = mkdtempSync(join(tmpdir(), "anny-fitter-objects-"));
const server = new S3rver({ port: 0, address: "127.0.0.1", silent: true, directory: join(folder, "s3") });
let endpoint = "";
beforeAll(async () => {
	mkdirSync(join(folder, "s3"));
	endpoint = `http://127.0.0.1:${(await server.run()).port}`;
});
afterAll(async () => {
	await server.close();
	rmSync(folder, { recursive: true, force: true });
});

const s3 = (changes: Partial<S3Config> = {}): S3Config => ({
	endpoint,
	region: "us-east-1",
	bucket: "exports",
	accessKeyId: "S3RVER",
	secretAccessKey: "S3RVER",
	forcePathStyle: true,
	...changes,
});
const read = async (store: ObjectStore, key: string): Promise<Buffer | null> => {
	const found = await store.get(key);
	return found === null ? null : buffer(found.stream);
};
const keysOf = async (store: ObjectStore, prefix: string): Promise<string[]> => {
	const keys: string[] = [];
	for await (const { key } of store.list(prefix)) keys.push(key);
	return keys.sort();
};

describe.each(["folder", "s3"] as const)("object store: %s", (kind) => {
	let store: ObjectStore;
	beforeAll(async () => {
		store = await openObjectStore(kind === "s3" ? { s3: s3() } : { folder: join(folder, "files") });
	});
	afterAll(async () => store.close());

	it("keeps, lists, replaces and deletes", async () => {
		expect(store.kind).toBe(kind);
		await store.ping();
		const content = randomBytes(3_000_000);
		const before_ms = Date.now() - 2000;
		await store.put("a/1.glb", content, { contentType: "model/gltf-binary" });
		await store.put("a/2.json", Buffer.from("{}"), { contentType: "application/json" });
		await store.put("ab/3.json", new Uint8Array(0), { contentType: "application/json" });
		expect((await read(store, "a/1.glb"))?.equals(content)).toBe(true);
		const found = await store.get("a/2.json");
		expect(found?.size_bytes).toBe(2);
		found?.stream.destroy();
		expect(await read(store, "ab/3.json")).toHaveLength(0);
		expect(await keysOf(store, "")).toEqual(["a/1.glb", "a/2.json", "ab/3.json"]);
		expect(await keysOf(store, "a/")).toEqual(["a/1.glb", "a/2.json"]);
		expect(await keysOf(store, "a")).toHaveLength(3);
		expect(await keysOf(store, "none/")).toEqual([]);
		for await (const info of store.list("a/1")) {
			expect(info.size_bytes).toBe(3_000_000);
			expect(info.createdAt.getTime()).toBeGreaterThan(before_ms);
		}
		await store.put("a/2.json", Buffer.from("[1]"), { contentType: "application/json" });
		expect(String(await read(store, "a/2.json"))).toBe("[1]");
		await store.delete(["a/1.glb", "a/2.json", "absent"]);
		await store.delete([]);
		expect(await read(store, "a/1.glb")).toBeNull();
		expect(await keysOf(store, "")).toEqual(["ab/3.json"]);
		await store.delete(["ab/3.json"]);
	});

	it("knows no object where there is none", async () => {
		await store.put("deep/er/x", Buffer.from("1"), { contentType: "text/plain" });
		expect(await store.get("deep/er")).toBeNull();
		expect(await store.get("deep/er/x/y")).toBeNull();
		expect(await store.get("nowhere")).toBeNull();
		await store.delete(["deep/er/x"]);
	});

	it.each(["", "/a", "a/", "a//b", "../a", "a/../b", "a/..", ".", ".temporary/x", "a\\b", "a b", "ü", "a\0b", "a\nb"])(
		"refuses the key %j",
		async (key) => {
			await expect(store.put(key, Buffer.from("1"), { contentType: "text/plain" })).rejects.toThrow(RangeError);
			await expect(store.get(key)).rejects.toThrow(RangeError);
			await expect(store.delete([key])).rejects.toThrow(RangeError);
		},
	);
});

describe("objects in a folder", () => {
	it("shows whole objects only while they are replaced", async () => {
		// Not asked of the bucket: the server of this test does not promise what S3 does.
		const store = await openObjectStore({ folder: join(folder, "whole") });
		const contents = [1, 2].map((byte) => Buffer.alloc(500_000, byte));
		await store.put("whole", contents[0] as Buffer, { contentType: "text/plain" });
		const writing = (async () => {
			for (let i = 0; i < 10; i++) await store.put("whole", contents[i % 2] as Buffer, { contentType: "text/plain" });
		})();
		for (let i = 0; i < 10; i++) {
			const found = await read(store, "whole");
			expect(contents.some((content) => found?.equals(content))).toBe(true);
		}
		await writing;
		await store.delete(["whole"]);
	});

	it("are readable by this user only, and leave no folder and no temporary file behind", async () => {
		const root = join(folder, "private");
		const store = await openObjectStore({ folder: root });
		await store.put("a/b/c", Buffer.from("1"), { contentType: "text/plain" });
		expect(statSync(join(root, "a/b/c")).mode & 0o777).toBe(0o600);
		for (const path of [root, join(root, "a"), join(root, "a/b")]) expect(statSync(path).mode & 0o777).toBe(0o700);
		expect(readdirSync(join(root, ".temporary"))).toEqual([]);
		await store.delete(["a/b/c"]);
		expect(existsSync(join(root, "a"))).toBe(false);
	});

	it("removes at the start what a killed process left half written", async () => {
		const root = join(folder, "left");
		await openObjectStore({ folder: root });
		for (const name of ["old", "new"]) writeFileSync(join(root, ".temporary", name), "half");
		utimesSync(join(root, ".temporary", "old"), new Date(0), new Date(0));
		await openObjectStore({ folder: root });
		expect(readdirSync(join(root, ".temporary"))).toEqual(["new"]);
	});

	it("names a folder that cannot be made", async () => {
		await expect(openObjectStore({ folder: "/proc/anny-fitter/x" })).rejects.toMatchObject({
			code: "output_not_writable",
			message: expect.stringContaining("/proc/anny-fitter/x"),
		});
	});
});

describe("objects in a bucket", () => {
	it("makes the bucket, uses one that exists, and takes a server without expiry rules", async () => {
		const { log, lines } = captureLog();
		for (let i = 0; i < 2; i++) await (await openObjectStore({ s3: s3({ bucket: "made-once" }), log })).close();
		expect(lines.filter(({ level }) => level !== "info")).toEqual([]);
	});

	it("deletes more objects than one request may name", async () => {
		const store = await openObjectStore({ s3: s3({ bucket: "many" }) });
		await store.put("kept", Buffer.from("1"), { contentType: "text/plain" });
		await store.put("n-1500", Buffer.from("1"), { contentType: "text/plain" });
		await store.delete(Array.from({ length: 1501 }, (_, i) => `n-${i}`));
		expect(await keysOf(store, "")).toEqual(["kept"]);
		await store.close();
	});

	it("says which setting is wrong", async () => {
		await expect(openObjectStore({ s3: s3({ endpoint: "http://127.0.0.1:1" }) })).rejects.toMatchObject({
			code: "service_unavailable",
			remedy: expect.stringContaining("S3_ENDPOINT"),
		});
		const refusing = createServer((_, reply) => reply.writeHead(403).end());
		refusing.listen(0, "127.0.0.1");
		await once(refusing, "listening");
		const { port } = refusing.address() as AddressInfo;
		const error = await openObjectStore({
			s3: s3({ endpoint: `http://127.0.0.1:${port}`, secretAccessKey: "top-secret-key" }),
		}).catch((reason: unknown) => reason);
		refusing.close();
		expect(error).toMatchObject({
			code: "invalid_configuration",
			remedy: expect.stringContaining("S3_SECRET_ACCESS_KEY"),
		});
		expect(JSON.stringify(error)).not.toContain("top-secret-key");
	});

	it("signs requests as AWS defines it, and sends the content without a trailer", async () => {
		const seen: { request: IncomingMessage; body: Buffer }[] = [];
		const recording = createServer(async (request, reply) => {
			seen.push({ request, body: await buffer(request) });
			reply.writeHead(200, { "content-length": 0 }).end();
		});
		recording.listen(0, "127.0.0.1");
		await once(recording, "listening");
		const { port } = recording.address() as AddressInfo;
		const secretAccessKey = "a-key-of-this-test";
		const store = await openObjectStore({
			s3: s3({ endpoint: `http://127.0.0.1:${port}`, region: "eu-central-1", accessKeyId: "ID", secretAccessKey }),
		});
		await store.put("a/b.json", Buffer.from('{"a":1}'), { contentType: "application/json" });
		await store.close();
		recording.close();
		const put = seen.find(({ request }) => request.method === "PUT" && request.url?.includes("b.json"));
		if (put === undefined) throw new Error("nothing was put");
		expect(String(put.body)).toBe('{"a":1}');
		expect(put.request.headers["x-amz-trailer"]).toBeUndefined();
		for (const { request, body } of seen) {
			expect(readSignature(request)).toBe(computeSignature(request, body, secretAccessKey));
			expect(readSignature(request)).not.toBe(computeSignature(request, body, "another key"));
		}
	});
});

function authorizationOf(request: IncomingMessage): { scope: string; signedHeaders: string; signature: string } {
	const match = /^AWS4-HMAC-SHA256 Credential=ID\/(\S+), ?SignedHeaders=(\S+), ?Signature=([0-9a-f]{64})$/.exec(
		request.headers.authorization ?? "",
	);
	if (match === null) throw new Error("no signature of version 4");
	const [, scope = "", signedHeaders = "", signature = ""] = match;
	return { scope, signedHeaders, signature };
}

function readSignature(request: IncomingMessage): string {
	return authorizationOf(request).signature;
}

/** Signature Version 4, written down from AWS's description, apart from the library under test. */
function computeSignature(request: IncomingMessage, body: Buffer, secret: string): string {
	const { scope, signedHeaders } = authorizationOf(request);
	const url = new URL(request.url ?? "", "http://host");
	const query = [...url.searchParams]
		.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
		.sort()
		.join("&");
	const headers = signedHeaders.split(";").map((name) => `${name}:${String(request.headers[name]).trim()}\n`);
	const sha256 = (data: string | Buffer): string => createHash("sha256").update(data).digest("hex");
	const contentHash = String(request.headers["x-amz-content-sha256"]);
	expect([sha256(body), "UNSIGNED-PAYLOAD"]).toContain(contentHash);
	const canonical = [request.method, url.pathname, query, headers.join(""), signedHeaders, contentHash].join("\n");
	const text = ["AWS4-HMAC-SHA256", request.headers["x-amz-date"], scope, sha256(canonical)].join("\n");
	let key: Buffer = Buffer.from(`AWS4${secret}`);
	for (const part of scope.split("/")) key = createHmac("sha256", key).update(part).digest();
	return createHmac("sha256", key).update(text).digest("hex");
}
