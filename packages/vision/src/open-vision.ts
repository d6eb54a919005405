import { join } from "node:path";
import { userCacheDir } from "@anny-fitter/platform";
import type { InferenceDevice, VisionFaults } from "./inference-device.js";
import type { PoseVariant } from "./model-table.js";
import type { ModelLoad } from "./sessions.js";
import { type AnalyseOptions, VisionQueue, type VisionResult } from "./vision-queue.js";
import type { AnalysisInput } from "./vision-thread.js";

export interface VisionOptions {
	/** Pose network: accuracy against time. Default `heavy`. */
	readonly variant?: PoseVariant;
	/** Folder for converted networks (in its subfolder `onnx`); default the user's cache folder. */
	readonly cacheDir?: string;
	/** Threads per network, default 2. */
	readonly threads?: number;
	/**
	 * Where the networks run, default `cpu`. `cuda` needs a GPU and ONNX Runtime's CUDA libraries; without them the CPU is
	 * used and `start.deviceWarning` says so.
	 */
	readonly device?: InferenceDevice;
	/** For tests. */
	readonly faults?: VisionFaults;
}

/** How the networks were loaded. */
export interface VisionStart {
	readonly start_ms: number;
	readonly models: readonly ModelLoad[];
	/** Set when converted networks could not be stored, so that every start converts them again. */
	readonly warning: string | null;
	/** Where the networks were loaded. */
	readonly device: InferenceDevice;
	/** Set when `cuda` was asked for and cannot be had. */
	readonly deviceWarning: string | null;
}

/** MediaPipe Holistic in a worker thread. */
export interface Vision {
	readonly start: VisionStart;
	/**
	 * Analyse one photo. Calls are served one at a time in order; a failure does not affect the others. After a crash of
	 * the worker the next call starts a new one. When the GPU's memory is short, the call runs on the CPU, and so do those
	 * of the next 60 seconds; when the machine's is, it is tried once more with newly loaded networks.
	 *
	 * @throws AppError `inference_failed`, `inference_out_of_memory` (retryable), or `cancelled` when the signal is aborted
	 *   or `close` is called
	 */
	analyse(photo: AnalysisInput, options?: AnalyseOptions): Promise<VisionResult>;
	/** Stop the worker and reject what is waiting. May be called more than once. */
	close(): Promise<void>;
}

/**
 * Start the worker and load the networks.
 *
 * @throws AppError `inference_failed` when the networks are missing or cannot be loaded, `inference_out_of_memory`
 * @throws RangeError if `threads` is not a positive integer
 */
export async function openVision(options: VisionOptions = {}): Promise<Vision> {
	const { threads = 2, variant = "heavy", device = "cpu", faults } = options;
	if (!Number.isInteger(threads) || threads < 1) throw new RangeError("threads must be a positive integer");
	const started = performance.now();
	const cacheFolder = join(options.cacheDir ?? userCacheDir(), "onnx");
	const queue = new VisionQueue({ variant, threads, device, cacheFolder }, faults);
	const opened = await queue.start();
	const isUncached = opened.models.some((model) => model.cache === "unavailable");
	return {
		start: {
			start_ms: performance.now() - started,
			warning: isUncached ? `Converted models could not be stored in ${cacheFolder}.` : null,
			...opened,
		},
		analyse: (photo, analyseOptions = {}) => queue.analyse(photo, analyseOptions),
		close: () => queue.close(),
	};
}
