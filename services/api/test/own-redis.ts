import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { Redis } from "ioredis";
import { freePort } from "../../../packages/platform/test/free-port.js";

/** A Redis of the test's own, without persistence: it can be flushed and killed. */
export interface OwnRedis {
	readonly url: string;
	flush(): Promise<void>;
	/** Ends it as a crash would. */
	kill(): Promise<void>;
	/** Starts it again on the same port, empty. */
	start(): Promise<void>;
}

/** Whether this machine can start one; in CI it must. */
export function hasRedisServer(): boolean {
	return process.env.CI !== undefined || spawnSync("redis-server", ["--version"]).status === 0;
}

export async function startOwnRedis(): Promise<OwnRedis> {
	const port = await freePort();
	const url = `redis://127.0.0.1:${port}`;
	let child: ChildProcess | null = null;
	const own: OwnRedis = {
		url,
		flush: () => ask(url, (redis) => redis.flushall()),
		kill: async () => {
			if (child === null) return;
			const ended = once(child, "exit");
			child.kill("SIGKILL");
			child = null;
			await ended;
		},
		start: async () => {
			const memoryOnly = ["--port", `${port}`, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"];
			child = spawn("redis-server", memoryOnly, { stdio: "ignore", cwd: "/tmp" });
			await ask(url, (redis) => redis.ping());
		},
	};
	await own.start();
	return own;
}

/** Waits for the server as long as it takes to start. */
async function ask(url: string, command: (redis: Redis) => Promise<unknown>): Promise<void> {
	const redis = new Redis(url, { maxRetriesPerRequest: null, retryStrategy: () => 50 });
	redis.on("error", () => undefined);
	try {
		await command(redis);
	} finally {
		redis.disconnect();
	}
}
