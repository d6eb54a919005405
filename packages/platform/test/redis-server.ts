import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import { freePort } from "./free-port.js";

/** A Redis of the test's own; its arguments decide whether it writes to disk. */
export interface OwnRedis {
	readonly url: string;
	/** Ends it as a crash would. */
	kill(): Promise<void>;
	/** Starts it again on the same port, empty. */
	start(): Promise<void>;
}

/** Whether this machine can start one; in CI it must. */
export function hasRedisServer(): boolean {
	return process.env.CI === "true" || spawnSync("redis-server", ["--version"]).status === 0;
}

/** The Redis that the tests share; null when it does not answer, which is a failure in CI. */
export async function findSharedRedis(): Promise<string | null> {
	const url = process.env.TEST_REDIS_URL ?? "redis://127.0.0.1:6379";
	const redis = new Redis(url, { lazyConnect: true, maxRetriesPerRequest: 0, retryStrategy: () => null });
	redis.on("error", () => undefined);
	try {
		await redis.connect();
		await redis.ping();
		return url;
	} catch (error) {
		if (process.env.CI === "true") throw error;
		return null;
	} finally {
		redis.disconnect();
	}
}

/** @param options arguments besides those that keep it from writing to disk */
export async function startRedis(...options: string[]): Promise<OwnRedis> {
	const port = await freePort();
	let child: ChildProcess | null = null;
	const own: OwnRedis = {
		url: `redis://127.0.0.1:${port}`,
		async kill() {
			if (child === null) return;
			const ended = once(child, "exit");
			child.kill("SIGKILL");
			child = null;
			await ended;
		},
		async start() {
			const memoryOnly = ["--port", `${port}`, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"];
			child = spawn("redis-server", [...memoryOnly, ...options], { stdio: "ignore", cwd: "/tmp" });
			await answers(own.url);
		},
	};
	await own.start();
	return own;
}

/** Asks again until it is true; a busy machine may take its time. */
export async function until(condition: () => boolean | Promise<boolean>, timeout_ms = 20_000): Promise<void> {
	const end = Date.now() + timeout_ms;
	while (!(await condition())) {
		if (Date.now() > end) throw new Error("what was waited for did not happen");
		await sleep(20);
	}
}

async function answers(url: string): Promise<void> {
	const redis = new Redis(url, { maxRetriesPerRequest: null, retryStrategy: () => 50 });
	redis.on("error", () => undefined);
	try {
		await redis.ping().catch((error: unknown) => {
			// One that asks for a password answers too.
			if (!(error instanceof Error) || !error.message.startsWith("NOAUTH")) throw error;
		});
	} finally {
		redis.disconnect();
	}
}
