import { Worker } from "node:worker_threads";
import { AppError } from "@anny-fitter/contracts";
import type { HolisticOptions, SegmentPersonOptions } from "@anny-fitter/perception";
import { forbidTelemetry } from "./forbid-telemetry.js";
import type { InferenceDevice, VisionFaults } from "./inference-device.js";
import { closeGate, createNativeGate } from "./native-gate.js";
import { isOutOfMemory } from "./out-of-memory.js";
import type { ModelLoad } from "./sessions.js";
import type {
	FailureKind,
	FromWorker,
	NetworkOptions,
	NetworkRun,
	PhotoAnalysis,
	ToWorker,
	WorkerSettings,
} from "./worker-messages.js";

/** Pixels to analyse; see `Photo`. */
export interface AnalysisInput {
	readonly width: number;
	readonly height: number;
	readonly rgb: Uint8Array;
}

interface Waiting {
	readonly onRuns: ((runs: readonly NetworkRun[]) => void) | undefined;
	resolve(result: PhotoAnalysis): void;
	reject(error: AppError): void;
}

/** How long closing waits for the worker. It is never stopped by force: that may abort the process. */
const CLOSE_TIMEOUT_MS = 10_000;

/**
 * One life of the worker thread: from start to exit. After a crash or `close` every waiting and later call rejects;
 * whoever owns the thread starts a new one.
 */
export class VisionThread {
	readonly #sessions: NetworkOptions;
	readonly #faults: VisionFaults;
	readonly #worker: Worker;
	readonly #waiting = new Map<number, Waiting>();
	readonly #exited: Promise<void>;
	/** Resolves when the networks are loaded. */
	readonly ready: Promise<readonly ModelLoad[]>;
	#failure: AppError | null = null;
	#nextId = 0;

	constructor(sessions: NetworkOptions, faults: VisionFaults = {}) {
		forbidTelemetry();
		this.#sessions = sessions;
		this.#faults = faults;
		const gate = createNativeGate();
		this.#worker = new Worker(new URL("./vision-worker.js", import.meta.url), {
			workerData: {
				sessions: faults.emulateCuda ? { ...sessions, device: "cpu" } : sessions,
				gate,
				fault: faults.nextFailure?.(sessions.device, "open") ?? null,
			} satisfies WorkerSettings,
			name: "anny-fitter-vision",
			// Flags of the main program (such as `--input-type`) may not fit a worker.
			execArgv: [],
		});
		const onProcessExit = () => closeGate(gate);
		process.once("exit", onProcessExit);
		this.#exited = new Promise((resolve) => {
			this.#worker.once("exit", () => {
				process.off("exit", onProcessExit);
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

	/** Where its networks run. */
	get device(): InferenceDevice {
		return this.#sessions.device;
	}

	/** False after a crash, a failed start or `close`. */
	get isAlive(): boolean {
		return this.#failure === null;
	}

	/**
	 * Analyse one image. The worker gets its own copy of the pixels, so the caller keeps his.
	 *
	 * @param cancelled shared flag; setting it to 1 stops the analysis before the next network
	 * @param onRuns told before the result which networks ran when
	 */
	analyse(
		image: AnalysisInput,
		cancelled: Int32Array,
		person: HolisticOptions["person"] = "most_prominent",
		segmentation: NonNullable<SegmentPersonOptions["mode"]> = "prompted",
		onRuns?: (runs: readonly NetworkRun[]) => void,
	): Promise<PhotoAnalysis> {
		if (this.#failure !== null) return Promise.reject(this.#failure);
		const id = this.#nextId++;
		const rgb = new Uint8Array(image.rgb);
		const { width, height } = image;
		const fault = this.#faults.nextFailure?.(this.#sessions.device, "run") ?? null;
		const message: ToWorker = { type: "analyse", id, width, height, rgb, cancelled, person, segmentation, fault };
		return new Promise((resolve, reject) => {
			this.#waiting.set(id, { onRuns, resolve, reject });
			this.#worker.ref();
			this.#worker.postMessage(message, [rgb.buffer]);
		});
	}

	/** An idle thread does not keep the process running. */
	unref(): void {
		if (this.#waiting.size === 0) this.#worker.unref();
	}

	/** End the thread after its current network; waiting calls reject with `reason`. Resolves when it has exited. */
	async close(reason: AppError): Promise<void> {
		if (this.isAlive) this.#worker.postMessage({ type: "close" } satisfies ToWorker);
		this.#fail(reason);
		this.#worker.ref();
		let timer: NodeJS.Timeout | undefined;
		const timeout = new Promise<void>((resolve) => {
			timer = setTimeout(resolve, CLOSE_TIMEOUT_MS);
		});
		await Promise.race([this.#exited, timeout]);
		clearTimeout(timer);
		this.#worker.unref();
	}

	#settle(message: FromWorker & { type: "result" | "error" }): void {
		const waiting = this.#waiting.get(message.id);
		this.#waiting.delete(message.id);
		this.unref();
		if (waiting === undefined) return;
		if (message.type === "result") {
			waiting.onRuns?.(message.runs);
			waiting.resolve(message.result);
		} else waiting.reject(failed(message.kind, message.message));
	}

	#fail(error: AppError): void {
		this.#failure ??= error;
		for (const waiting of this.#waiting.values()) waiting.reject(this.#failure);
		this.#waiting.clear();
	}
}

function failed(kind: FailureKind, message: string): AppError {
	if (kind === "cancelled") return new AppError("cancelled", "The photo analysis was cancelled.");
	const cause = new Error(message);
	if (kind === "out_of_memory") return outOfMemory(cause);
	if (kind === "image_model") return new AppError("model_unusable", message);
	return new AppError("inference_failed", "The vision networks failed on this photo.", { cause });
}

function outOfMemory(cause: unknown): AppError {
	return new AppError("inference_out_of_memory", "There is not enough memory to analyse the photo now.", {
		retryable: true,
		cause,
	});
}

function crashed(message: string, cause?: unknown): AppError {
	if (isOutOfMemory(cause)) return outOfMemory(cause);
	return new AppError("inference_failed", message, { retryable: true, cause });
}

function unusable({ kind, message }: FromWorker & { type: "unusable" }): AppError {
	if (kind === "out_of_memory") return outOfMemory(new Error(message));
	if (kind === "device_unavailable") return new DeviceUnavailable(message);
	if (kind === "image_model") return new AppError("model_unusable", message);
	if (kind === "model_missing") {
		return new AppError("inference_failed", message, { remedy: "Run `npm install` again to restore the models." });
	}
	return new AppError("inference_failed", "The vision networks could not be loaded.", { cause: new Error(message) });
}

/** The runtime or the machine has no such device. */
export class DeviceUnavailable extends AppError {
	constructor(message: string) {
		super("inference_failed", "The networks cannot run on the GPU.", { cause: new Error(message) });
	}
}
