import { createHash, randomBytes, randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { openPhotoVault, type PhotoVault, type PhotoVaultOptions } from "@anny-fitter/platform/vault";
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { captureLog } from "./captured-log.js";
import { hasRedisServer, type OwnRedis, startRedis, until } from "./redis-server.js";
import { filesBelow, hasRamDisk, makeRamFolder, piecesOf, removeRamFolder } from "./vault-fixture.js";

const HOUR_MS = 3_600_000;
const LIMIT = { maxSize_bytes: 10_000_000 };
const folder = makeRamFolder();
let redis: OwnRedis | undefined;
const opened: PhotoVault[] = [];
beforeAll(async () => {
	if (hasRedisServer()) redis = await startRedis();
});
afterEach(async () => {
	for (const vault of opened.splice(0)) await vault.close();
});
afterAll(async () => {
	await redis?.kill();
	removeRamFolder(folder);
});

describe.each([
	{ kind: "memory", isAbsent: false },
	{ kind: "ram_disk", isAbsent: !hasRamDisk() },
	{ kind: "redis", isAbsent: !hasRedisServer() },
] as const)("photo vault: $kind", ({ kind, isAbsent }) => {
	const open = async (options: Partial<PhotoVaultOptions> = {}): Promise<PhotoVault> => {
		const place: Partial<PhotoVaultOptions> =
			kind === "memory" ? { storage: "memory" } : kind === "ram_disk" ? { folder } : { redisUrl: redis?.url };
		const vault = await openPhotoVault({ lifetime_ms: HOUR_MS, ...place, ...options });
		opened.push(vault);
		return vault;
	};

	it.skipIf(isAbsent)("gives back photos of every size, however they arrive", async () => {
		const vault = await open();
		expect(vault.kind).toBe(kind);
		const jobId = randomUUID();
		const sizes = [0, 1, 65_535, 65_536, 65_537, 131_072, 1_000_003];
		for (const [index, size] of sizes.entries()) {
			const photo = randomBytes(size);
			const stored = await vault.store(jobId, index, piecesOf(photo, [1, 70_000, 65_536, 3]), LIMIT);
			expect(stored).toEqual({ size_bytes: size, sha256: createHash("sha256").update(photo).digest() });
			expect((await vault.load(jobId, index)).equals(photo)).toBe(true);
		}
		expect((await vault.list()).map((job) => job.jobId)).toEqual([jobId]);
		await vault.wipe(jobId);
		expect(await vault.list()).toEqual([]);
		await expect(vault.load(jobId, 0)).rejects.toMatchObject({ code: "photos_lost" });
		await vault.wipe(jobId);
	});

	it.skipIf(isAbsent)("replaces a photo, and keeps jobs apart", async () => {
		const vault = await open();
		const [first, second] = [randomUUID(), randomUUID()];
		await vault.store(first, 0, piecesOf(Buffer.alloc(100_000, 1)), LIMIT);
		await vault.store(first, 0, piecesOf(Buffer.alloc(50_000, 2)), LIMIT);
		await vault.store(second, 0, piecesOf(Buffer.alloc(10, 3)), LIMIT);
		await vault.wipe(second);
		expect((await vault.load(first, 0)).equals(Buffer.alloc(50_000, 2))).toBe(true);
		await expect(vault.load(second, 0)).rejects.toMatchObject({ code: "photos_lost" });
	});

	it.skipIf(isAbsent)("refuses a photo past the limit while it arrives, and keeps nothing of it", async () => {
		const vault = await open();
		const jobId = randomUUID();
		let sent_bytes = 0;
		async function* endless(): AsyncGenerator<Uint8Array> {
			for (;;) {
				sent_bytes += 65_536;
				yield randomBytes(65_536);
			}
		}
		await expect(vault.store(jobId, 0, endless(), { maxSize_bytes: 300_000 })).rejects.toMatchObject({
			code: "photo_too_large",
		});
		expect(sent_bytes).toBeLessThan(1_000_000);
		const exact = Buffer.alloc(300_000, 1);
		await vault.store(jobId, 1, piecesOf(exact), { maxSize_bytes: 300_000 });
		expect((await vault.load(jobId, 1)).equals(exact)).toBe(true);
		await expect(vault.load(jobId, 0)).rejects.toMatchObject({ code: "photos_lost" });
	});

	it.skipIf(isAbsent)("keeps nothing of an upload that fails, hangs until it is aborted, or is wiped", async () => {
		const vault = await open();
		const jobId = randomUUID();
		async function* broken(): AsyncGenerator<Uint8Array> {
			yield randomBytes(200_000);
			throw new Error("connection lost");
		}
		await expect(vault.store(jobId, 0, broken(), LIMIT)).rejects.toThrow("connection lost");
		async function* hanging(): AsyncGenerator<Uint8Array> {
			yield randomBytes(200_000);
			await new Promise(() => undefined);
		}
		const controller = new AbortController();
		const aborted = vault.store(jobId, 1, hanging(), { ...LIMIT, signal: controller.signal });
		const wiped = vault.store(jobId, 2, hanging(), LIMIT);
		const outcomes = Promise.allSettled([aborted, wiped]);
		await sleep(100);
		controller.abort();
		await vault.wipe(jobId);
		expect((await outcomes).map((outcome) => outcome.status === "rejected" && outcome.reason.code)).toEqual([
			"cancelled",
			"cancelled",
		]);
		await expect(
			vault.store(jobId, 3, piecesOf(Buffer.alloc(1)), { ...LIMIT, signal: AbortSignal.abort() }),
		).rejects.toMatchObject({ code: "cancelled" });
		for (let index = 0; index < 4; index++) {
			await expect(vault.load(jobId, index)).rejects.toMatchObject({ code: "photos_lost" });
		}
		await vault.sweep();
		expect(await vault.list()).toEqual([]);
		if (kind === "ram_disk") expect(filesBelow(folder).filter((name) => !name.includes("owner-"))).toEqual([]);
	});

	it.skipIf(isAbsent)("wipes what is older than the lifetime, and nothing else", async () => {
		let now_ms = Date.now();
		const vault = await open({ now_ms: () => now_ms });
		const [old, young] = [randomUUID(), randomUUID()];
		await vault.store(old, 0, piecesOf(Buffer.alloc(10)), LIMIT);
		expect(await vault.sweep()).toEqual([]);
		now_ms += HOUR_MS + 60_000;
		if (kind !== "ram_disk") {
			await vault.store(young, 0, piecesOf(Buffer.alloc(10)), LIMIT);
			expect(await vault.sweep()).toEqual([old]);
			expect((await vault.list()).map((job) => job.jobId)).toEqual([young]);
		} else {
			expect(await vault.sweep()).toEqual([old]);
		}
		await expect(vault.load(old, 0)).rejects.toMatchObject({ code: "photos_lost" });
	});

	it.skipIf(isAbsent)("refuses ids that are no UUID and numbers that are none", async () => {
		const vault = await open();
		const bad = ["", "..", "../../etc/passwd", `${randomUUID()}/..`, randomUUID().toUpperCase(), `${randomUUID()}\n`];
		for (const jobId of bad) {
			await expect(vault.store(jobId, 0, piecesOf(Buffer.alloc(1)), LIMIT)).rejects.toThrow(RangeError);
			await expect(vault.load(jobId, 0)).rejects.toThrow(RangeError);
			await expect(vault.wipe(jobId)).rejects.toThrow(RangeError);
		}
		for (const index of [-1, 0.5, Number.NaN, 1e9]) {
			await expect(vault.load(randomUUID(), index)).rejects.toThrow(RangeError);
		}
	});

	it.skipIf(isAbsent || kind === "memory")("lets another vault with the same secret finish, and no other", async () => {
		const secret = randomBytes(32);
		const first = await open({ secret });
		const jobId = randomUUID();
		const photo = randomBytes(100_000);
		await first.store(jobId, 0, piecesOf(photo), LIMIT);
		const second = await open({ secret });
		const stranger = await open({ secret: randomBytes(32) });
		expect((await second.load(jobId, 0)).equals(photo)).toBe(true);
		await expect(stranger.load(jobId, 0)).rejects.toMatchObject({ code: "photos_lost" });
		expect(await stranger.sweep()).toEqual([]);
		await first.close();
		expect((await second.load(jobId, 0)).equals(photo)).toBe(true);
		await second.wipe(jobId);
		expect(await second.list()).toEqual([]);
	});

	it.skipIf(isAbsent)("keeps nothing when it is closed and nobody knows its secret", async () => {
		const vault = await open();
		const jobId = randomUUID();
		await vault.store(jobId, 0, piecesOf(Buffer.alloc(1000)), LIMIT);
		await vault.close();
		await vault.close();
		await expect(vault.load(jobId, 0)).rejects.toThrow(TypeError);
		if (kind === "ram_disk") expect(filesBelow(folder).filter((name) => name.includes(jobId))).toEqual([]);
		if (kind === "redis") expect(await redisKeys(jobId)).toEqual([]);
	});

	it("refuses a short secret", async () => {
		await expect(open({ secret: randomBytes(31) })).rejects.toMatchObject({ code: "invalid_configuration" });
	});
});

describe("photos in memory", () => {
	it("are refused when they are too many together, and leave their room to others", async () => {
		const vault = await openPhotoVault({ storage: "memory", lifetime_ms: HOUR_MS, maxSize_bytes: 1_000_000 });
		opened.push(vault);
		const [first, second] = [randomUUID(), randomUUID()];
		await vault.store(first, 0, piecesOf(Buffer.alloc(600_000)), LIMIT);
		const store = () => vault.store(second, 0, piecesOf(Buffer.alloc(600_000)), LIMIT);
		await expect(store()).rejects.toMatchObject({ code: "vault_full", retryable: true });
		await vault.wipe(first);
		await store();
		await expect(store()).rejects.toMatchObject({ code: "vault_full" });
		expect(await vault.load(second, 0)).toHaveLength(600_000);
	});
});

describe.skipIf(!hasRedisServer())("photos in Redis", () => {
	it("are overwritten before they are removed, and expire by themselves", async () => {
		const vault = await openPhotoVault({ redisUrl: redis?.url, secret: randomBytes(32), lifetime_ms: 1500 });
		opened.push(vault);
		const watcher = new Redis(redis?.url ?? "");
		const commands: string[][] = [];
		const monitor = await watcher.monitor();
		monitor.on("monitor", (_time: string, args: string[]) => commands.push(args));
		const jobId = randomUUID();
		await vault.store(jobId, 0, piecesOf(randomBytes(100_000)), LIMIT);
		await vault.wipe(jobId);
		await until(() => commands.some(([name]) => name?.toUpperCase() === "ZREM"));
		const names = commands.map(([name]) => name?.toUpperCase());
		expect(names.indexOf("SETRANGE")).toBeGreaterThan(0);
		expect(names.indexOf("SETRANGE")).toBeLessThan(names.lastIndexOf("DEL"));
		monitor.disconnect();
		watcher.disconnect();

		const lost = randomUUID();
		await vault.store(lost, 0, piecesOf(randomBytes(1000)), LIMIT);
		await until(async () => (await redisKeys(lost)).length === 0);
		await expect(vault.load(lost, 0)).rejects.toMatchObject({ code: "photos_lost" });
		expect(await vault.list()).toEqual([]);
	});

	it("are refused when Redis has no memory for them", async () => {
		const small = await startRedis("--maxmemory", "4mb", "--maxmemory-policy", "noeviction");
		const vault = await openPhotoVault({ redisUrl: small.url, secret: randomBytes(32), lifetime_ms: HOUR_MS });
		const jobId = randomUUID();
		await expect(vault.store(jobId, 0, piecesOf(randomBytes(9_000_000)), LIMIT)).rejects.toMatchObject({
			code: "vault_full",
			retryable: true,
		});
		await vault.store(jobId, 1, piecesOf(randomBytes(500_000)), LIMIT);
		await vault.wipe(jobId);
		await small.kill();
		await expect(vault.load(jobId, 1)).rejects.toMatchObject({ code: "service_unavailable", retryable: true });
		await vault.close().catch(() => undefined);
	});

	it.each([
		{ options: ["--save", "3600 1"], code: "invalid_configuration", variable: "VAULT_REDIS_URL" },
		{ options: ["--appendonly", "yes", "--dir", folder], code: "invalid_configuration", variable: "VAULT_REDIS_URL" },
		{ options: ["--rename-command", "CONFIG", ""], code: "invalid_configuration", variable: "VAULT_REDIS_IS_VOLATILE" },
	])("are not given to a Redis with $options", async ({ options, code, variable }) => {
		const other = await startRedis(...options);
		try {
			const settings = { redisUrl: other.url, secret: randomBytes(32), lifetime_ms: HOUR_MS };
			await expect(openPhotoVault(settings)).rejects.toMatchObject({ code, details: { variable } });
			const vouched = openPhotoVault({ ...settings, redisIsVolatile: true });
			if (variable === "VAULT_REDIS_URL") await expect(vouched).rejects.toMatchObject({ code });
			else await (await vouched).close();
		} finally {
			await other.kill();
		}
	});

	it("need a Redis that answers, and warn about one that drops keys", async () => {
		const dropping = await startRedis("--maxmemory", "100mb", "--maxmemory-policy", "allkeys-lru");
		const { log, lines } = captureLog();
		const settings = { redisUrl: dropping.url, secret: randomBytes(32), lifetime_ms: HOUR_MS, log };
		await (await openPhotoVault(settings)).close();
		expect(lines.some(({ level, message }) => level === "warn" && message.includes("noeviction"))).toBe(true);
		await dropping.kill();
		await expect(openPhotoVault(settings)).rejects.toMatchObject({ code: "service_unavailable" });
	});
});

async function redisKeys(jobId: string): Promise<string[]> {
	const client = new Redis(redis?.url ?? "");
	try {
		return await client.keys(`*${jobId}*`);
	} finally {
		client.disconnect();
	}
}
