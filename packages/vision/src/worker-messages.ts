import type { HolisticOptions, HolisticResult } from "@anny-fitter/perception";
import type { NativeGate } from "./native-gate.js";
import type { ModelLoad, SessionOptions } from "./sessions.js";

/** What the worker is started with. */
export interface WorkerSettings {
	readonly sessions: SessionOptions;
	readonly gate: NativeGate;
	/** Message of an error to fail with instead of loading the networks; for tests. */
	readonly fault: string | null;
}

/** Why the worker cannot start or an analysis failed. */
export type FailureKind = "cancelled" | "out_of_memory" | "model_missing" | "device_unavailable" | "other";

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
			/** Message of an error to fail with at the first network; for tests. */
			readonly fault: string | null;
	  }
	| { readonly type: "close" };

export type FromWorker =
	| { readonly type: "ready"; readonly loads: readonly ModelLoad[] }
	| { readonly type: "unusable"; readonly message: string; readonly kind: FailureKind }
	| { readonly type: "result"; readonly id: number; readonly result: HolisticResult }
	| { readonly type: "error"; readonly id: number; readonly message: string; readonly kind: FailureKind };
