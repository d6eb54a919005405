import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { type Cache, openCache } from "@anny-fitter/platform/cache";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { captureLog } from "./captured-log.js";
import { findSharedRedis, hasRedisServer, type OwnRedis, startRedis, until } from "./redis-server.js";

const sharedRedis = await findSharedRedis();
const opened: Cache[] = [];
const keep = (cache: Cache): Cache => {
	opened.push(cache);
	return cache;
};
afterEach(async () => {
	for (const cache of opened.splice(0)) await cache.close();
});

describe.each([
	{ kind: "process", isAbsent: false },
	{ kind: "redis", isAbsent: sharedRedis === null },
] as const)("cache: $kind", ({ kind, isAbsent }) => {
	const open = async (): Promise<Cache> =>
		keep(
			await openCache(
				kind === "process" ? {} : { redisUrl: sharedRedis ?? "", prefix: `anny-fitter-test:${randomUUID()}:` },
			),
		);

	it.skipIf(isAbsent)("gives back JSON values until their time is over", async () => {
		const cache = await open();
		expect(cache.kind).toBe(kind);
		await cache.ping();
		expect(await cache.get("a")).toBeUndefined();
		for (const value of [{ b: [1, "ü", null] }, null, 0, "", false, []]) {
			await cache.set("a", value, 60_000);
			expect(await cache.get("a")).toEqual(value);
		}
		await cache.set("short", 1, 100);
		await sleep(300);
		expect(await cache.get("short")).toBeUndefined();
	});

	it.skipIf(isAbsent)("keeps readers from changing what others read", async () => {
		const cache = await open();
		const value = { list: [1] };
		await cache.set("a", value, 60_000);
		value.list.push(2);
		((await cache.get("a")) as { list: number[] }).list.push(3);
		expect(await cache.get("a")).toEqual({ list: [1] });
	});

	it.skipIf(isAbsent)("deletes several keys, and counters", async () => {
		const cache = await open();
		await cache.set("a", 1, 60_000);
		await cache.set("b", 2, 60_000);
		await cache.set("c", 3, 60_000);
		await cache.count("n", 60_000);
		await cache.delete("a", "b", "n", "absent");
		await cache.delete();
		expect([await cache.get("a"), await cache.get("b"), await cache.get("c")]).toEqual([undefined, undefined, 3]);
		expect((await cache.count("n", 60_000)).count).toBe(1);
	});

	it.skipIf(isAbsent)("counts every call once, in a window that the first begins", async () => {
		const cache = await open();
		const results = await Promise.all(Array.from({ length: 200 }, () => cache.count("n", 60_000)));
		expect(results.map(({ count }) => count).sort((a, b) => a - b)).toEqual(
			Array.from({ length: 200 }, (_, index) => index + 1),
		);
		for (const { left_ms } of results) expect(left_ms > 0 && left_ms <= 60_000).toBe(true);
		await cache.count("short", 1500);
		await sleep(20);
		expect((await cache.count("short", 60_000)).left_ms).toBeLessThanOrEqual(1500);
		await sleep(1700);
		expect(await cache.count("short", 60_000)).toEqual({ count: 1, left_ms: 60_000 });
	});

	it.skipIf(isAbsent)("refuses what cannot be cached", async () => {
		const cache = await open();
		await expect(cache.set("a", undefined, 1000)).rejects.toThrow(TypeError);
		await expect(cache.set("a", 1, 0)).rejects.toThrow(RangeError);
		await expect(cache.count("a", 0)).rejects.toThrow(RangeError);
	});
});

describe("cache in process", () => {
	it("drops what was used least recently, and ends lifetimes by the clock", async () => {
		let now_ms = 1000;
		const cache = keep(await openCache({ maxEntries: 2, now_ms: () => now_ms }));
		await cache.set("a", 1, 100);
		await cache.set("b", 2, 100);
		await cache.get("a");
		await cache.set("c", 3, 100);
		expect([await cache.get("a"), await cache.get("b"), await cache.get("c")]).toEqual([1, undefined, 3]);
		now_ms = 1100;
		expect(await cache.get("a")).toBeUndefined();
	});

	it("obeys the limit of its size", async () => {
		const cache = keep(await openCache({ maxSize_chars: 100 }));
		await cache.set("huge", "x".repeat(200), 1000);
		expect(await cache.get("huge")).toBeUndefined();
		for (let i = 0; i < 20; i++) await cache.set(`${i}`, "x".repeat(18), 1000);
		const present = await Promise.all(Array.from({ length: 20 }, (_, i) => cache.get(`${i}`)));
		expect(present.map((value) => value !== undefined)).toEqual(Array.from({ length: 20 }, (_, i) => i >= 15));
	});
});

describe.skipIf(!hasRedisServer())("cache whose Redis goes away", () => {
	let redis: OwnRedis | undefined;
	afterAll(async () => redis?.kill());

	it("misses, keeps counting from the last number, makes up for deletions, and recovers", async () => {
		redis = await startRedis();
		const { log, lines } = captureLog();
		const cache = keep(await openCache({ redisUrl: redis.url, log }));
		const other = keep(await openCache({ redisUrl: redis.url }));
		await cache.set("a", "old", 60_000);
		await cache.count("n", 60_000);
		await other.count("n", 60_000);
		expect((await cache.count("n", 60_000)).count).toBe(3);

		await redis.kill();
		await until(async () => (await cache.get("a")) === undefined);
		expect((await cache.count("n", 60_000)).count).toBe(4);
		expect((await cache.count("n", 60_000)).count).toBe(5);
		await cache.delete("a");
		await cache.set("b", 1, 60_000);
		await expect(cache.ping()).rejects.toThrow();
		expect(lines.filter(({ level }) => level === "warn")).toHaveLength(1);

		await redis.start();
		// As if Redis had kept it: what was deleted meanwhile must not come back.
		await until(async () =>
			other.ping().then(
				() => true,
				() => false,
			),
		);
		await other.set("a", "old", 60_000);
		await until(async () =>
			cache.ping().then(
				() => true,
				() => false,
			),
		);
		await until(async () => (await other.get("a")) === undefined || (await cache.get("b")) === undefined);
		await cache.set("b", 2, 60_000);
		expect(await cache.get("b")).toBe(2);
		expect(await other.get("b")).toBe(2);
	});

	it("starts without Redis, and refuses a wrong password at the start", async () => {
		const guarded = await startRedis("--requirepass", "right");
		try {
			const wrong = guarded.url.replace("//", "//:wrong-1234@");
			const error = await openCache({ redisUrl: wrong }).catch((reason: unknown) => reason);
			expect(error).toMatchObject({ code: "invalid_configuration", details: { variable: "REDIS_URL" } });
			expect(JSON.stringify(error) + String(error)).not.toContain("wrong-1234");
			keep(await openCache({ redisUrl: guarded.url.replace("//", "//:right@") }));
		} finally {
			await guarded.kill();
		}
		const cache = keep(await openCache({ redisUrl: guarded.url }));
		expect(await cache.get("a")).toBeUndefined();
		expect((await cache.count("n", 1000)).count).toBe(1);
	});
});
