import type { TravellingError } from "./travelling-error.js";

/** The tasks of a thread by name: what each takes, gives back and reports meanwhile. All of it can be cloned. */
export type TaskTypes = {
	readonly [name: string]: { readonly input: unknown; readonly output: unknown; readonly progress: unknown };
};

export type ToThread =
	| {
			readonly type: "run";
			readonly id: number;
			readonly name: string;
			readonly input: unknown;
			/** Shared flag: 1 once the caller has lost interest. */
			readonly cancelled: Int32Array;
	  }
	| { readonly type: "close" };

export type FromThread =
	| { readonly type: "ready" }
	| { readonly type: "unusable"; readonly error: TravellingError }
	| { readonly type: "progress"; readonly id: number; readonly progress: unknown }
	| { readonly type: "result"; readonly id: number; readonly output: unknown }
	| { readonly type: "error"; readonly id: number; readonly error: TravellingError };
