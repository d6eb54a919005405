import { AppError } from "@anny-fitter/contracts";
import { openTaskThread, type TaskThreadOptions, type TaskThreads } from "@anny-fitter/platform/threads";
import { afterEach, describe, expect, test } from "vitest";

type Task<Input, Output, Progress = never> = { input: Input; output: Output; progress: Progress };
type Tasks = {
	count: Task<null, number>;
	double: Task<Float64Array, Float64Array>;
	spin: Task<number, string>;
	deaf: Task<number, string>;
	steps: Task<number, number, number>;
	refuse: Task<null, null>;
	defect: Task<null, null>;
	unclonable: Task<null, unknown>;
	crash: Task<null, null>;
	exit: Task<null, null>;
	hoard: Task<null, null>;
	missing: Task<null, null>;
};

const opened: TaskThreads<Tasks>[] = [];
afterEach(async () => {
	for (const threads of opened.splice(0)) await threads.close();
});

async function open(options: Partial<TaskThreadOptions> = {}): Promise<TaskThreads<Tasks>> {
	const url = new URL("./task-worker.js", import.meta.url);
	const threads = await openTaskThread<Tasks>(url, { name: "test", ...options });
	opened.push(threads);
	return threads;
}

const failure = (work: Promise<unknown>): Promise<AppError> =>
	work.then(
		() => {
			throw new Error("expected a failure");
		},
		(error: AppError) => error,
	);

describe("a task", () => {
	test("gives its result, and memory changes hands instead of being copied", async () => {
		const threads = await open();
		const input = Float64Array.of(1, 2, 3);
		expect(await threads.run("double", input, { transfer: [input.buffer] })).toEqual(Float64Array.of(2, 4, 6));
		expect(input).toHaveLength(0);
	});

	test("reports progress in order, before its result", async () => {
		const threads = await open();
		const seen: number[] = [];
		expect(await threads.run("steps", 50, { onProgress: (n) => seen.push(n) })).toBe(50);
		expect(seen).toEqual(Array.from({ length: 50 }, (_, i) => i));
	});

	test("an AppError arrives whole", async () => {
		const error = await failure((await open()).run("refuse", null));
		expect(error).toBeInstanceOf(AppError);
		expect(error).toMatchObject({
			code: "invalid_argument",
			message: "Not like this.",
			remedy: "Like that.",
			details: { field: "x" },
			retryable: true,
			cause: { message: "why" },
		});
	});

	test("a defect becomes an internal error that keeps it as its cause, and the thread lives on", async () => {
		const threads = await open();
		await threads.run("count", null);
		const error = await failure(threads.run("defect", null));
		expect(error).toMatchObject({ code: "internal", cause: { name: "TypeError" } });
		expect(error.message).not.toContain("undefined");
		expect((error.cause as Error).stack).toContain("task-worker.js");
		expect(await failure(threads.run("unclonable", null))).toMatchObject({ code: "internal" });
		expect(await failure(threads.run("missing", null))).toMatchObject({ code: "internal" });
		expect(await threads.run("count", null)).toBe(2);
	});
});

describe("cancelling", () => {
	test("stops a computation that never turns its event loop, and frees the thread", async () => {
		const threads = await open();
		const controller = new AbortController();
		const spin = failure(threads.run("spin", 60_000, { signal: controller.signal }));
		await new Promise((resolve) => setTimeout(resolve, 100));
		controller.abort();
		expect(await spin).toMatchObject({ code: "cancelled" });
		const from = performance.now();
		expect(await threads.run("count", null)).toBe(1);
		expect(performance.now() - from).toBeLessThan(2000);
	});

	test("takes a waiting call out of the queue", async () => {
		const threads = await open();
		const first = threads.run("spin", 300);
		const controller = new AbortController();
		const second = failure(threads.run("count", null, { signal: controller.signal }));
		expect(threads.load).toBe(2);
		controller.abort();
		expect(await second).toMatchObject({ code: "cancelled" });
		expect(threads.load).toBe(1);
		expect(await first).toBe("spun");
		expect(await threads.run("count", null)).toBe(1);
		expect(await failure(threads.run("count", null, { signal: controller.signal }))).toMatchObject({
			code: "cancelled",
		});
	});

	test("a task that does not listen loses its thread", async () => {
		const threads = await open({ cancelGrace_ms: 200 });
		const controller = new AbortController();
		const deaf = failure(threads.run("deaf", 60_000, { signal: controller.signal }));
		setTimeout(() => controller.abort(), 100);
		expect(await deaf).toMatchObject({ code: "cancelled" });
		expect(await threads.run("count", null)).toBe(1);
	});
});

describe("a thread that dies", () => {
	for (const name of ["crash", "exit"] as const) {
		test(`by ${name} fails its call, retryable; waiting and later calls get a new one`, async () => {
			const threads = await open();
			await threads.run("count", null);
			const dying = failure(threads.run(name, null));
			const waiting = threads.run("count", null);
			expect(await dying).toMatchObject({ code: "service_unavailable", retryable: true });
			expect(await waiting).toBe(1);
			expect(await threads.run("count", null)).toBe(2);
		});
	}

	test("of lack of memory says so", async () => {
		const threads = await open({ memoryLimit_mb: 32 });
		expect(await failure(threads.run("hoard", null))).toMatchObject({
			code: "inference_out_of_memory",
			retryable: true,
		});
		expect(await threads.run("count", null)).toBe(1);
	});

	test("while it opens fails the opening with its own error", async () => {
		expect(await failure(open({ workerData: { refuse: true } }))).toMatchObject({
			code: "model_data_missing",
			remedy: "Bring something.",
		});
	});
});

test("several threads work at once, and no more than asked for", async () => {
	const threads = await open({ size: 2 });
	const order: string[] = [];
	const note = (name: string) => () => order.push(name);
	await Promise.all([
		threads.run("deaf", 5000).then(note("long")),
		threads.run("count", null).then(note("short")),
		threads.run("count", null).then(note("next")),
	]);
	expect(order).toEqual(["short", "next", "long"]);
	await expect(open({ size: 0 })).rejects.toThrow(RangeError);
});

test("closing stops what runs, rejects what waits and waits for the end", async () => {
	const threads = await open();
	const running = failure(threads.run("spin", 60_000));
	const waiting = failure(threads.run("count", null));
	await new Promise((resolve) => setTimeout(resolve, 50));
	await Promise.all([threads.close(), threads.close()]);
	expect(await running).toMatchObject({ code: "service_unavailable" });
	expect(await waiting).toMatchObject({ code: "service_unavailable" });
	expect(await failure(threads.run("count", null))).toMatchObject({ code: "service_unavailable" });
});
