import type { Transferable } from "node:worker_threads";
import { AppError } from "@anny-fitter/contracts";
import { addSpan, type OpenSpan, openSpan, type ServiceMetrics } from "../observability/index.js";
import type { TaskTypes } from "./messages.js";
import { type TaskCall, TaskThread, type TaskThreadSettings } from "./task-thread.js";

export interface TaskThreadOptions {
	/** Shown by debuggers and in messages. */
	readonly name: string;
	/** What the worker's `serveTasks` opens with; must be clonable. */
	readonly workerData?: unknown;
	/** Threads that may run at once, default 1. The first starts now, the others when they are needed. */
	readonly size?: number;
	/** Heap of each thread. Memory of typed arrays is outside of it. */
	readonly memoryLimit_mb?: number;
	/** A cancelled task that has not ended after this time loses its thread. Default 5 s. */
	readonly cancelGrace_ms?: number;
	/** Told what waits, what runs and for how long. */
	readonly metrics?: Pick<ServiceMetrics, "observeTask" | "observeTaskWait" | "readTasks"> | undefined;
}

export interface RunOptions<Progress> {
	readonly signal?: AbortSignal | undefined;
	readonly onProgress?: (progress: Progress) => void;
	/** Called once, when the task has ended in any way or was given up, before the call settles. */
	readonly onEnd?: () => void;
	/** Memory of the input that is handed over instead of copied. */
	readonly transfer?: readonly Transferable[];
}

/** Worker threads that run tasks, one at a time each, in the order of the calls. */
export interface TaskThreads<Tasks extends TaskTypes> {
	/**
	 * Runs a task. Aborting the signal rejects at once; the thread is free when the task has seen it. A thread that
	 * crashed is replaced for the next call.
	 *
	 * @throws {AppError} what the task threw; `cancelled` when aborted; retryable, `service_unavailable` when the thread crashed
	 *   or was closed, and `inference_out_of_memory` when it ran out of memory; `internal` for a defect, with the defect as its cause
	 */
	run<Name extends keyof Tasks & string>(
		name: Name,
		input: Tasks[Name]["input"],
		options?: RunOptions<Tasks[Name]["progress"]>,
	): Promise<Tasks[Name]["output"]>;
	/** Calls that are running or waiting. */
	readonly load: number;
	/** Stops what runs, rejects what waits, and resolves when all threads have ended. May be called more than once. */
	close(): Promise<void>;
}

interface Job extends TaskCall {
	/** From the call to its end; the thread's progress is reported within it. */
	readonly span: OpenSpan;
	readonly queuedAt_ms: number;
	/** Called when the caller gives up while the task runs. */
	onCancel: (() => void) | null;
	resolve(output: unknown): void;
	reject(error: unknown): void;
}

/**
 * Starts a worker thread whose file calls `serveTasks`.
 *
 * @param url the worker's compiled file
 * @throws {AppError} what the worker threw while it opened
 * @throws {RangeError} if `size` is not a positive integer
 */
export async function openTaskThread<Tasks extends TaskTypes>(
	url: URL,
	options: TaskThreadOptions,
): Promise<TaskThreads<Tasks>> {
	const { name, workerData, memoryLimit_mb, size = 1, cancelGrace_ms = 5000, metrics } = options;
	if (!Number.isInteger(size) || size < 1) throw new RangeError("size must be a positive integer");
	const pool = new ThreadPool({ url, name, workerData, memoryLimit_mb }, size, cancelGrace_ms, metrics);
	await pool.start();
	metrics?.readTasks(name, () => ({ running: pool.running, waiting: pool.load - pool.running }));
	return {
		run: (task, input, runOptions = {}) => pool.run(task, input, runOptions) as Promise<never>,
		get load() {
			return pool.load;
		},
		close: () => pool.close(),
	};
}

class ThreadPool {
	readonly #settings: TaskThreadSettings;
	readonly #size: number;
	readonly #cancelGrace_ms: number;
	readonly #waiting: Job[] = [];
	readonly #idle: TaskThread[] = [];
	/** All threads that live or have not ended yet. */
	readonly #threads = new Set<TaskThread>();
	readonly #metrics: TaskThreadOptions["metrics"];
	#busy = 0;
	#closing: Promise<void> | null = null;

	constructor(
		settings: TaskThreadSettings,
		size: number,
		cancelGrace_ms: number,
		metrics: TaskThreadOptions["metrics"],
	) {
		this.#metrics = metrics;
		this.#settings = settings;
		this.#size = size;
		this.#cancelGrace_ms = cancelGrace_ms;
	}

	get load(): number {
		return this.#busy + this.#waiting.length;
	}

	get running(): number {
		return this.#busy;
	}

	async start(): Promise<void> {
		this.#idle.push(await this.#startThread());
	}

	run(name: string, input: unknown, { signal, onProgress, onEnd, transfer = [] }: RunOptions<never>): Promise<unknown> {
		if (this.#closing !== null) return Promise.reject(closed());
		if (signal?.aborted) return Promise.reject(cancelled());
		return new Promise((resolve, reject) => {
			const onAbort = () => {
				Atomics.store(job.cancelled, 0, 1);
				const index = this.#waiting.indexOf(job);
				if (index >= 0) this.#waiting.splice(index, 1);
				job.onCancel?.();
				job.span.fail("cancelled");
				end();
				reject(cancelled());
			};
			const end = () => {
				signal?.removeEventListener("abort", onAbort);
				if (!isOver) job.span.run(() => onEnd?.());
				isOver = true;
				job.span.end();
			};
			let isOver = false;
			const job: Job = {
				span: openSpan(`task ${name}`),
				queuedAt_ms: now_ms(),
				name,
				input,
				transfer,
				onCancel: null,
				cancelled: new Int32Array(new SharedArrayBuffer(4)),
				onProgress: (progress) => {
					if (!isCancelled(job)) job.span.run(() => onProgress?.(progress as never));
				},
				resolve: (output) => {
					end();
					resolve(output);
				},
				reject: (error) => {
					job.span.fail(error);
					end();
					reject(error);
				},
			};
			signal?.addEventListener("abort", onAbort, { once: true });
			this.#waiting.push(job);
			this.#serve();
		});
	}

	close(): Promise<void> {
		this.#closing ??= this.#close();
		return this.#closing;
	}

	async #close(): Promise<void> {
		for (const job of this.#waiting.splice(0)) job.reject(closed());
		await Promise.all(Array.from(this.#threads, (thread) => thread.close(closed())));
	}

	#serve(): void {
		while (this.#busy < this.#size && this.#closing === null) {
			const job = this.#waiting.shift();
			if (job === undefined) return;
			this.#busy++;
			void this.#serveOne(job).finally(() => {
				this.#busy--;
				this.#serve();
			});
		}
	}

	async #serveOne(job: Job): Promise<void> {
		let thread: TaskThread | undefined;
		let start_ms: number | undefined;
		let code = "ok";
		try {
			thread = this.#takeIdle() ?? (await this.#startThread());
			if (this.#closing !== null) throw closed();
			start_ms = now_ms();
			this.#noteStart(job, start_ms);
			job.resolve(await this.#runOn(thread, job));
		} catch (error) {
			code = error instanceof AppError ? error.code : "internal";
			job.reject(error);
		}
		if (start_ms !== undefined) {
			const duration_s = (now_ms() - start_ms) / 1000;
			job.span.run(() => this.#metrics?.observeTask(this.#settings.name, job.name, code, duration_s));
		}
		if (thread?.isAlive) this.#idle.push(thread);
	}

	#noteStart(job: Job, start_ms: number): void {
		job.span.run(() => {
			addSpan("task wait", job.queuedAt_ms, start_ms);
			this.#metrics?.observeTaskWait(this.#settings.name, (start_ms - job.queuedAt_ms) / 1000);
		});
	}

	/** Settles when the thread is free again, also when the caller has gone long before. */
	async #runOn(thread: TaskThread, job: Job): Promise<unknown> {
		let timer: NodeJS.Timeout | undefined;
		const watch = () => {
			timer = setTimeout(() => void thread.kill(cancelled()), this.#cancelGrace_ms);
		};
		// Given up while the thread was starting: the task itself sees that first.
		if (isCancelled(job)) watch();
		else job.onCancel = watch;
		try {
			return await thread.run(job);
		} finally {
			job.onCancel = null;
			clearTimeout(timer);
		}
	}

	/** A thread may have crashed while it had nothing to do. */
	#takeIdle(): TaskThread | undefined {
		for (let thread = this.#idle.pop(); thread !== undefined; thread = this.#idle.pop()) {
			if (thread.isAlive) return thread;
		}
		return undefined;
	}

	async #startThread(): Promise<TaskThread> {
		const thread = new TaskThread(this.#settings);
		this.#threads.add(thread);
		void thread.exited.then(() => this.#threads.delete(thread));
		try {
			await thread.ready;
		} finally {
			thread.unref();
		}
		return thread;
	}
}

/** Milliseconds since 1970, finer than Date's. */
function now_ms(): number {
	return performance.timeOrigin + performance.now();
}

function isCancelled(job: TaskCall): boolean {
	return Atomics.load(job.cancelled, 0) !== 0;
}

function closed(): AppError {
	return new AppError("service_unavailable", "The task was stopped because the program is closing.", {
		retryable: true,
	});
}

function cancelled(): AppError {
	return new AppError("cancelled", "The task was cancelled.");
}
