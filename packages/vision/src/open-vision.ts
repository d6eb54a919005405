import { join } from "node:path";
import { AppError } from "@anny-fitter/contracts";
import { userCacheDir } from "@anny-fitter/platform";
import { type ChosenModels, chooseModels, findModelFiles } from "./image-models/find-models.js";
import { VISION_MODELS_VARIABLE, visionModelDir } from "./image-models/model-folder.js";
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
	/**
	 * Folder of segmentation and depth networks; default `ANNY_FITTER_VISION_MODELS`, else a folder of the user's own. What
	 * is there is used.
	 */
	readonly modelDir?: string;
	/** For tests. */
	readonly faults?: VisionFaults;
}

/** How the networks were loaded. */
export interface VisionStart {
	readonly start_ms: number;
	readonly models: readonly ModelLoad[];
	/** Set when converted networks could not be stored, so that every start converts them again. */
	readonly warning: string | null;
	/** The segmentation network beside Holistic, or null. */
	readonly segmentation: string | null;
	/** The depth network, or null. */
	readonly depth: string | null;
	/** Where the networks were loaded. */
	readonly device: InferenceDevice;
	/** Set when `cuda` was asked for and cannot be had. */
	readonly deviceWarning: string | null;
}

/** MediaPipe Holistic, and a segmentation and a depth network where they are installed, in a worker thread. */
export interface Vision {
	readonly start: VisionStart;
	/**
	 * Analyse one photo. Calls are served one at a time in order; a failure does not affect the others. After a crash of
	 * the worker the next call starts a new one. When the GPU's memory is short, the call runs on the CPU, and so do those
	 * of the next 60 seconds; when the machine's is, it is tried once more with newly loaded networks.
	 *
	 * @throws AppError `inference_failed`, `model_unusable`, `inference_out_of_memory` (retryable), or `cancelled` when the signal is aborted
	 *   or `close` is called
	 */
	analyse(photo: AnalysisInput, options?: AnalyseOptions): Promise<VisionResult>;
	/** Stop the worker and reject what is waiting. May be called more than once. */
	close(): Promise<void>;
}

/**
 * Start the worker and load the networks.
 *
 * @throws AppError `inference_failed` when the networks are missing or cannot be loaded, `model_unusable` when a
 *   segmentation or depth network cannot be loaded, `inference_out_of_memory`
 * @throws RangeError if `threads` is not a positive integer
 */
export async function openVision(options: VisionOptions = {}): Promise<Vision> {
	const { threads = 2, variant = "heavy", device = "cpu", faults } = options;
	if (!Number.isInteger(threads) || threads < 1) throw new RangeError("threads must be a positive integer");
	const started = performance.now();
	const cacheFolder = join(options.cacheDir ?? userCacheDir(), "onnx");
	const imageModels = findImageModels(options.modelDir ?? visionModelDir());
	const queue = new VisionQueue({ variant, threads, device, cacheFolder, imageModels }, faults);
	const opened = await queue.start();
	const isUncached = opened.models.some((model) => model.cache === "unavailable");
	return {
		start: {
			start_ms: performance.now() - started,
			warning: isUncached ? `Converted models could not be stored in ${cacheFolder}.` : null,
			segmentation: imageModels.segmentation?.title ?? null,
			depth: imageModels.depth?.title ?? null,
			...opened,
		},
		analyse: (photo, analyseOptions = {}) => queue.analyse(photo, analyseOptions),
		close: () => queue.close(),
	};
}

function findImageModels(folder: string): ChosenModels {
	try {
		return chooseModels(findModelFiles(folder));
	} catch (cause) {
		throw new AppError("model_unusable", "The folder of segmentation and depth networks cannot be read.", {
			remedy: `Make the folder readable, or name another with ${VISION_MODELS_VARIABLE}.`,
			cause,
		});
	}
}
