import type { HolisticOptions, HolisticResult } from "@anny-fitter/perception";
import type { NativeGate } from "./native-gate.js";
import type { ModelLoad, SessionOptions } from "./sessions.js";

/** What the worker is started with. */
export interface WorkerSettings {
	readonly sessions: SessionOptions;
	readonly gate: NativeGate;
}

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
	  }
	| { readonly type: "close" };

export type FromWorker =
	| { readonly type: "ready"; readonly loads: readonly ModelLoad[] }
	| { readonly type: "unusable"; readonly message: string; readonly isModelMissing: boolean }
	| { readonly type: "result"; readonly id: number; readonly result: HolisticResult }
	| { readonly type: "error"; readonly id: number; readonly message: string; readonly isCancelled: boolean };
