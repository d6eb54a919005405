import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { openDatabase } from "@anny-fitter/platform/database";
import { type FitJob, type FitQueue, type FitQueueOptions, openFitQueue } from "@anny-fitter/platform/jobs";
import { sql } from "kysely";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { createTestDatabase, isPostgresPresent, TEST_DATABASE_KINDS, type TestDatabase } from "./test-databases.js";

const PACKAGE = fileURLToPath(new URL("..", import.meta.url));
const PATIENCE = { timeout: 30_000, interval: 20 };

describe.each(TEST_DATABASE_KINDS)("the queue of fits on %s", (kind) => {
	let opened: TestDatabase;
	const queues: FitQueue[] = [];

	beforeAll(async () => {
		opened = await createTestDatabase(kind, { onDisk: true });
	});
	afterAll(() => opened?.dispose());
	afterEach(async () => {
		for (const queue of queues.splice(0)) await queue.stop({ grace_ms: 0 });
		await opened.database.asSystem((tx) => sql`delete from pgboss.job`.execute(tx));
	});

	async function open(options: FitQueueOptions = {}): Promise<FitQueue> {
		const queue = await openFitQueue(opened.database, { pollInterval_ms: 200, ...options });
		queues.push(queue);
		return queue;
	}

	/** After the database was closed. */
	async function reopen(): Promise<void> {
		const database = await openDatabase({ url: opened.url, dataDir: opened.dataDir, timeout_ms: 30_000 });
		const { dispose } = opened;
		opened = {
			...opened,
			database,
			async dispose() {
				await database.close();
				await dispose();
			},
		};
	}

	async function enqueue(queue: FitQueue, sessionId: string = randomUUID()): Promise<string> {
		await opened.database.asSystem((tx) => queue.enqueue(tx, sessionId));
		return sessionId;
	}

	async function states(): Promise<string[]> {
		const { rows } = await opened.database.asSystem((tx) =>
			sql<{ state: string }>`select state::text from pgboss.job order by created_on`.execute(tx),
		);
		return rows.map((row) => row.state);
	}

	it("holds a job exactly when the transaction commits, and nothing but the session's id", async () => {
		const queue = await open();
		await expect(
			opened.database.asSystem(async (tx) => {
				await queue.enqueue(tx, randomUUID());
				throw new Error("rolled back");
			}),
		).rejects.toThrow("rolled back");
		expect(await queue.size()).toBe(0);
		const sessionId = await enqueue(queue);
		expect(await queue.size()).toBe(1);
		const { rows } = await opened.database.asSystem((tx) => sql`select data from pgboss.job`.execute(tx));
		expect(rows).toEqual([{ data: { sessionId } }]);
	});

	it("takes jobs from the elevated part of a user's transaction, and from nowhere else of it", async () => {
		const queue = await open();
		const actor = { userId: randomUUID(), role: "user" } as const;
		await opened.database.asUser(actor, (tx) => opened.database.elevate(tx, () => queue.enqueue(tx, randomUUID())));
		expect(await queue.size()).toBe(1);
		await expect(opened.database.asUser(actor, (tx) => queue.enqueue(tx, randomUUID()))).rejects.toMatchObject({
			code: "42501",
		});
	});

	it("delivers each of many jobs once, no more than allowed at a time", async () => {
		const queue = await open();
		const expected = await Promise.all(Array.from({ length: 20 }, () => enqueue(queue)));
		const seen: string[] = [];
		let running = 0;
		let most = 0;
		await queue.work(
			async ({ sessionId }) => {
				most = Math.max(most, ++running);
				await new Promise((resolve) => setTimeout(resolve, 10));
				running--;
				seen.push(sessionId);
			},
			{ concurrency: 3 },
		);
		await vi.waitFor(async () => expect((await states()).every((state) => state === "completed")).toBe(true), PATIENCE);
		expect(seen.sort()).toEqual(expected.sort());
		expect(most).toBe(3);
	});

	it("starts a job at once when notified", async () => {
		const queue = await open({ pollInterval_ms: 60_000 });
		const seen: string[] = [];
		await queue.work(async ({ sessionId }) => void seen.push(sessionId), { concurrency: 1 });
		// The first look finds nothing; the next would be in a minute.
		await new Promise((resolve) => setTimeout(resolve, 300));
		const sessionId = await enqueue(queue);
		queue.notify();
		await vi.waitFor(() => expect(seen).toEqual([sessionId]), { timeout: 20_000, interval: 10 });
	});

	it("ends a job whose handler throws without another try, and goes on", async () => {
		const queue = await open();
		const failing = await enqueue(queue);
		const fine = await enqueue(queue);
		const seen: string[] = [];
		await queue.work(
			async ({ sessionId }) => {
				seen.push(sessionId);
				if (sessionId === failing) throw new Error("secret of a person");
			},
			{ concurrency: 1 },
		);
		await vi.waitFor(async () => expect((await states()).sort()).toEqual(["completed", "failed"]), PATIENCE);
		await new Promise((resolve) => setTimeout(resolve, 500));
		expect(seen.sort()).toEqual([failing, fine].sort());
		const { rows } = await opened.database.asSystem((tx) => sql`select * from pgboss.job`.execute(tx));
		expect(JSON.stringify(rows)).not.toContain("secret");
	});

	it("waits for running jobs when stopped, and takes no more", async () => {
		const queue = await open();
		await enqueue(queue);
		await enqueue(queue);
		const work = slowHandler();
		await queue.work(work.handler, { concurrency: 1 });
		await vi.waitFor(() => expect(work.started).toBe(1), PATIENCE);
		const stopped = queue.stop({ grace_ms: 20_000 });
		work.finish();
		await stopped;
		expect(work.started).toBe(1);
		expect(work.aborted).toBe(0);
		expect((await states()).sort()).toEqual(["completed", "created"]);
	});

	it("aborts after the grace and gives the job back at once", async () => {
		const queue = await open();
		const sessionId = await enqueue(queue);
		const work = slowHandler();
		await queue.work(work.handler, { concurrency: 1 });
		await vi.waitFor(() => expect(work.started).toBe(1), PATIENCE);
		await queue.stop({ grace_ms: 50 });
		expect(work.aborted).toBe(1);
		const seen: string[] = [];
		const next = await open();
		await next.work(async (job) => void seen.push(job.sessionId), { concurrency: 1 });
		await vi.waitFor(() => expect(seen).toEqual([sessionId]), PATIENCE);
	});

	it("gives back the job of a handler that does not heed the signal", { timeout: 60_000 }, async () => {
		const queue = await open();
		await enqueue(queue);
		let started = 0;
		await queue.work(
			() => {
				started++;
				return new Promise(() => {});
			},
			{ concurrency: 1 },
		);
		await vi.waitFor(() => expect(started).toBe(1), PATIENCE);
		await queue.stop({ grace_ms: 50 });
		expect(await states()).toEqual(["retry"]);
	});

	it("keeps a long job from being given out twice", async () => {
		const queue = await open({ expiry_s: 2 });
		await enqueue(queue);
		let started = 0;
		await queue.work(
			async () => {
				started++;
				await new Promise((resolve) => setTimeout(resolve, 6_000));
			},
			{ concurrency: 2 },
		);
		await vi.waitFor(async () => expect(await states()).toEqual(["completed"]), PATIENCE);
		expect(started).toBe(1);
	});

	it("does not wait for itself while a transaction is open", async () => {
		const queue = await open({ pollInterval_ms: 100 });
		const seen: string[] = [];
		await queue.work(async ({ sessionId }) => void seen.push(sessionId), { concurrency: 2 });
		const sessionId = randomUUID();
		await opened.database.asSystem(async (tx) => {
			await queue.enqueue(tx, sessionId);
			queue.notify();
			await new Promise((resolve) => setTimeout(resolve, 500));
			expect(seen).toEqual([]);
		});
		await vi.waitFor(() => expect(seen).toEqual([sessionId]), PATIENCE);
	});

	it("keeps waiting jobs over a restart", async () => {
		const sessionId = await enqueue(await open());
		await queues.pop()!.stop({ grace_ms: 0 });
		await opened.database.close();
		await reopen();
		const again = await open();
		expect(await again.size()).toBe(1);
		const seen: string[] = [];
		await again.work(async (job) => void seen.push(job.sessionId), { concurrency: 1 });
		await vi.waitFor(() => expect(seen).toEqual([sessionId]), PATIENCE);
	});

	it("gives out again the job of a process that was killed", { timeout: 120_000 }, async () => {
		// The embedded database has one process at a time.
		await opened.database.close();
		const child = startWorker({ url: opened.url, dataDir: opened.dataDir }, "hang");
		const [line] = (await once(child.lines, "line")) as [string];
		child.process.kill("SIGKILL");
		await once(child.process, "exit");
		await reopen();
		const queue = await open({ expiry_s: 2, pollInterval_ms: 100 });
		const seen: string[] = [];
		await queue.work(async (job) => void seen.push(job.sessionId), { concurrency: 1 });
		await vi.waitFor(() => expect(seen).toEqual([line]), { timeout: 60_000, interval: 50 });
	});
});

describe.skipIf(!isPostgresPresent)("the queue of fits shared by processes", () => {
	it("gives each job to one of them", { timeout: 120_000 }, async () => {
		const opened = await createTestDatabase("postgres");
		const workers = [startWorker({ url: opened.url }, "work"), startWorker({ url: opened.url }, "work")];
		try {
			await Promise.all(workers.map(({ lines }) => once(lines, "line")));
			const seen: [worker: number, sessionId: string][] = [];
			workers.forEach(({ lines }, index) => {
				lines.on("line", (sessionId: string) => seen.push([index, sessionId]));
			});
			const queue = await openFitQueue(opened.database);
			const expected = Array.from({ length: 40 }, () => randomUUID());
			await opened.database.asSystem(async (tx) => {
				for (const sessionId of expected) await queue.enqueue(tx, sessionId);
			});
			await vi.waitFor(() => expect(seen.length).toBe(expected.length), { timeout: 60_000, interval: 50 });
			await new Promise((resolve) => setTimeout(resolve, 500));
			expect(seen.map(([, sessionId]) => sessionId).sort()).toEqual(expected.sort());
			expect(new Set(seen.map(([worker]) => worker)).size).toBe(2);
			await queue.stop({ grace_ms: 0 });
		} finally {
			for (const worker of workers) worker.process.kill("SIGKILL");
			await opened.dispose();
		}
	});
});

function slowHandler() {
	let finish = () => {};
	const work = {
		started: 0,
		aborted: 0,
		finish: () => finish(),
		async handler({ signal }: FitJob) {
			work.started++;
			await new Promise<void>((resolve, reject) => {
				finish = resolve;
				signal.addEventListener("abort", () => {
					work.aborted++;
					reject(signal.reason);
				});
			});
		},
	};
	return work;
}

/** A process that says which jobs it got; one that hangs queues its own job, says its session and never ends it. */
function startWorker(where: { url?: string | undefined; dataDir?: string | undefined }, mode: "work" | "hang") {
	const script = `
		import { openDatabase } from "@anny-fitter/platform/database";
		import { openFitQueue } from "@anny-fitter/platform/jobs";
		const { where, mode } = JSON.parse(process.argv[1]);
		const database = await openDatabase({ ...where, timeout_ms: 30000 });
		const queue = await openFitQueue(database, { expiry_s: 2, pollInterval_ms: 100 });
		await queue.work(async ({ sessionId }) => {
			console.log(sessionId);
			await new Promise((resolve) => setTimeout(resolve, mode === "hang" ? 1e9 : 30));
		}, { concurrency: 2 });
		if (mode === "hang") await database.asSystem((tx) => queue.enqueue(tx, "${randomUUID()}"));
		else console.log("ready");
	`;
	const child = spawn(process.execPath, ["--input-type=module", "-e", script, "--", JSON.stringify({ where, mode })], {
		cwd: PACKAGE,
		stdio: ["ignore", "pipe", "inherit"],
	});
	return { process: child, lines: createInterface({ input: child.stdout }) };
}
