import type { HolisticOptions, HolisticResult, PersonPixels, SegmentPersonOptions } from "@anny-fitter/perception";
import type { ChosenModels } from "./image-models/find-models.js";
import type { ImageModelResult } from "./image-models/image-sessions.js";
import type { NativeGate } from "./native-gate.js";
import type { ModelLoad, SessionOptions } from "./sessions.js";

/** Which networks run, and how. */
export interface NetworkOptions extends SessionOptions {
	/** Segmentation and depth networks beside Holistic. */
	readonly imageModels: ChosenModels;
}

/** What the worker is started with. */
export interface WorkerSettings {
	readonly sessions: NetworkOptions;
	readonly gate: NativeGate;
	/** Message of an error to fail with instead of loading the networks; for tests. */
	readonly fault: string | null;
}

/** Why the worker cannot start or an analysis failed. */
export type FailureKind =
	| "cancelled"
	| "out_of_memory"
	| "model_missing"
	| "image_model"
	| "device_unavailable"
	| "other";

/** One run of a network. Times are milliseconds since 1970. */
export interface NetworkRun {
	/** Such as `pose_detection`; `image_models` for the segmentation and depth networks together. */
	readonly network: string;
	readonly start_ms: number;
	readonly end_ms: number;
}

/** What all networks saw in one photo; the mask is the segmentation network's where it was used. */
export type PhotoAnalysis = HolisticResult & ImageModelResult & PersonPixels;

export type ToWorker =
	| {
			readonly type: "analyse";
			readonly id: number;
			readonly width: number;
			readonly height: number;
			readonly rgb: Uint8Array;
			/** Shared flag: 1 once the caller has lost interest. */
			readonly cancelled: Int32Array;
			readonly person: HolisticOptions["person"];
			readonly segmentation: NonNullable<SegmentPersonOptions["mode"]>;
			/** Message of an error to fail with at the first network; for tests. */
			readonly fault: string | null;
	  }
	| { readonly type: "close" };

export type FromWorker =
	| { readonly type: "ready"; readonly loads: readonly ModelLoad[] }
	| { readonly type: "unusable"; readonly message: string; readonly kind: FailureKind }
	| {
			readonly type: "result";
			readonly id: number;
			readonly result: PhotoAnalysis;
			readonly runs: readonly NetworkRun[];
	  }
	| { readonly type: "error"; readonly id: number; readonly message: string; readonly kind: FailureKind };
