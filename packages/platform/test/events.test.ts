import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { type EventBus, openEventBus } from "@anny-fitter/platform/events";
import { Redis } from "ioredis";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { captureLog } from "./captured-log.js";
import { findSharedRedis, hasRedisServer, type OwnRedis, startRedis, until } from "./redis-server.js";

const sharedRedis = await findSharedRedis();
const opened: EventBus[] = [];
const keep = (bus: EventBus): EventBus => {
	opened.push(bus);
	return bus;
};
afterEach(async () => {
	for (const bus of opened.splice(0)) await bus.close();
});

describe.each([
	{ kind: "process", isAbsent: false },
	{ kind: "redis", isAbsent: sharedRedis === null },
] as const)("events: $kind", ({ kind, isAbsent }) => {
	const open = async (prefix = `anny-fitter-test:${randomUUID()}:`): Promise<EventBus> =>
		keep(await openEventBus(kind === "process" ? {} : { redisUrl: sharedRedis ?? "", prefix }));

	it.skipIf(isAbsent)("delivers to every listener of the channel, in order, until it leaves", async () => {
		const bus = await open();
		expect(bus.kind).toBe(kind);
		await bus.ping();
		const [first, second, elsewhere]: unknown[][] = [[], [], []];
		const leave = await bus.subscribe("a", (message) => first.push(message));
		await bus.subscribe("a", (message) => second.push(message));
		await bus.subscribe("b", (message) => elsewhere.push(message));
		for (let i = 0; i < 50; i++) await bus.publish("a", { i, text: "ü" });
		await until(() => second.length === 50);
		expect(first).toEqual(Array.from({ length: 50 }, (_, i) => ({ i, text: "ü" })));
		await leave();
		await leave();
		await bus.publish("a", "last");
		await until(() => second.length === 51);
		expect(first).toHaveLength(50);
		expect(elsewhere).toEqual([]);
	});

	it.skipIf(isAbsent)("survives a listener that throws, and gives each its own copy", async () => {
		const bus = await open();
		const heard: { list: number[] }[] = [];
		await bus.subscribe("a", () => {
			throw new Error("listener");
		});
		for (let i = 0; i < 2; i++) {
			await bus.subscribe("a", (message) => {
				(message as { list: number[] }).list.push(2);
				heard.push(message as { list: number[] });
			});
		}
		await bus.publish("a", { list: [1] });
		await until(() => heard.length === 2);
		expect(heard).toEqual([{ list: [1, 2] }, { list: [1, 2] }]);
	});

	it.skipIf(isAbsent)("can be left and joined again at once", async () => {
		const bus = await open();
		const heard: unknown[] = [];
		for (let i = 0; i < 20; i++) {
			const leave = await bus.subscribe("a", () => undefined);
			const leaving = leave();
			const stay = await bus.subscribe("a", (message) => heard.push(message));
			await leaving;
			await bus.publish("a", i);
			await until(() => heard.includes(i));
			await stay();
		}
		expect(heard).toHaveLength(20);
	});
});

describe.skipIf(!hasRedisServer())("events among processes", () => {
	let redis: OwnRedis | undefined;
	afterAll(async () => redis?.kill());

	it("reach another bus, tell Redis of a channel once, and go on after Redis was away", async () => {
		redis = await startRedis();
		const { log, lines } = captureLog();
		const publisher = keep(await openEventBus({ redisUrl: redis.url, log }));
		const subscriber = keep(await openEventBus({ redisUrl: redis.url }));
		const heard: unknown[] = [];
		const leaving = await Promise.all([1, 2, 3].map(() => subscriber.subscribe("a", (message) => heard.push(message))));
		await publisher.publish("a", "before");
		await until(() => heard.length === 3);
		expect(await subscribers(redis.url, "anny-fitter:events:a")).toBe(1);
		await leaving[0]?.();
		expect(await subscribers(redis.url, "anny-fitter:events:a")).toBe(1);

		await redis.kill();
		await until(async () =>
			publisher.ping().then(
				() => false,
				() => true,
			),
		);
		const start = performance.now();
		for (let i = 0; i < 5; i++) await publisher.publish("a", "lost");
		expect(performance.now() - start).toBeLessThan(15_000);
		expect(lines.filter(({ level }) => level === "warn")).toHaveLength(1);
		await expect(publisher.subscribe("b", () => undefined)).rejects.toMatchObject({ code: "service_unavailable" });

		await redis.start();
		heard.length = 0;
		await until(async () => {
			await publisher.publish("a", "after");
			await sleep(50);
			return heard.includes("after");
		});
		expect(heard).not.toContain("lost");
		await leaving[1]?.();
		await leaving[2]?.();
		expect(await subscribers(redis.url, "anny-fitter:events:a")).toBe(0);
	});
});

/** How many connections Redis knows for a channel. */
async function subscribers(url: string, channel: string): Promise<number> {
	const redis = new Redis(url);
	try {
		const [, count] = (await redis.pubsub("NUMSUB", channel)) as [string, number];
		return count;
	} finally {
		redis.disconnect();
	}
}
