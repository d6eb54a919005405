import { join } from "node:path";
import { AppError } from "@anny-fitter/contracts";
import type { HolisticOptions, HolisticResult } from "@anny-fitter/perception";
import { userCacheDir } from "@anny-fitter/platform";
import type { PoseVariant } from "./model-table.js";
import type { ModelLoad, SessionOptions } from "./sessions.js";
import { type AnalysisInput, VisionThread } from "./vision-thread.js";

export interface VisionOptions {
	/** Pose network: accuracy against time. Default `heavy`. */
	readonly variant?: PoseVariant;
	/** Folder for converted networks (in its subfolder `onnx`); default the user's cache folder. */
	readonly cacheDir?: string;
	/** Threads per network, default 2. */
	readonly threads?: number;
}

export interface AnalyseOptions {
	readonly signal?: AbortSignal;
	/** Whom to analyse when there are several people; default the largest and most central one. */
	readonly person?: NonNullable<HolisticOptions["person"]>;
}

/** How the networks were loaded. */
export interface VisionStart {
	readonly start_ms: number;
	readonly models: readonly ModelLoad[];
	/** Set when converted networks could not be stored, so that every start converts them again. */
	readonly warning: string | null;
}

/** MediaPipe Holistic in a worker thread. */
export interface Vision {
	readonly start: VisionStart;
	/**
	 * Analyse one photo. Calls are served one at a time in order; a failure does not affect the others. After a crash of
	 * the worker the next call starts a new one.
	 *
	 * @throws AppError `inference_failed`, or `cancelled` when the signal is aborted or `close` is called
	 */
	analyse(photo: AnalysisInput, options?: AnalyseOptions): Promise<HolisticResult>;
	/** Stop the worker and reject what is waiting. May be called more than once. */
	close(): Promise<void>;
}

/**
 * Start the worker and load the networks.
 *
 * @throws AppError `inference_failed` when the networks are missing or cannot be loaded
 * @throws RangeError if `threads` is not a positive integer
 */
export async function openVision(options: VisionOptions = {}): Promise<Vision> {
	const threads = options.threads ?? 2;
	if (!Number.isInteger(threads) || threads < 1) throw new RangeError("threads must be a positive integer");
	const started = performance.now();
	const cacheFolder = join(options.cacheDir ?? userCacheDir(), "onnx");
	const queue = new VisionQueue({ variant: options.variant ?? "heavy", threads, cacheFolder });
	const models = await queue.start();
	const isUncached = models.some((model) => model.cache === "unavailable");
	const start: VisionStart = {
		start_ms: performance.now() - started,
		models,
		warning: isUncached ? `Converted models could not be stored in ${cacheFolder}.` : null,
	};
	return {
		start,
		analyse: (photo, analyseOptions = {}) => queue.analyse(photo, analyseOptions),
		close: () => queue.close(),
	};
}

interface Job {
	readonly photo: AnalysisInput;
	readonly person: AnalyseOptions["person"];
	readonly cancelled: Int32Array;
	resolve(result: HolisticResult): void;
	reject(error: unknown): void;
}

/** Serves jobs one at a time on a thread that it replaces when it dies. */
class VisionQueue {
	readonly #settings: SessionOptions;
	readonly #jobs: Job[] = [];
	#thread: VisionThread | null = null;
	#running: Job | null = null;
	#isClosed = false;

	constructor(settings: SessionOptions) {
		this.#settings = settings;
	}

	async start(): Promise<readonly ModelLoad[]> {
		const thread = new VisionThread(this.#settings);
		this.#thread = thread;
		try {
			return await thread.ready;
		} finally {
			thread.unref();
		}
	}

	analyse(photo: AnalysisInput, { signal, person }: AnalyseOptions): Promise<HolisticResult> {
		if (photo.rgb.length !== photo.width * photo.height * 3) {
			return Promise.reject(new RangeError("the photo's pixels do not match its size"));
		}
		if (this.#isClosed) return Promise.reject(closed());
		if (signal?.aborted) return Promise.reject(cancelled());
		return new Promise((resolve, reject) => {
			const onAbort = () => {
				// A running job stops before its next network; its caller need not wait for that.
				Atomics.store(job.cancelled, 0, 1);
				const index = this.#jobs.indexOf(job);
				if (index >= 0) this.#jobs.splice(index, 1);
				reject(cancelled());
			};
			const release = () => signal?.removeEventListener("abort", onAbort);
			const job: Job = {
				photo,
				person,
				cancelled: new Int32Array(new SharedArrayBuffer(4)),
				resolve: (result) => {
					release();
					resolve(result);
				},
				reject: (error) => {
					release();
					reject(error);
				},
			};
			signal?.addEventListener("abort", onAbort, { once: true });
			this.#jobs.push(job);
			void this.#serve();
		});
	}

	async close(): Promise<void> {
		this.#isClosed = true;
		for (const job of this.#jobs.splice(0)) job.reject(closed());
		if (this.#running !== null) Atomics.store(this.#running.cancelled, 0, 1);
		await this.#thread?.close(closed());
	}

	async #serve(): Promise<void> {
		if (this.#running !== null) return;
		for (let job = this.#jobs.shift(); job !== undefined; job = this.#jobs.shift()) {
			this.#running = job;
			try {
				if (!this.#thread?.isAlive) await this.start();
				if (this.#isClosed) throw closed();
				job.resolve(await (this.#thread as VisionThread).analyse(job.photo, job.cancelled, job.person));
			} catch (error) {
				job.reject(error);
			}
			this.#running = null;
		}
	}
}

function closed(): AppError {
	return new AppError("cancelled", "The photo analysis was stopped because vision was closed.");
}

function cancelled(): AppError {
	return new AppError("cancelled", "The photo analysis was cancelled.");
}
