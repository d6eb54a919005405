import { type Transferable, Worker } from "node:worker_threads";
import { AppError } from "@anny-fitter/contracts";
import type { FromThread, ToThread } from "./messages.js";
import { unpackError } from "./travelling-error.js";

export interface TaskThreadSettings {
	readonly url: URL;
	readonly name: string;
	readonly workerData: unknown;
	readonly memoryLimit_mb: number | undefined;
}

/** One call as the thread's host keeps it. */
export interface TaskCall {
	readonly name: string;
	readonly input: unknown;
	readonly transfer: readonly Transferable[];
	/** Shared flag: 1 once the caller has lost interest. */
	readonly cancelled: Int32Array;
	onProgress(progress: unknown): void;
}

/** How long closing waits for the thread before it is ended by force. */
const CLOSE_TIMEOUT_MS = 5000;

/** One life of a worker thread: from start to exit. It runs one task at a time. */
export class TaskThread {
	readonly #worker: Worker;
	readonly #name: string;
	/** Resolves when the thread has ended. */
	readonly exited: Promise<void>;
	/** Resolves when the tasks can be run. */
	readonly ready: Promise<void>;
	#failure: AppError | null = null;
	#current: {
		readonly id: number;
		readonly call: TaskCall;
		settle(outcome: AppError | { output: unknown }): void;
	} | null = null;
	#nextId = 0;

	constructor({ url, name, workerData, memoryLimit_mb }: TaskThreadSettings) {
		this.#name = name;
		this.#worker = new Worker(url, {
			name,
			workerData,
			// Flags of the main program (such as `--input-type`) may not fit a worker.
			execArgv: [],
			...(memoryLimit_mb === undefined ? {} : { resourceLimits: { maxOldGenerationSizeMb: memoryLimit_mb } }),
		});
		this.exited = new Promise((resolve) => {
			this.#worker.once("exit", () => {
				this.#fail(this.#crashed());
				resolve();
			});
		});
		this.#worker.on("error", (cause) => this.#fail(this.#crashed(cause)));
		this.#worker.on("messageerror", (cause) => this.#fail(this.#crashed(cause)));
		this.ready = new Promise((resolve, reject) => {
			this.#worker.once("exit", () => reject(this.#failure));
			this.#worker.on("message", (message: FromThread) => {
				if (message.type === "ready") resolve();
				else if (message.type === "unusable") {
					this.#fail(unpackError(message.error));
					reject(this.#failure);
				} else this.#receive(message);
			});
		});
		// The owner may look at `ready` later than it rejects.
		this.ready.catch(() => undefined);
	}

	/** False after a crash, a failed start or `close`. */
	get isAlive(): boolean {
		return this.#failure === null;
	}

	/** Runs one task to its end, a cancelled one too. */
	run(call: TaskCall): Promise<unknown> {
		return new Promise((resolve, reject) => {
			if (this.#failure !== null) throw this.#failure;
			if (this.#current !== null) throw new RangeError("A thread runs one task at a time.");
			const id = this.#nextId++;
			const message: ToThread = { type: "run", id, name: call.name, input: call.input, cancelled: call.cancelled };
			this.#worker.postMessage(message, call.transfer);
			this.#worker.ref();
			this.#current = {
				id,
				call,
				settle: (outcome) => {
					this.#current = null;
					this.#worker.unref();
					if (outcome instanceof AppError) reject(outcome);
					else resolve(outcome.output);
				},
			};
		});
	}

	/** An idle thread does not keep the process running. */
	unref(): void {
		if (this.#current === null) this.#worker.unref();
	}

	/** Ends the thread at once; its task rejects with `reason`. */
	async kill(reason: AppError): Promise<void> {
		this.#fail(reason);
		await this.#worker.terminate();
	}

	/** Asks the running task to stop and waits for the thread's end. */
	async close(reason: AppError): Promise<void> {
		if (this.#current !== null) Atomics.store(this.#current.call.cancelled, 0, 1);
		if (this.isAlive) this.#worker.postMessage({ type: "close" } satisfies ToThread);
		this.#worker.ref();
		this.#fail(reason);
		let timer: NodeJS.Timeout | undefined;
		const timeout = new Promise<"timeout">((resolve) => {
			timer = setTimeout(resolve, CLOSE_TIMEOUT_MS, "timeout");
		});
		const outcome = await Promise.race([this.exited, timeout]);
		clearTimeout(timer);
		if (outcome === "timeout") await this.#worker.terminate();
	}

	#receive(message: Exclude<FromThread, { type: "ready" | "unusable" }>): void {
		const current = this.#current;
		if (current === null || current.id !== message.id) return;
		if (message.type === "progress") current.call.onProgress(message.progress);
		else if (message.type === "result") current.settle({ output: message.output });
		else current.settle(unpackError(message.error));
	}

	#fail(error: AppError): void {
		this.#failure ??= error;
		this.#current?.settle(this.#failure);
	}

	#crashed(cause?: unknown): AppError {
		const options = cause === undefined ? { retryable: true } : { retryable: true, cause };
		return cause instanceof Error && "code" in cause && cause.code === "ERR_WORKER_OUT_OF_MEMORY"
			? new AppError("inference_out_of_memory", `The thread ${this.#name} ran out of memory.`, options)
			: new AppError("service_unavailable", `The thread ${this.#name} stopped unexpectedly.`, options);
	}
}
