import { execFile } from "node:child_process";
import { randomBytes, randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { type Cache, openCache } from "@anny-fitter/platform/cache";
import { type EventBus, openEventBus } from "@anny-fitter/platform/events";
import { openPhotoVault, type PhotoVault } from "@anny-fitter/platform/vault";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasRedisServer, until } from "../redis-server.js";
import { type RedisTopology, startRedisCluster, startRedisSentinels } from "../redis-topologies.js";

const USE = fileURLToPath(new URL("../use-redis.js", import.meta.url));
const run = promisify(execFile);
const use = ({ url, authority }: Pick<RedisTopology, "url" | "authority">) =>
	run(process.execPath, [USE, url], { env: { ...process.env, NODE_EXTRA_CA_CERTS: authority }, timeout: 30_000 });
/** Enough for every node of a cluster to hold some. */
const KEYS = Array.from({ length: 40 }, (_, i) => `key-${i}`);
const LIMIT = { maxSize_bytes: 1_000_000 };
/** The servers are missed after 1.5 s; then one is elected. On a busy machine an election may have to be repeated. */
const LONGEST_OUTAGE_ms = 40_000;

describe.skipIf(!hasRedisServer()).each([
	{ kind: "cluster", start: startRedisCluster },
	{ kind: "sentinels", start: startRedisSentinels },
])("Redis as a $kind", ({ kind, start }) => {
	let topology: RedisTopology;
	let cache: Cache;
	let [here, there]: EventBus[] = [];
	let vault: PhotoVault;

	beforeAll(async () => {
		topology = await start();
	});
	afterAll(async () => {
		await Promise.allSettled([cache?.close(), here?.close(), there?.close(), vault?.close()]);
		await topology?.dispose();
	});

	it("does all that one server does", async () => {
		expect((await use(topology)).stdout).toBe("ok\n");
	});

	it("is refused a wrong password at the start", async () => {
		const url = topology.url.replace("of-the-servers", "guessed");
		await expect(openCache({ redisUrl: url })).rejects.toMatchObject({ code: "invalid_configuration" });
	});

	it("goes on after its master has died", async () => {
		const redisUrl = topology.url;
		const prefix = `${randomUUID()}:`;
		cache = await openCache({ redisUrl, prefix });
		here = await openEventBus({ redisUrl, prefix });
		there = await openEventBus({ redisUrl, prefix });
		vault = await openPhotoVault({ redisUrl, secret: randomBytes(32), lifetime_ms: 600_000 });
		const heard = new Set<unknown>();
		await here.subscribe("progress", (message) => heard.add(message));
		const photo = randomBytes(50_000);
		const jobs = KEYS.map(() => randomUUID());
		for (const job of jobs) await vault.store(job, 0, piecesOf(photo), LIMIT);
		for (const key of KEYS) for (let i = 0; i < 3; i++) await cache.count(key, 600_000);
		for (const key of KEYS) await cache.set(key, "before", 600_000);

		await topology.killMaster();
		const died = performance.now();
		const since = async (condition: () => Promise<boolean>) => {
			await until(() => condition().catch(() => false), LONGEST_OUTAGE_ms);
			return performance.now() - died;
		};
		// Rate limits never stop counting: by what Redis said last, while it is away.
		const counts = await Promise.all(KEYS.map((key) => cache.count(key, 600_000)));
		expect(counts.map(({ count }) => count)).toEqual(KEYS.map(() => 4));
		const [writing, hearing, storing] = await Promise.all([
			since(async () => {
				for (const key of KEYS) await cache.set(key, "after", 600_000);
				return (await Promise.all(KEYS.map((key) => cache.get(key)))).every((value) => value === "after");
			}),
			since(async () => {
				await there!.publish("progress", "after");
				await sleep(20);
				return heard.has("after");
			}),
			since(async () => {
				for (let i = 0; i < 6; i++) await vault.store(randomUUID(), 0, piecesOf(photo), LIMIT);
				return true;
			}),
		]);
		const kept = await Promise.all(
			jobs.map((job) =>
				vault.load(job, 0).then(
					(loaded) => loaded.equals(photo),
					() => false,
				),
			),
		);
		console.log(
			`${kind}: the master died; cache and counters answered after ${writing.toFixed(0)} ms, progress after ` +
				`${hearing.toFixed(0)} ms, photos after ${storing.toFixed(0)} ms; ${kept.filter(Boolean).length} of ${jobs.length} photos are there`,
		);
		// What was acknowledged in the last milliseconds may be lost; these had the time to be copied.
		expect(kept.filter(Boolean).length).toBeGreaterThanOrEqual(jobs.length - 1);
		expect((await cache.count(KEYS[0]!, 600_000)).count).toBeGreaterThanOrEqual(4);
	});
});

describe.skipIf(!hasRedisServer())("with TLS and passwords", () => {
	it.each([
		{ kind: "a cluster", start: startRedisCluster },
		{ kind: "Sentinels", start: startRedisSentinels },
	])("$kind does the same, and nobody without its authority gets in", async ({ start }) => {
		const topology = await start({ usesTls: true });
		try {
			expect((await use(topology)).stdout).toBe("ok\n");
			await expect(use({ ...topology, authority: "" })).rejects.toThrow();
		} finally {
			await topology.dispose();
		}
	});
});

async function* piecesOf(photo: Buffer): AsyncGenerator<Uint8Array> {
	yield photo;
}
