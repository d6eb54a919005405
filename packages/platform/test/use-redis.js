/** All that the product does with a Redis, by two processes' worth of clients; prints `ok`. In a process of its own, because
 * Node reads the authorities of certificates when it starts. Usage: node use-redis.js ADDRESS */
import assert from "node:assert/strict";
import { randomBytes, randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { openCache } from "@anny-fitter/platform/cache";
import { openEventBus } from "@anny-fitter/platform/events";
import { openPhotoVault } from "@anny-fitter/platform/vault";

const redisUrl = process.argv[2];
const secret = randomBytes(32);
/** @type {<T>(open: () => Promise<T>) => Promise<[T, T]>} */
const both = (open) => Promise.all([open(), open()]);
const prefix = `${randomUUID()}:`;
// First, since it demands that Redis answers.
const vaults = await both(() => openPhotoVault({ redisUrl, secret: Buffer.from(secret), lifetime_ms: 600_000 }));
const caches = await both(() => openCache({ redisUrl, prefix }));
const buses = await both(() => openEventBus({ redisUrl, prefix }));

const keys = Array.from({ length: 50 }, (_, i) => `key-${i}`);
for (const key of keys) await caches[0].set(key, { key }, 60_000);
for (const key of keys) assert.deepEqual(await caches[1].get(key), { key });
await caches[1].delete(...keys);
for (const key of keys) assert.equal(await caches[0].get(key), undefined);
for (const key of keys) {
	for (const count of [1, 2, 3, 4]) assert.equal((await caches[count % 2].count(key, 60_000)).count, count);
}

const heard = new Map();
for (const key of keys) await buses[0].subscribe(key, (message) => heard.set(key, message));
for (const key of keys) await buses[1].publish(key, { of: key });
for (let i = 0; i < 200 && heard.size < keys.length; i++) await sleep(20);
for (const key of keys) assert.deepEqual(heard.get(key), { of: key });

const jobs = Array.from({ length: 8 }, () => randomUUID());
const photo = randomBytes(200_000);
async function* pieces() {
	yield photo;
}
for (const job of jobs) {
	for (const index of [0, 1]) await vaults[0].store(job, index, pieces(), { maxSize_bytes: 1_000_000 });
}
for (const job of jobs) assert.ok((await vaults[1].load(job, 1)).equals(photo));
assert.deepEqual((await vaults[1].list()).map(({ jobId }) => jobId).sort(), [...jobs].sort());
for (const job of jobs) await vaults[1].wipe(job);
assert.deepEqual(await vaults[0].list(), []);
await assert.rejects(vaults[0].load(jobs[0], 0), { code: "photos_lost" });

for (const opened of [...caches, ...buses]) await opened.ping();
for (const opened of [...caches, ...buses, ...vaults]) await opened.close();
console.log("ok");
