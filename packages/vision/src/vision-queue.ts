import { AppError } from "@anny-fitter/contracts";
import type { HolisticOptions, SegmentPersonOptions } from "@anny-fitter/perception";
import type { InferenceDevice, VisionFaults } from "./inference-device.js";
import type { ModelLoad } from "./sessions.js";
import { type AnalysisInput, DeviceUnavailable, VisionThread } from "./vision-thread.js";
import type { NetworkOptions, NetworkRun, PhotoAnalysis } from "./worker-messages.js";

export interface AnalyseOptions {
	readonly signal?: AbortSignal;
	/** Whom to analyse when there are several people; default the largest and most central one. */
	readonly person?: NonNullable<HolisticOptions["person"]>;
	/**
	 * How a segmentation network, if there is one, is run: asked for the person that Holistic found (default), or for every
	 * object, of which the one that agrees best with Holistic's mask is the person, and the largest where that is empty.
	 */
	readonly segmentation?: NonNullable<SegmentPersonOptions["mode"]>;
	/** Told before the result which networks ran when; for traces and metrics. */
	readonly onNetworkRuns?: (runs: readonly NetworkRun[]) => void;
}

/** What the networks see, and where they ran. */
export type VisionResult = PhotoAnalysis & { readonly device: InferenceDevice };

/** How long calls stay on the CPU after the GPU's memory was short. */
const CPU_PERIOD_MS = 60_000;

interface Job {
	readonly photo: AnalysisInput;
	readonly person: AnalyseOptions["person"];
	readonly segmentation: AnalyseOptions["segmentation"];
	readonly onNetworkRuns: AnalyseOptions["onNetworkRuns"];
	readonly cancelled: Int32Array;
	resolve(result: VisionResult): void;
	reject(error: unknown): void;
}

/**
 * Serves jobs one at a time on a thread that it replaces when it dies, when memory runs out (only the end of a thread
 * surely releases all that its networks hold), and to change the device.
 */
export class VisionQueue {
	readonly #settings: NetworkOptions;
	readonly #faults: VisionFaults;
	readonly #jobs: Job[] = [];
	#wanted: InferenceDevice;
	/** CUDA is left alone until then. */
	#cpuUntil_ms = Number.NEGATIVE_INFINITY;
	#deviceWarning: string | null = null;
	#thread: VisionThread | null = null;
	#running: Job | null = null;
	#isClosed = false;

	/** @param settings its `device` is used whenever it can be */
	constructor(settings: NetworkOptions, faults: VisionFaults = {}) {
		this.#settings = settings;
		this.#wanted = settings.device;
		this.#faults = faults;
	}

	/** Loads the networks, on the CPU if the wanted device has none or too little memory. */
	async start(): Promise<{ models: readonly ModelLoad[]; device: InferenceDevice; deviceWarning: string | null }> {
		const thread = await this.#openThread();
		return { models: await thread.ready, device: thread.device, deviceWarning: this.#deviceWarning };
	}

	analyse(
		photo: AnalysisInput,
		{ signal, person, segmentation, onNetworkRuns }: AnalyseOptions,
	): Promise<VisionResult> {
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
				segmentation,
				onNetworkRuns,
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
				job.resolve(await this.#run(job));
			} catch (error) {
				job.reject(error);
			}
			this.#running = null;
		}
	}

	/** Short of memory on the GPU: once more on the CPU. Short of memory there: once more after letting all go. */
	async #run(job: Job): Promise<VisionResult> {
		for (let cpuAttempt = 0; ; ) {
			let device = this.#nextDevice();
			try {
				const thread = await this.#openThread();
				device = thread.device;
				if (this.#isClosed) throw closed();
				const result = await thread.analyse(job.photo, job.cancelled, job.person, job.segmentation, job.onNetworkRuns);
				return { ...result, device };
			} catch (error) {
				if (!isShortOfMemory(error) || Atomics.load(job.cancelled, 0) !== 0) throw error;
				await this.#thread?.close(error);
				if (device === "cuda") this.#avoidCuda();
				else if (++cpuAttempt === 2) throw error;
			}
		}
	}

	#nextDevice(): InferenceDevice {
		return this.#wanted === "cuda" && this.#now() >= this.#cpuUntil_ms ? "cuda" : "cpu";
	}

	#avoidCuda(): void {
		this.#cpuUntil_ms = this.#now() + CPU_PERIOD_MS;
	}

	#now(): number {
		return this.#faults.now?.() ?? performance.now();
	}

	/** The living thread on the device whose turn it is, its networks loaded. */
	async #openThread(): Promise<VisionThread> {
		for (;;) {
			const device = this.#nextDevice();
			if (this.#thread?.isAlive && this.#thread.device === device) return this.#thread;
			await this.#thread?.close(closed());
			if (this.#isClosed) throw closed();
			const thread = new VisionThread({ ...this.#settings, device }, this.#faults);
			this.#thread = thread;
			try {
				await thread.ready;
				return thread;
			} catch (error) {
				if (device === "cpu") throw error;
				if (isShortOfMemory(error)) this.#avoidCuda();
				else if (error instanceof DeviceUnavailable) this.#giveUpCuda();
				else throw error;
			} finally {
				thread.unref();
			}
		}
	}

	#giveUpCuda(): void {
		this.#wanted = "cpu";
		this.#deviceWarning = "CUDA is not available in the installed ONNX Runtime, so the networks run on the CPU.";
	}
}

function isShortOfMemory(error: unknown): error is AppError {
	return error instanceof AppError && error.code === "inference_out_of_memory";
}

function closed(): AppError {
	return new AppError("cancelled", "The photo analysis was stopped because vision was closed.");
}

function cancelled(): AppError {
	return new AppError("cancelled", "The photo analysis was cancelled.");
}
