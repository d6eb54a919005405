import { Worker } from "node:worker_threads";
import { AppError } from "@anny-fitter/contracts";
import type { HolisticOptions, HolisticResult } from "@anny-fitter/perception";
import type { ModelLoad } from "./sessions.js";
import type { FromWorker, ToWorker, WorkerSettings } from "./worker-messages.js";

/** Pixels to analyse; see `Photo`. */
export interface AnalysisInput {
	readonly width: number;
	readonly height: number;
	readonly rgb: Uint8Array;
}

interface Waiting {
	resolve(result: HolisticResult): void;
	reject(error: AppError): void;
}

/** How long a closing worker may take to release its networks before it is stopped. */
const CLOSE_TIMEOUT_MS = 3000;

/**
 * One life of the worker thread: from start to exit. After a crash or `close` every waiting and later call rejects;
 * whoever owns the thread starts a new one.
 */
export class VisionThread {
	readonly #worker: Worker;
	readonly #waiting = new Map<number, Waiting>();
	readonly #exited: Promise<void>;
	/** Resolves when the networks are loaded. */
	readonly ready: Promise<readonly ModelLoad[]>;
	#failure: AppError | null = null;
	#nextId = 0;

	constructor(settings: WorkerSettings) {
		this.#worker = new Worker(new URL("./vision-worker.js", import.meta.url), {
			workerData: settings,
			name: "anny-fitter-vision",
		});
		this.#exited = new Promise((resolve) => {
			this.#worker.once("exit", () => {
				this.#fail(crashed("The vision worker stopped unexpectedly."));
				resolve();
			});
		});
		this.#worker.on("error", (cause) => this.#fail(crashed("The vision worker crashed.", cause)));
		this.ready = new Promise((resolve, reject) => {
			this.#worker.once("exit", () => reject(this.#failure));
			this.#worker.on("message", (message: FromWorker) => {
				if (message.type === "ready") resolve(message.loads);
				else if (message.type === "unusable") this.#fail(unusable(message));
				else this.#settle(message);
			});
		});
		// The owner may look at `ready` later than it rejects.
		this.ready.catch(() => undefined);
	}

	/** False after a crash, a failed start or `close`. */
	get isAlive(): boolean {
		return this.#failure === null;
	}

	/**
	 * Analyse one image. The worker gets its own copy of the pixels, so the caller keeps his.
	 *
	 * @param cancelled shared flag; setting it to 1 stops the analysis before the next network
	 */
	analyse(
		image: AnalysisInput,
		cancelled: Int32Array,
		person: HolisticOptions["person"] = "most_prominent",
	): Promise<HolisticResult> {
		if (this.#failure !== null) return Promise.reject(this.#failure);
		const id = this.#nextId++;
		const rgb = new Uint8Array(image.rgb);
		const message: ToWorker = { type: "analyse", id, width: image.width, height: image.height, rgb, cancelled, person };
		return new Promise((resolve, reject) => {
			this.#waiting.set(id, { resolve, reject });
			this.#worker.ref();
			this.#worker.postMessage(message, [rgb.buffer]);
		});
	}

	/** An idle thread does not keep the process running. */
	unref(): void {
		if (this.#waiting.size === 0) this.#worker.unref();
	}

	/** Stop the thread; waiting calls reject with `reason`. Resolves when it has exited. */
	async close(reason: AppError): Promise<void> {
		const wasAlive = this.isAlive;
		this.#fail(reason);
		if (wasAlive) this.#worker.postMessage({ type: "close" } satisfies ToWorker);
		this.#worker.ref();
		const timer = setTimeout(() => void this.#worker.terminate(), wasAlive ? CLOSE_TIMEOUT_MS : 0);
		await this.#exited;
		clearTimeout(timer);
	}

	#settle(message: FromWorker & { type: "result" | "error" }): void {
		const waiting = this.#waiting.get(message.id);
		this.#waiting.delete(message.id);
		this.unref();
		if (waiting === undefined) return;
		if (message.type === "result") waiting.resolve(message.result);
		else if (message.isCancelled) waiting.reject(new AppError("cancelled", "The photo analysis was cancelled."));
		else {
			waiting.reject(
				new AppError("inference_failed", "The vision networks failed on this photo.", {
					cause: new Error(message.message),
				}),
			);
		}
	}

	#fail(error: AppError): void {
		this.#failure ??= error;
		for (const waiting of this.#waiting.values()) waiting.reject(this.#failure);
		this.#waiting.clear();
	}
}

function crashed(message: string, cause?: unknown): AppError {
	return new AppError("inference_failed", message, { retryable: true, cause });
}

function unusable(message: FromWorker & { type: "unusable" }): AppError {
	return message.isModelMissing
		? new AppError("inference_failed", message.message, { remedy: "Run `npm install` again to restore the models." })
		: new AppError("inference_failed", "The vision networks could not be loaded.", {
				cause: new Error(message.message),
			});
}
