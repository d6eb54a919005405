import { readdir, readFile, rm } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createEmptyPostgres, isPostgresPresent } from "../../../../packages/platform/test/test-databases.js";
import { type ApiClient, expectStatus, registerClient, samplePhoto } from "../api-client.js";
import { type ServerProcess, startServerProcess } from "../server-process.js";

const REDIS_URL = process.env.TEST_REDIS_URL ?? "redis://127.0.0.1:6379";
const VAULT_DIR = `/dev/shm/anny-fitter-cluster-${process.pid}`;
const SETTINGS = {
	JWT_SECRET: "Zk1vP2xq0cW8sT4uYb6nR3mJ7hG5dF9a-for-tests-only",
	// Counted in Redis, so for a second server, too.
	RATE_LIMIT_PER_HOUR: "100000",
	AUTH_RATE_LIMIT_PER_MINUTE: "100000",
	READ_RATE_LIMIT_PER_MINUTE: "100000",
	STATUS_RATE_LIMIT_PER_MINUTE: "100000",
	VAULT_DIR,
	LOG_LEVEL: "warn",
};
const FACTS = { stature_m: "1.724", weight_kg: "71", sex: "female" };

describe.skipIf(!isPostgresPresent)("several processes on one port", () => {
	let database: { readonly url: string; drop(): Promise<void> };
	let server: ServerProcess;
	let client: ApiClient;
	let photos: Buffer[];

	beforeAll(async () => {
		photos = [await samplePhoto("woman-front"), await samplePhoto("woman-side")];
		database = await createEmptyPostgres();
		server = await startServerProcess({
			env: {
				NODE_ENV: "production",
				DATABASE_URL: database.url,
				REDIS_URL,
				...SETTINGS,
			},
			parameters: ["--workers", "2"],
		});
		client = await registerClient(server.url);
	});
	afterAll(async () => {
		await server?.stop();
		await database?.drop();
		await rm(VAULT_DIR, { recursive: true, force: true });
	});

	test("a fit that one process took in is seen by all", async () => {
		const sessionId = await startFit();
		// Each request may reach either process: their states agree through the database and Redis.
		const state = await client.waitForEnd(sessionId);
		expect(state).toMatchObject({ status: "completed", progress: 1 });
		for (let i = 0; i < 10; i++) {
			await expectStatus(200, client.request("GET", `/models/${state.model_id}`));
		}
	});

	test("whichever process is asked gives the numbers of all", async () => {
		const counts: number[] = [];
		for (let i = 0; i < 8; i++) {
			// A connection of its own, which either process may get.
			const answer = await fetch(`${server.url}/metrics`, { headers: { connection: "close" } });
			const text = await answer.text();
			const processes = new Set([...text.matchAll(/process="(\w+)"/g)].map(([, name]) => name));
			expect(processes).toEqual(new Set(["1", "2", "primary"]));
			// The services run in the primary, whatever process called them.
			expect(text).toMatch(/vision_photos_total\{[^}]*process="primary"[^}]*\} [1-9]/);
			const requests = [...text.matchAll(/^http_request_duration_seconds_count\{.*\} (\d+)$/gm)];
			counts.push(requests.reduce((sum, [, count]) => sum + Number(count), 0));
		}
		expect(counts[0]).toBeGreaterThan(10);
		// Counters only grow; of one process after the other they would jump.
		expect(counts).toEqual([...counts].sort((a, b) => a - b));
	});

	test("fits go on in new processes when all are killed", async () => {
		const sessionId = await startFit();
		await untilActive(sessionId);
		const before = await workerPids(server.pid);
		expect(before).toHaveLength(2);
		for (const pid of before) process.kill(pid, "SIGKILL");
		const state = await waitThroughRestart(sessionId);
		expect(state).toMatchObject({ status: "completed" });
		expect(await workerPids(server.pid)).toHaveLength(2);
		await expectNoPhotos();
	});

	test("SIGTERM finishes the running fit and ends with 0", async () => {
		const sessionId = await startFit();
		await untilActive(sessionId);
		expect(await server.stop()).toBe(0);
		await expectNoPhotos();
		const again = await startServerProcess({
			env: {
				DATABASE_URL: database.url,
				REDIS_URL,
				...SETTINGS,
			},
		});
		try {
			const answer = await fetch(`${again.url}/api/v1/sessions/${sessionId}`, {
				headers: { authorization: `Bearer ${client.token}` },
			});
			expect(await answer.json()).toMatchObject({ status: "completed" });
		} finally {
			await again.stop();
		}
	});

	async function startFit(): Promise<string> {
		const accepted = await expectStatus(202, client.startFit(photos, FACTS));
		return ((await accepted.json()) as { session_id: string }).session_id;
	}

	async function untilActive(sessionId: string): Promise<void> {
		for (let i = 0; i < 2000; i++) {
			const { status } = await client.session(sessionId);
			if (status === "active") return;
			expect(status).toBe("queued");
			await new Promise((resolve) => setTimeout(resolve, 5));
		}
		throw new Error("the fit does not begin");
	}

	/** Connections break while the processes are away. */
	async function waitThroughRestart(sessionId: string) {
		const until = Date.now() + 120_000;
		for (;;) {
			try {
				return await client.waitForEnd(sessionId);
			} catch (error) {
				if (Date.now() > until) throw error;
				await new Promise((resolve) => setTimeout(resolve, 200));
			}
		}
	}
});

/** Child processes of the primary. */
async function workerPids(pid: number): Promise<number[]> {
	const threads = await readdir(`/proc/${pid}/task`);
	const lists = await Promise.all(threads.map((thread) => readFile(`/proc/${pid}/task/${thread}/children`, "utf8")));
	return lists.flatMap((list) => list.trim().split(/\s+/).filter(Boolean).map(Number));
}

async function expectNoPhotos(): Promise<void> {
	const entries = await readdir(VAULT_DIR, { recursive: true }).catch(() => []);
	expect(entries.filter((name) => /\.(?:photo|part)$/.test(name))).toEqual([]);
}
